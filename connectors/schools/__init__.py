"""The register of the district's schools, a CSV file that people keep."""

from connectors.schools.register import CsvRegister

__all__ = ["CsvRegister"]

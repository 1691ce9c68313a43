"""The schools of the district: the register that people keep as a CSV file, and the state's open data."""

from connectors.schools.open_data import read_open_data
from connectors.schools.register import CsvRegister

__all__ = ["CsvRegister", "read_open_data"]

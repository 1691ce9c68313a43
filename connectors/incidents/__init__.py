"""What the schools report: exports of their online form, the folder they come in, counts of earlier years."""

from connectors.incidents.earlier_years import read_earlier_report, read_earlier_years
from connectors.incidents.folder import WatchedFolder
from connectors.incidents.form import CsvForm

__all__ = ["CsvForm", "WatchedFolder", "read_earlier_report", "read_earlier_years"]

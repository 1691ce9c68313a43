"""The schools' directories: real slapd processes, filled from a district, with faults that can be switched."""

from mdm_sync.demo.directory.directories import Directories
from mdm_sync.demo.directory.faults import FAULTS

__all__ = ["FAULTS", "Directories"]

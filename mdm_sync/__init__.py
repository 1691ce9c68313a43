"""mdm-sync: the agent between one Jamf Pro and the IServ directories of a city's schools."""

__version__ = "0.1.0"

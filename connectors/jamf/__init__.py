"""Jamf Pro, over its API: the device records of the whole district, and Lost Mode of single devices."""

from connectors.jamf.access import JamfAccess
from connectors.jamf.commands import JamfCommands, LostModeScreen
from connectors.jamf.fleet import JamfFleet
from connectors.jamf.session import Limits

__all__ = ["JamfAccess", "JamfCommands", "JamfFleet", "Limits", "LostModeScreen"]

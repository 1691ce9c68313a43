"""Jamf Pro: the device records of the whole district, mobile devices and computers, over its API."""

from connectors.jamf.access import JamfAccess
from connectors.jamf.fleet import JamfFleet

__all__ = ["JamfAccess", "JamfFleet"]

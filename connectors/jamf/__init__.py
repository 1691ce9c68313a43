"""Jamf Pro: the mobile devices of the whole district, over its API."""

from connectors.jamf.access import JamfAccess
from connectors.jamf.fleet import JamfFleet

__all__ = ["JamfAccess", "JamfFleet"]

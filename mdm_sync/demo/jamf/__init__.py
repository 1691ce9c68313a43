"""A Jamf Pro server for the demo: what a device sync uses of its API, with faults on request."""

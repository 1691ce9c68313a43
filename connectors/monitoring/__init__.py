"""Monitoring: pages for those who look at the service, and a call to a monitor that alarms when it stays away."""

from connectors.monitoring.pages import Display, Page, PageServer
from connectors.monitoring.ping import ping

__all__ = ["Display", "Page", "PageServer", "ping"]

"""The inventory of machines that Jamf Pro does not know, a CSV file."""

from connectors.inventory.machines import CsvInventory

__all__ = ["CsvInventory"]

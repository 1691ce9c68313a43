"""IServ: the persons of each school, from the directory of the school's own server."""

from connectors.iserv.directories import IServDirectories

__all__ = ["IServDirectories"]

"""IServ: the persons of each school, from the directory of the school's own server.

The way of one read: ``directories`` is what the program knows, ``crew`` keeps worker processes busy, ``worker`` is one
of them, ``reading`` reads one school, ``search`` talks LDAP, ``messages`` takes its answers apart, ``groups`` and
``accounts`` make of them what the program means.

Nothing is imported here: a worker begins with this file and needs none of what ``directories`` needs.
"""

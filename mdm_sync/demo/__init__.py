"""A simulated school district: real servers on loopback, invented people, planted faults.

It needs the extra ``mdm-sync[demo]``. Nothing outside this package imports it, but the command line.
"""

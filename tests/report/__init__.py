"""The yearly report, seen from outside: its files, and the page in a browser."""

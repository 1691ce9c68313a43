"""The outside world: one package for each system, none of which knows another."""

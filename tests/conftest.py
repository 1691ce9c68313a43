"""What all tests have in common."""

from hypothesis import HealthCheck, settings

# However slow the machine is at the moment, a test says whether the program is right.
settings.register_profile("without a clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("without a clock")

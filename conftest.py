"""Loads the fixtures that the tests of every package share."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.groups", "tests.support.postgres", "tests.support.stacks", "tests.support.full"]

# No test is judged by how fast the machine is.
settings.register_profile("concord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("concord")

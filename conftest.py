"""Loads the fixtures that the tests of every package share."""

pytest_plugins = ["tests.support.postgres", "tests.support.stacks", "tests.support.full"]

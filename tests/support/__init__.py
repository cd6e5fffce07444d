"""Fixtures that all tests share, over real parts."""

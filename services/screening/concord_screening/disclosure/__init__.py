"""Disclosure: the owner of a listing sees who asks, compares, and releases named facts or nothing."""

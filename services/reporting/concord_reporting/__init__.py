"""Reporting: system-wide figures from facts only.

No personal data can reach it; every figure leads back to its events.
"""

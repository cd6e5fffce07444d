"""Figures, releases."""

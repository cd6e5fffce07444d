"""Migrations of victim-assistance's database."""

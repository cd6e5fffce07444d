"""Persons, consent, needs, referrals."""

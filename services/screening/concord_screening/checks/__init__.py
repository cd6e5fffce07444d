"""Checks: a recruiter asks about a candidate and hears *clear*, or *in review* with one date for every reason."""

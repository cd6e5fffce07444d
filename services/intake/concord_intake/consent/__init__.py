"""Consent: what a reporter allows about a report, changed by the reporter at any time, checked at each disclosure."""

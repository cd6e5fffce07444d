"""Persons who may need help, whether or not there is a case, a perpetrator or a report."""

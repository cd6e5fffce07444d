"""Reports: what a reporter tells us, by the public form or through staff, and the receipt to come back with."""

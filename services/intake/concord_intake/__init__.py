"""Reports, cases and clocks."""

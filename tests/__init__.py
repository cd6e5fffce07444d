"""What crosses services: contracts, the path end to end, faults, security, pages."""

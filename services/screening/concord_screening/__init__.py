"""ClearCheck: register, checks, disclosure."""

"""Starts and stops Concord on one machine; demo world and demo walk."""

"""Maintenance requests from submitting to archiving (SPEC 5); their tables are in `maintenance`."""

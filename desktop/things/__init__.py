"""Things: every device and system, described by a data file, never by code."""

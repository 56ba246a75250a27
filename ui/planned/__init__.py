"""Work that comes again: the calendar of plans, and the map of rounds."""

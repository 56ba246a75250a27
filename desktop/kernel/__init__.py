"""What every room stands on: clock, ids, errors, bus, words."""

"""The intake desk: one form for whoever calls."""

"""Places: the community, its buildings, homes, gates and plant rooms."""

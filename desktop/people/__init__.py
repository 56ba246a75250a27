"""People: residents and staff, each once, masked until there is a reason."""

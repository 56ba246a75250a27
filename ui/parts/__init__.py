"""Parts that pages are composed of, each once."""

"""The duty roster as a page: who answers at which post, and when."""

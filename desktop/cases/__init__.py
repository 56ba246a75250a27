"""Cases: what must be handled and closed, run by an engine that reads definition files."""

"""Alarms: whether a thing is in alarm (evaluator), and the life of an alarm after that (ISA-18.2)."""

"""Who is at this terminal: sign-in, first set-up, and the lock after idling."""

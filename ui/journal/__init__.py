"""The journal as a page: who did what, when, where, from what to what."""

"""The tables of the records store, a file a room. `everything` imports them all for the migrations."""

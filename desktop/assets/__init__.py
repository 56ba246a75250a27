"""What the office owns and keeps: assets that are maintained or lent, and the stock of parts."""

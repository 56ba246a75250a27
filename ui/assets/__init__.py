"""Assets, and parts with who has them."""

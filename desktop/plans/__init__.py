"""Floor plans: a drawing of a place, and where on it the things are."""

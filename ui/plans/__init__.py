"""Floor plans: where things stand, and how they are, on a drawing."""

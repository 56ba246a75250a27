"""What tests share: time and ids held still, and stores that are real."""

"""What a scale says of answers that nobody has seen."""

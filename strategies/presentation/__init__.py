"""What a strategy says of itself to those who read a comparison."""

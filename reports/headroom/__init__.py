"""How far a number can be moved until a threshold fails under some hypothesis about SES's limiter."""

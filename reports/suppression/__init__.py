"""A suppression list, or what was done to one, for people."""

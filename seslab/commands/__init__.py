"""What each command asks for and does; those of a family share a file."""

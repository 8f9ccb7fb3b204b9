"""The endpoint's own routes: what it has seen, and how it shall behave."""

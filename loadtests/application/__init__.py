"""The application's side of a real run: its pods, what they reach, and how long a run lasts."""

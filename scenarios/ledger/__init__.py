"""The truth of a run: rows per mail and call, the fate of every recipient, and their files."""

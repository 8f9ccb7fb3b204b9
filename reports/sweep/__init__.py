"""A scenario over a grid of its keys, or a sample of what they may be: a row for each run, and pictures of them."""

"""Is it worse than it was? Base and head measured alike, and a verdict on each figure."""

"""Who did best: the order of contenders, what decides it, and how surely."""

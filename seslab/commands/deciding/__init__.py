"""Commands that measure, compare, decide and plan."""

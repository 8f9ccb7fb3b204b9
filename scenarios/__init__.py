"""What goes into a run (scenarios) and what comes out of it (ledgers and their figures)."""

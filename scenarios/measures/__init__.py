"""What a ledger amounts to: figures, the best possible beside them, and the price."""

"""How AWS is thought to behave: pure policies on any clock, the same in every world."""

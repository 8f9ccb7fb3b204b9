"""How AWS is thought to behave, and what else every world decides alike: pure policies on any clock."""

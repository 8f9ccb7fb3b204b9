"""Any two stored runs side by side."""

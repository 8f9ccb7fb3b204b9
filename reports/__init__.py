"""Ledgers in; tables, pictures and documents out."""

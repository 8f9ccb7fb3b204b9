"""Tenants: which resources each may send with, whether it may send at all, and whose suppression list holds for it."""

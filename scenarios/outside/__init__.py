"""Strategies that are not seslab's own: found, checked and plugged in."""

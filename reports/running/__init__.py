"""Runs strategies, side by side and with progress, and keeps of each run what a report needs."""

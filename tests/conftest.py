"""Hypothesis tries the same examples in every run, as many as each test affords, and never judges by the clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("seslab", derandomize=True, deadline=None, database=None, print_blob=False)
settings.load_profile("seslab")

"""Means, intervals, and several replications made one."""

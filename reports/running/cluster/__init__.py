"""Runs on a Dask cluster: other machines' processors, the same results to the byte."""

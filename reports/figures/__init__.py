"""Pictures of what happened, one file each, on one paper and in one palette; numbers are named in scenarios/figures."""

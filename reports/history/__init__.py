"""A history: figures over the commits whose documents were kept."""

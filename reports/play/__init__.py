"""A page on which a scenario is changed and compared again at once: `seslab play`."""

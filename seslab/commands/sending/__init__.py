"""Commands for what really sends: before, during and after."""

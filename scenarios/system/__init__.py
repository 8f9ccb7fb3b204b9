"""What every room asks of the operating system: whole files, Ctrl-C, and processes that end with us."""

"""`python -m seslab` is the command `seslab`."""

from __future__ import annotations

from seslab import main

if __name__ == "__main__":
    main()

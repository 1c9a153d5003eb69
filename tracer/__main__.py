"""``python -m tracer``: the command line, for environments whose scripts folder is not on PATH."""

from __future__ import annotations

from tracer.cli import main

if __name__ == "__main__":
    main()

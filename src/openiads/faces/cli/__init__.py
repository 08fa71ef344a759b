"""The command line: one module a command; nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys


def start() -> None:
    """The command ``openiads``: also where a module of it is missing, which is told in one line."""
    # Arrow's own allocator takes 7 MB more than the system's, and its tables here are small.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        from openiads.faces.cli.main import main
    except Exception:
        from openiads.base.whole import not_whole

        if (broken := not_whole()) is None:
            raise
        print(broken, file=sys.stderr)
        sys.exit(broken.exit_code)
    main()

"""How every kernel is compiled."""

from __future__ import annotations

import os

BOUNDS = os.environ.get("OPENIADS_BOUNDS", "") == "1"

#: Options of every kernel.  fastmath stays off: it would make NaN guards vanish and results depend on the machine.
OPTIONS = {"nogil": True, "_nrt": False, "error_model": "numpy", "fastmath": False, "boundscheck": BOUNDS}

__all__ = ["BOUNDS", "OPTIONS"]

"""How crews decide, and what a fire rule of one's own is written with.

A rule imports its names from here, ``from openiads.doctrine import FIRE, HOLD, Order``; they are those of
`doctrine.contracts`, which is loaded when the first of them is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openiads.doctrine.contracts import BREAK_OFF, FIRE, HOLD, Dials, Draw, Order, Own, Picture, uniform

__all__ = ["BREAK_OFF", "FIRE", "HOLD", "Dials", "Draw", "Order", "Own", "Picture", "uniform"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module("openiads.doctrine.contracts"), name)
    globals()[name] = value
    return value

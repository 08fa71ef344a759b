"""Plain JSON: what files, servers and pages are told, and how results become it."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

#: A value as ``json.loads`` gives it.  Its shape is told by whoever wrote it, so a reader may look into it freely.
Json: TypeAlias = Any

#: A JSON object: names, and values of any shape.
JsonObject: TypeAlias = dict[str, Any]


def plain(value: object) -> Json:
    """A value as JSON can hold it.

    Parameters
    ----------
    value : object
        Plain Python and NumPy values, in dicts, lists, tuples and arrays at any depth.

    Returns
    -------
    Json
        The same with names as text, arrays and tuples as lists, and None for infinity and NaN.
    """
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):  # an array or a scalar of NumPy's, which need not be imported to be told
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

"""What results become as plain JSON."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from openiads.base.jsonable import plain


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([[1.0, math.inf], [math.nan, 2.0]]), [[1.0, None], [None, 2.0]]),
        ((1, (2.0, -math.inf)), [1, [2.0, None]]),
        ({1: np.array([1, 2])}, {"1": [1, 2]}),
        ({"a": {"b": (math.nan,)}}, {"a": {"b": [None]}}),
        (None, None),
        ("infinity", "infinity"),
        (True, True),
    ],
)
def test_what_numpy_and_python_hold_becomes_json(value: object, told: object) -> None:
    found = plain(value)
    assert found == told and type(found) is type(told)
    assert json.loads(json.dumps(found, allow_nan=False)) == told


def test_plain_json_is_told_without_numpy() -> None:
    program = (
        "import sys; from openiads.base.jsonable import plain; plain({'a': (1.0,)}); print('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"

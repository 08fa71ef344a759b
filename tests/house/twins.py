"""One column for each function of ``math`` that kernels may use, to compare compiled and plain bit for bit."""

import math

import numpy as np

from openiads.base.compiled import kernel

#: Column -> (function, what its argument is drawn from): "any" wide, "positive", "unit" in [-1, 1], "small".
COLUMNS = {
    "sqrt": "positive",
    "sin": "any",
    "cos": "any",
    "tan": "any",
    "asin": "unit",
    "acos": "unit",
    "atan": "any",
    "atan2": "any",
    "exp": "small",
    "expm1": "small",
    "log": "positive",
    "log10": "positive",
    "log1p": "positive",
    "sinh": "small",
    "cosh": "small",
    "tanh": "small",
    "erf": "small",
    "erfc": "small",
    "floor": "any",
    "ceil": "any",
    "fabs": "any",
    "copysign": "any",
    "degrees": "any",
    "radians": "any",
    "isfinite": "any",
    "isnan": "any",
    "isinf": "any",
    "trunc": "any",
}


@kernel("void(f8[:, ::1], f8[::1], f8[:, ::1])")
def every_function(x, y, out):
    """out[k, i] = function k of x[k, i] (and y[i] where it takes two); the last row is plain arithmetic."""
    for i in range(x.shape[1]):
        out[0, i] = math.sqrt(x[0, i])
        out[1, i] = math.sin(x[1, i])
        out[2, i] = math.cos(x[2, i])
        out[3, i] = math.tan(x[3, i])
        out[4, i] = math.asin(x[4, i])
        out[5, i] = math.acos(x[5, i])
        out[6, i] = math.atan(x[6, i])
        out[7, i] = math.atan2(x[7, i], y[i])
        out[8, i] = math.exp(x[8, i])
        out[9, i] = math.expm1(x[9, i])
        out[10, i] = math.log(x[10, i])
        out[11, i] = math.log10(x[11, i])
        out[12, i] = math.log1p(x[12, i])
        out[13, i] = math.sinh(x[13, i])
        out[14, i] = math.cosh(x[14, i])
        out[15, i] = math.tanh(x[15, i])
        out[16, i] = math.erf(x[16, i])
        out[17, i] = math.erfc(x[17, i])
        out[18, i] = math.floor(x[18, i])
        out[19, i] = math.ceil(x[19, i])
        out[20, i] = math.fabs(x[20, i])
        out[21, i] = math.copysign(x[21, i], y[i])
        out[22, i] = math.degrees(x[22, i])
        out[23, i] = math.radians(x[23, i])
        out[24, i] = 1.0 if math.isfinite(x[24, i]) else 0.0
        out[25, i] = 1.0 if math.isnan(x[25, i]) else 0.0
        out[26, i] = 1.0 if math.isinf(x[26, i]) else 0.0
        out[27, i] = math.trunc(x[27, i])
        out[28, i] = x[1, i] % y[i] + x[1, i] // y[i] - int(x[2, i]) % 7 + abs(x[3, i]) * min(x[1, i], y[i]) / y[i]


def arguments(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Arguments of each column and the second ones, from a fixed seed."""
    dice = np.random.Generator(np.random.Philox(20161004))
    drawn = {
        "any": lambda: dice.uniform(-10.0, 10.0, count) * 10.0 ** dice.integers(-3, 6, count),
        "positive": lambda: 10.0 ** dice.uniform(-12.0, 12.0, count),
        "unit": lambda: dice.uniform(-1.0, 1.0, count),
        "small": lambda: dice.uniform(-20.0, 20.0, count),
    }
    x = np.array([drawn[kind]() for kind in COLUMNS.values()] + [np.zeros(count)])
    y = drawn["any"]()
    return x, np.where(y == 0.0, 1.0, y)

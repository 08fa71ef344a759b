"""The interceptor kernels in C, compiled when asked for and called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from openiads.base.constants import GM, SPIN, STANDARD_GRAVITY
from openiads.parts import weapons
from openiads.physics import flyout, motion
from openiads.physics.flyout import airframe, midcourse, terminal
from peers.flights import THRUST_STEP, Flights

FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-std=c11", "-shared", "-fPIC")
FROM_AIRFRAME = (
    "AIR_STEP",
    "AIR_LAST",
    "MACHS",
    "MACH_STEP",
    "COMMAND",
    "TVM",
    "ACTIVE",
    "EJECTED",
    "TURNING",
    "MIDCOURSE",
    "TERMINAL",
    "FLYING",
    "HANDOVER",
    "CLOSED",
    "SLOW",
    "EXPIRED",
    "GROUND",
    "PASSED",
)
FROM_MIDCOURSE = ("LONGEST_AHEAD", "STEER_GAIN")
FROM_TERMINAL = ("SEEK", "SLOTS", "STEPS")
FROM_MOTION = ("SEMI_MINOR", "ECCENTRICITY_SQUARED", "SECOND_ECCENTRICITY_SQUARED")


def struct_text(name: str, dtype: np.dtype) -> str:
    """A C struct with the fields of a structured type of doubles and whole numbers."""
    lines = []
    for field in dtype.names or ():
        base, shape = dtype[field].base, dtype[field].shape
        kind = {"f8": "double", "i8": "int64_t"}[base.str[1:]]
        lines.append(f"    {kind} {field}{''.join(f'[{n}]' for n in shape)};")
    return f"struct {name} {{\n" + "\n".join(lines) + "\n};\n"


def prelude() -> str:
    """Structs and constants as the package has them now."""
    constants = {"MU": GM, "SPIN": SPIN, "GRAVITY": STANDARD_GRAVITY}
    constants |= {name: getattr(airframe, name) for name in FROM_AIRFRAME}
    constants |= {name: getattr(midcourse, name) for name in FROM_MIDCOURSE}
    constants |= {name: getattr(terminal, name) for name in FROM_TERMINAL}
    constants |= {name: getattr(motion, name) for name in FROM_MOTION}
    constants |= {"COARSE": weapons.COARSE, "FINE": weapons.FINE, "TURN": weapons.TURN, "THRUST_STEP": THRUST_STEP}
    text = "".join(f"#define {name} ({value!r})\n" for name, value in constants.items())
    text += struct_text("body", flyout.BODY) + struct_text("interceptor", flyout.INTERCEPTOR)
    return f"#include <stdint.h>\n{text}struct air {{\n    const double *density, *sound;\n}};\n"


class InC:
    """The kernels compiled by gcc; ``fly`` takes the same work as ``flights.fly_all`` and returns the steps taken."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="openiads-bench-")
        source, library = Path(self._folder.name, "flights.c"), Path(self._folder.name, "flights.so")
        text = Path(__file__).with_name("flights.c").read_text(encoding="utf-8")
        source.write_text(prelude() + text, encoding="utf-8")
        subprocess.run(["gcc", *FLAGS, "-o", str(library), str(source), "-lm"], check=True)
        self._library = ctypes.CDLL(str(library))
        self._library.fly_all.restype = ctypes.c_int64
        sizes = np.zeros(2, np.int64)
        self._library.sizes(_place(sizes))
        wanted = [flyout.BODY.itemsize, flyout.INTERCEPTOR.itemsize]
        if sizes.tolist() != wanted:
            raise ValueError(f"C holds a round and its kind in {sizes.tolist()} bytes, not {wanted}")

    def fly(self, bodies: np.ndarray, work: Flights, to_the_end: bool) -> int:
        """Fly ``bodies`` in place."""
        kind = np.array([work.kind], flyout.INTERCEPTOR)
        steps = self._library.fly_all(
            _place(bodies),
            ctypes.c_int64(len(bodies)),
            _place(kind),
            _place(work.tracks),
            _place(work.tables),
            _place(work.at),
            _place(flyout.DENSITIES),
            _place(flyout.SOUNDS),
            ctypes.c_int64(to_the_end),
        )
        return int(steps)


def available() -> bool:
    """Whether there is a C compiler."""
    return shutil.which("gcc") is not None


def _place(array: np.ndarray) -> Any:
    if not array.flags.c_contiguous:
        raise ValueError("C needs contiguous arrays")
    return ctypes.c_void_p(array.ctypes.data)

"""Validation cases of the draws: known answers, NumPy's generator as an oracle, independence of streams."""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from openiads.base.draws import Purpose, actor_number, philox4x32, uniforms


def known_answers(inputs: dict[str, Any]) -> dict[str, Any]:
    """Blocks of philox4x32 with ten rounds, words as hexadecimal text."""
    output = []
    for vector in inputs["vectors"]:
        words = [np.uint64(int(word, 16)) for word in (*vector["counter"], *vector["key"])]
        output.append([f"{int(word):08x}" for word in philox4x32(*words)])
    return {"output": output}


def _words(text: str, name: str) -> list[int]:
    """The integers of ``name=7`` or hexadecimal words of ``name=[...]`` in a case's text."""
    listed = re.search(rf"{name}=\[([0-9a-f, ]+)\]", text)
    if listed:
        return [int(word, 16) for word in listed[1].split(",")]
    single = re.search(rf"{name}=(\d+)", text)
    assert single, f"{name} is not in {text!r}"
    return [int(single[1])]


def numpy_philox(inputs: dict[str, Any]) -> dict[str, Any]:
    """NumPy's own generator, which tests use as an oracle beside ours."""
    out: dict[str, Any] = {}
    for line in ("a", "b"):
        count = re.search(r"random_raw\((\d+)\)", inputs[line])
        key, counter = (np.zeros(n, np.uint64) for n in (2, 4))
        for name, array in (("key", key), ("counter", counter)):
            words = _words(inputs[line], name)
            array[: len(words)] = words
        assert count
        raw = np.random.Philox(key=key, counter=counter).random_raw(int(count[1]))
        out[line] = [f"{int(word):016x}" for word in raw]
    asked = re.search(r"Philox\((\d+)\)\)\.random\((\d+)\)", inputs["c"])
    assert asked
    out["c"] = np.random.Generator(np.random.Philox(int(asked[1]))).random(int(asked[2])).tolist()
    return out


_ELSEWHERE = """
from openiads.base.draws import Purpose, actor_number, uniforms
for r in reversed(range(20)):
    for name in ("flight/b[2]", "flight/a[1]"):
        print(r, name, *(x.hex() for x in uniforms(11, r, Purpose.KILL, actor_number(name), 3)))
"""


def stream_independence(inputs: dict[str, Any]) -> dict[str, Any]:
    """Same name, same draw in another process, order and company; purposes share no block in 10**6 draws."""
    here = {
        (str(r), name): [x.hex() for x in uniforms(11, r, Purpose.KILL, actor_number(name), 3)]
        for name in ("flight/a[1]", "flight/other", "flight/b[2]")
        for r in range(20)
    }
    told = subprocess.run([sys.executable, "-c", _ELSEWHERE], capture_output=True, text=True, check=True).stdout
    elsewhere = {(line.split()[0], line.split()[1]): line.split()[2:] for line in told.splitlines()}
    same = len(elsewhere) == 40 and all(here[name] == drawn for name, drawn in elsewhere.items())

    draws = int(re.search(r"10\^(\d+) draws", inputs["check"])[1])
    blocks = 10**draws // 4
    actor = actor_number("flight/a[1]")
    seen = [_blocks(purpose, actor, blocks // 2) for purpose in (Purpose.KILL, Purpose.ASSESS)]
    shared = np.intersect1d(seen[0], seen[1], assume_unique=False).size
    return {"holds": bool(same and shared == 0)}


def _blocks(purpose: Purpose, actor: int, count: int) -> np.ndarray:
    """So many four-word blocks of one purpose as rows of bytes that can be compared."""
    words = np.full((count, 4), np.nan)
    for slot in range(count):
        words[slot] = uniforms(11, 0, purpose, actor, slot)
    assert np.isfinite(words).all()
    return words.view("V32").ravel()


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "MCS-PHILOX4X32-10": known_answers,
    "MCS-NUMPY-PHILOX": numpy_philox,
    "MCS-STREAM-INDEPENDENCE": stream_independence,
}

"""Whatever encoding a terminal or a pipe has, the program says all it can in it and ends with its usual code."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from openiads.faces.cli import streams

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "koi8-r", "cp037", "utf-16", "utf-8")


def call(*words: str, encoding: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "openiads", *words]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, **more}
    return subprocess.run(command, capture_output=True, timeout=300, env=environment)


@pytest.mark.parametrize("encoding", ["ascii:strict", "cp1252"])
def test_a_result_is_printed_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    done = call("run", "one_on_one", "-n", "2", "--out", str(tmp_path / "x"), encoding=encoding)
    said = done.stdout.decode(encoding.partition(":")[0])
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert "Of 1 threat" in said
    assert "Digest: " in said
    if encoding.startswith("ascii"):
        assert "Radars, launchers, posts lost to hits" in said
        assert "?" not in said.replace("gets through?", "").replace("get through?", "")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8:strict"])
def test_names_that_cannot_be_written_are_told_all_the_same(encoding: str) -> None:
    done = call("check", "\u00f1and\u00fa\udcff", encoding=encoding)
    assert done.returncode == 65
    assert b"Traceback" not in done.stderr
    assert b"no such file" in done.stderr


def test_json_loses_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    packaged = Path(__file__).parents[3] / "src" / "openiads" / "shelf" / "scenarios" / "one_on_one.toml"
    text = packaged.read_text(encoding="utf-8").replace(
        "With one salvo", "\u00bfCu\u00e1ntos \u2212 3 km\u00b2 \u4e2d?"
    )
    own.write_text(text, encoding="utf-8")
    told = {}
    for encoding in ("ascii", "utf-8"):
        out = ("--out", str(tmp_path / encoding))
        done = call("run", str(own), "-n", "2", "--json", *out, encoding=encoding)
        assert done.returncode == 0, done.stderr
        told[encoding] = {
            k: v for k, v in json.loads(done.stdout.decode(encoding)).items() if k not in ("out", "wall_s")
        }
    assert told["ascii"] == told["utf-8"]


def test_a_warning_is_one_line_without_a_place_in_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = call("run", "one_on_one", "-n", "1", "--out", str(tmp_path / "x"), encoding="utf-8", NUMBA_OPT="no")
    assert done.returncode == 0
    for line in done.stderr.decode().splitlines():
        assert line.startswith("warning: ")
        assert ".py:" not in line


@pytest.mark.parametrize(
    ("sign", "plain"),
    [
        ("\u2212", "-"),
        ("\u2013", "-"),
        ("\u00b2", "2"),
        ("\u00e9", "e"),
        ("\u0151", "o"),
        ("\u2026", "..."),
        ("\u4e2d", "?"),
    ]
    + [("\u00bd", "1/2"), ("\u202f", " "), ("\udcff", "?"), ("\u0301", ""), ("\ufb01", "fi")],
)
def test_signs_have_plain_ones(sign: str, plain: str) -> None:
    assert streams.plainly(sign).replace("\u2044", "/") == plain


def test_every_plain_sign_is_plain() -> None:
    assert all(text.isascii() for text in streams.PLAIN_SIGNS.values())
    for number in (*range(0x80, 0x2FFF), 0x1F600, 0xD800):
        assert streams.plainly(chr(number)).isascii()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_sign_can_be_written_in_every_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, raw = {}, {}
    for name in ("stdout", "stderr"):
        raw[name] = io.BytesIO()
        out[name] = io.TextIOWrapper(raw[name], encoding=encoding, errors="strict")
        monkeypatch.setattr(sys, name, out[name])
    kept = signal.getsignal(signal.SIGTERM), warnings.showwarning
    try:
        streams.prepare()
        print("".join(map(chr, range(0xA0, 0x2FFF))) + "\udcff", end="")
        streams.tell("\u2212\U0001f600")
    finally:
        signal.signal(signal.SIGTERM, kept[0])
        warnings.showwarning = kept[1]
    out["stdout"].flush()
    assert len(raw["stdout"].getvalue().decode(encoding)) > 5_000
    assert raw["stderr"].getvalue().decode(encoding).strip() in ("-?", "\u2212?", "\u2212\U0001f600")


def test_streams_of_another_kind_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    streams.json_text({"a": "\u2212"})
    assert json.loads(out.getvalue()) == {"a": "\u2212"}

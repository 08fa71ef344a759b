"""Runs of the real engine for replays: a duel on flat ground, with one replication recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from openiads.faces.replay import pack, unpacked


@pytest.fixture(scope="session")
def duel(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("runs") / "duel"
    return oi.run("one_on_one", replications=30, seed=1, record=1, out=folder)


@pytest.fixture(scope="session")
def packed(duel: Any) -> bytes:
    return pack(duel, 0)


@pytest.fixture(scope="session")
def replay(packed: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    return unpacked(packed)

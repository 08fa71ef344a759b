"""Event logs as columns: nothing lost, nothing mixed, however many logs are expected."""

import numpy as np
import pytest

from openiads.world.codes import Event
from openiads.world.trace import COLUMNS, EVENT, Logs, busiest


def log(rows: int, seed: int) -> np.ndarray:
    """A log of so many rows, every field another number."""
    draw = np.random.default_rng(seed)
    found = np.zeros(rows, EVENT)
    for name in EVENT.names or ():
        found[name] = draw.integers(0, 30_000, found[name].shape)
    return found


@pytest.mark.parametrize("expected", [0, 1, 5, 100, 1_000])
def test_logs_of_any_lengths_come_back_column_by_column_in_order(expected: int) -> None:
    lengths = [0, 3, 40, 1, 0, 700, *range(60), 2_000, 0]
    logs, parts = Logs(expected), [log(n, k) for k, n in enumerate(lengths)]
    for k, part in enumerate(parts):
        logs.add(100 + k, part)
    found, whole = logs.columns(), np.concatenate(parts)
    assert list(found) == list(COLUMNS)
    for name in EVENT.names or ():
        if name != "value":
            assert np.array_equal(found[name], whole[name])
    assert np.array_equal(np.stack([found[f"v{k}"] for k in range(6)], axis=1), whole["value"])
    assert found["replication"].tolist() == [100 + k for k, n in enumerate(lengths) for _ in range(n)]
    assert found["sequence"].tolist() == [s for n in lengths for s in range(n)]


def test_no_log_is_a_table_without_rows() -> None:
    assert [(name, column.dtype, len(column)) for name, column in Logs().columns().items()] == [
        (name, dtype, 0) for name, dtype in COLUMNS.items()
    ]


def test_logs_taken_into_old_room_come_out_as_into_new() -> None:
    used = Logs(2)
    for k in range(40):
        used.add(k, log(90, k))
    used.columns()
    for lengths in ([3, 70, 0], [200] * 50, []):
        fresh = Logs(len(lengths))
        used.restart(len(lengths))
        for k, n in enumerate(lengths):
            used.add(7 + k, log(n, k))
            fresh.add(7 + k, log(n, k))
        for found, wanted in zip(used.columns().values(), fresh.columns().values(), strict=True):
            assert np.array_equal(found, wanted)


def test_what_makes_most_of_a_log_is_named() -> None:
    rows = np.zeros(10, EVENT)
    for name in ("flight", "radar", "unit"):
        rows[name] = -1
    rows["kind"] = Event.GATE
    rows["kind"][0] = Event.DETECT
    rows["flight"][1:8], rows["unit"] = 1, 0
    rows["flight"][8:] = 0
    told = busiest(rows, ["West[1]", "West[2]"], ["Guard/30n6e2/1"], ["Guard/1"])
    assert told == "10 events, 9 of them GATE, 7 of flight West[2], 9 of fire unit Guard/1"

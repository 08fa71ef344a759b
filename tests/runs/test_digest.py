import math

import numpy as np

from openiads.runs.digest import RunDigest, arithmetic_fingerprint, row_digests
from openiads.world.outcome import OUTCOME


def test_equal_meaning_gives_equal_hash() -> None:
    rows = np.zeros(4, OUTCOME)
    rows["first_launch_s"] = [0.0, -0.0, math.nan, 0.0]
    rows["first_launch_s"].view("u8")[3] = 0xFFF8000000000001  # another NaN
    one, two, three, four = row_digests(rows)
    assert one == two
    assert three == four
    assert one != three


def test_every_column_counts() -> None:
    base = row_digests(np.zeros(1, OUTCOME))[0]
    for name in OUTCOME.names or ():
        row = np.zeros(1, OUTCOME)
        row[name] = 1
        assert row_digests(row)[0] != base, name


def test_run_digest_depends_on_order_and_head_but_not_on_portions() -> None:
    rows = np.zeros(6, OUTCOME)
    rows["replication"] = np.arange(6)
    hashes = row_digests(rows)

    def digest(parts: list[list[bytes]], scenario: str = "s", catalog: str = "c", seed: int = 1) -> str:
        made = RunDigest()
        for part in parts:
            made.add(part)
        return made.finish(scenario, catalog, seed)

    whole = digest([hashes])
    assert digest([hashes[:1], hashes[1:4], hashes[4:]]) == whole
    assert digest([hashes[::-1]]) != whole
    assert digest([hashes[:5]]) != whole
    assert len({whole, digest([hashes], scenario="t"), digest([hashes], catalog="d"), digest([hashes], seed=2)}) == 4


def test_fingerprint_is_the_same_each_time() -> None:
    first = arithmetic_fingerprint()
    arithmetic_fingerprint.cache_clear()
    assert arithmetic_fingerprint() == first
    assert len(first) == 16

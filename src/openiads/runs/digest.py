"""Fingerprints: of one outcome row, of a whole run, and of this machine's arithmetic.

The canonical bytes of a row are its columns in the fixed order of ``world.outcome.OUTCOME``, eight bytes each,
little-endian, with -0.0 written as 0.0 and one pattern for NaN.  The digest of a run is the SHA-256 over the scenario
hash, the catalog hash, the seed, the number of replications and the row hashes in replication order: threads, chunks,
interruptions and resumption leave no trace in it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math

import numpy as np

from openiads.world.outcome import ADDED, OUTCOME

_NAMES: tuple[str, ...] = tuple(OUTCOME.names or ())

#: The layout that is hashed: the columns of OUTCOME, packed, little-endian.
CANONICAL = np.dtype([(name, "<i8" if OUTCOME[name].kind == "i" else "<f8") for name in _NAMES])

#: One quiet NaN stands for all.
_NAN = np.array(0x7FF8000000000000, dtype="<u8").view("<f8")


#: The same of rows that openiads 0.1.0 stored: what later versions count is not in it.
EARLIER = np.dtype([(name, CANONICAL[name]) for name in _NAMES if name not in ADDED])


def canonical_rows(rows: np.ndarray, layout: np.dtype = CANONICAL) -> np.ndarray:
    """Outcome rows (dtype OUTCOME, any shape (n,)) in the layout that is hashed."""
    out = np.empty(len(rows), layout)
    for name in layout.names or ():
        column = rows[name]
        if column.dtype.kind == "f":
            column = np.where(np.isnan(column), _NAN, column + 0.0)  # -0.0 + 0.0 is 0.0
        out[name] = column
    return out


def row_digests(rows: np.ndarray, layout: np.dtype = CANONICAL) -> list[bytes]:
    """SHA-256 (32 bytes) of each outcome row's canonical bytes; ``layout`` is ``EARLIER`` for rows of 0.1.0."""
    packed, size = canonical_rows(rows, layout).tobytes(), layout.itemsize
    return [hashlib.sha256(packed[k : k + size]).digest() for k in range(0, len(packed), size)]


class RunDigest:
    """The digest of a run, fed row hash by row hash in replication order."""

    def __init__(self) -> None:
        self._rows = hashlib.sha256()
        self.count = 0

    def add(self, digests: list[bytes]) -> None:
        """Append the row hashes of the next replications."""
        for each in digests:
            self._rows.update(each)
        self.count += len(digests)

    def finish(self, scenario: str, catalog: str, seed: int) -> str:
        """The digest (hexadecimal) of a run of ``count`` replications so far."""
        head = {"scenario": scenario, "catalog": catalog, "seed": int(seed), "replications": self.count}
        return hashlib.sha256(canonical_json(head) + self._rows.digest()).hexdigest()


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys and no spare space: equal values give equal bytes.  NaN and infinity are refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True).encode()


def hash_of(value: object) -> str:
    """SHA-256 (hexadecimal) of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


@functools.cache
def arithmetic_fingerprint() -> str:
    """SHA-256 (first 16 digits) of 10,000 results of the elementary functions that kernels use, on this machine.

    Two machines with different fingerprints may differ in a last bit, and so in a whole replication.
    """
    any_real = (math.sin, math.cos, math.tan, math.atan, math.erf, math.erfc, math.tanh)
    told = hashlib.sha256()
    state = 20160101
    count = 0
    while count < 10_000:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        unit = (state >> 11) / 2.0**53
        real = (unit - 0.5) * 40.0
        positive = unit * 1e6 + 1e-12
        results = [function(real) for function in any_real]
        results += [math.asin(2.0 * unit - 1.0), math.acos(2.0 * unit - 1.0), math.atan2(real, positive)]
        results += [math.exp(real), math.log(positive), math.log10(positive), math.log1p(unit), math.sqrt(positive)]
        results += [math.expm1(real), math.pow(positive, unit)]
        count += len(results)
        told.update(np.array(results, "<f8").tobytes())
    return told.hexdigest()[:16]

"""One piece of evidence: an arm of a cell as it was looked at, and which knobs move it most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openiads.base.jsonable import JsonObject
from openiads.claims.verdict import Answer, Figure, Look


@dataclass(frozen=True, slots=True)
class Evidence:
    """A look, and the knobs whose rank goes with it over sampled worlds beyond chance (name, rank correlation).

    Attributes
    ----------
    look : Look
    drivers : tuple[tuple[str, float], ...]
    beside : str
        Shown with the evidence but never decisive.
    choice : tuple[str, str], optional
        Kind of a choice and what is chosen, with the nominal numbers: it can turn the cell, but not decide it.
    """

    look: Look
    drivers: tuple[tuple[str, float], ...] = ()
    beside: str = ""
    choice: tuple[str, str] | None = None

    @property
    def decides(self) -> bool:
        """Whether it is an arm of a cell."""
        return not self.beside and self.choice is None

    def as_dict(self) -> JsonObject:
        """Plain data; what is not a number is null, and so is an infinite one (of a band it can be nothing else)."""
        look = self.look
        return {
            "cell": look.cell,
            "limits": look.limits,
            "weighting": look.weighting,
            "nominal": str(look.nominal),
            "figure": [_plain(v) for v in (look.figure.value, look.figure.low, look.figure.high, look.figure.error)],
            "near_the_line": look.near,
            "worlds": {str(a): look.worlds[a] for a in Answer},
            "seeds": [{str(a): counts[a] for a in Answer if counts[a]} for counts in look.seeds],
            "band": None if look.band is None else [_plain(v) for v in look.band],
            "drivers": [[name, round(value, 2)] for name, value in self.drivers],
            "beside": self.beside,
            "choice": None if self.choice is None else list(self.choice),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Evidence:
        """Evidence from what ``as_dict`` gave: as good for a verdict as it was (drivers are rounded)."""
        value, low, high, error = (math.nan if v is None else v for v in stored["figure"])
        ends = None if stored["band"] is None else [math.inf if v is None else float(v) for v in stored["band"]]
        look = Look(
            stored["cell"],
            stored["limits"],
            stored["weighting"],
            Answer(stored["nominal"]),
            Figure(value, low, high, error),
            stored["near_the_line"],
            tuple(Counter({Answer(said): n for said, n in counts.items()}) for counts in stored["seeds"]),
            None if ends is None else (ends[0], ends[1], ends[2]),
        )
        choice = None if stored["choice"] is None else tuple(stored["choice"])
        return cls(look, tuple((name, value) for name, value in stored["drivers"]), stored["beside"], choice)


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a cell: its limits of engagement, and how sampled worlds are weighted."""

    cell: str
    limits: str
    weighting: str


def looked(
    arm: Arm,
    nominal: Answer,
    figure: Figure,
    lines: Sequence[float],
    answers: Sequence[Sequence[Answer]],
    band: tuple[float, float, float] | None,
    moved_by: Sequence[tuple[str, float]] = (),
    beside: str | tuple[str, str] = "",
) -> Evidence:
    """Evidence from the answers of the nominal and of the sampled worlds of each seed; near: within an error of one of
    ``lines``; ``beside`` is a label, or the kind of a choice and what is chosen."""
    near = any(figure.near(line) for line in lines)
    counts = tuple(Counter(each) for each in answers)
    look = Look(arm.cell, arm.limits, arm.weighting, nominal, figure, near, counts, band)
    if isinstance(beside, tuple):
        return Evidence(look, tuple(moved_by), choice=beside)
    return Evidence(look, tuple(moved_by), beside)


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

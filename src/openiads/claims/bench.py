"""What the methods of claims share: stored runs, sampled worlds, answers about probabilities."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import Interrupted
from openiads.base.jsonable import Json
from openiads.base.version import __version__
from openiads.claims.verdict import Answer, Figure
from openiads.experiments.factors import unit_sample
from openiads.runs import disk
from openiads.runs.digest import hash_of
from openiads.runs.folder import Damaged, read_checked, write_checked
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.scenario.knobs import Knob, sample
from openiads.statistics.intervals import clopper_pearson, student_quantile
from openiads.statistics.spread import knowledge, percentiles
from openiads.world.prebuilt import Prebuilt

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

#: Share of a method's work that is done, and what is being done.
Progress = Callable[[float, str], None]


class Bench:
    """Where a claim's runs are made: each stored by what it is, so that a claim that was stopped goes on.

    Parameters
    ----------
    folder : Path, optional
        Of the stored runs; None: each run is gone when it is read.
    seed : int
    jobs : int, optional
    cancel : threading.Event, optional
    progress : Progress, optional
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        seed: int = 1,
        jobs: int | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        self.folder, self.seed, self.jobs, self.cancel = folder, seed, jobs, cancel
        self._progress = progress
        self._pieces, self._done = 1, 0
        self.replications = 0
        self.failed = 0
        self._digests: dict[str, str] = {}
        self.prebuilt = Prebuilt()

    def expect(self, pieces: int) -> None:
        """How many runs there will be, for the progress."""
        self._pieces, self._done = max(pieces, 1), 0

    def run(
        self, scenario: Scenario, replications: int, knobs: Mapping[str, float] | None = None, seed: int | None = None
    ) -> Run:
        """A stored run, made now or found; the same scenario, size, seed (the bench's, if none is given) and knobs is
        the same run."""
        seed = self.seed if seed is None else seed
        named = sorted((knobs or {}).items())
        key = hash_of([scenario.digest(), replications, seed, [list(pair) for pair in named]])[:20]
        out = None if self.folder is None else self.folder / "runs" / key
        made = run(
            scenario,
            replications=replications,
            seed=seed,
            jobs=self.jobs,
            out=out,
            knobs=dict(named) or None,
            prebuilt=self.prebuilt,
            cancel=self.cancel,
        )
        if key not in self._digests:
            self.replications += made.replications
            self.failed += int(made.seal["failed"])
        self._digests[key] = made.digest
        self.step(scenario.name)
        return made

    def figures(self, about: list[Json], make: Callable[[], dict[str, float]]) -> dict[str, float]:
        """Figures that need no run, made now or found, so that a claim that was stopped goes on.

        A file that does not agree with its own hash is made again.

        Parameters
        ----------
        about : list of Json
            What they depend on.
        make : callable
            Makes them.

        Returns
        -------
        dict of str to float
        """
        if self.folder is None:
            return make()
        file = self.folder / "runs" / hash_of([__version__, about])[:20] / "figures.json"
        if file.exists():
            with suppress(Damaged):
                return {name: float(value) for name, value in read_checked(file)["figures"].items()}
        made = make()
        disk.make_folder(file.parent)
        write_checked(file, {"about": about, "figures": made})
        return made

    def step(self, what: str) -> None:
        """One more piece of work is done; Interrupted if the cancel flag is set."""
        self._done += 1
        if self.cancel is not None and self.cancel.is_set():
            raise Interrupted("claims", "stopped", "Run the same command again with the same --out to continue.")
        if self._progress is not None:
            self._progress(min(self._done / self._pieces, 1.0), what)

    def seeds(self, count: int) -> list[int]:
        """The bench's seed and those that follow."""
        return [self.seed + k for k in range(count)]

    @property
    def digest(self) -> str:
        """One digest over those of all runs, in the order of their keys."""
        return hash_of(sorted(self._digests.items()))


def worlds(knobs: Sequence[Knob], count: int, weighting: str, seed: int) -> list[dict[str, float]]:
    """A Latin hypercube over the intervals of knobs that are in doubt: one dict of values for each sampled world."""
    doubtful = [knob for knob in knobs if not knob.certain]
    if not doubtful or count == 0:
        return [{} for _ in range(count)]
    shares = unit_sample("latin_hypercube", count, len(doubtful), seed)
    return sample(doubtful, np.clip(shares, 1e-9, 1.0 - 1e-9), weighting)


def logs(made: Run) -> Iterator[np.ndarray | None]:
    """The key events (dtype EVENT) of every replication of a run, in order; None of one that failed."""
    for chunk in made.chunks:
        rows = made.store.trusted(chunk).rows
        for row, events in zip(rows, made.store.events(chunk), strict=True):
            yield events if row["status"] == 0 else None


def share(count: int, of: int, failed: int = 0) -> Figure:
    """A probability from yes/no replications: Clopper-Pearson, failed replications in their worst case."""
    if of == 0:
        return Figure(math.nan, 0.0, 1.0)
    whole = of + failed
    low, high = clopper_pearson(count, whole)[0], clopper_pearson(count + failed, whole)[1]
    mean = count / of
    smoothed = (count + 1.0) / (of + 2.0)  # no error of exactly nothing at 0 or 1
    return Figure(mean, low, high, math.sqrt(smoothed * (1.0 - smoothed) / of))


def above(figure: Figure, line: float) -> Answer:
    """YES if the whole interval is above the line, NO if it is below, else OPEN."""
    if figure.low > line:
        return Answer.YES
    return Answer.NO if figure.high < line else Answer.OPEN


def band(outputs: Sequence[np.ndarray]) -> tuple[float, float, float] | None:
    """5, 50 and 95 % of a number over sampled worlds, the dice of their few replications taken out.

    Parameters
    ----------
    outputs : Sequence[np.ndarray]
        Of each world a number for every replication, NaN of one that failed; replication r of every world met the same
        dice. Those that no world lost count; None if there are none.

    Returns
    -------
    tuple[float, float, float] or None
    """
    table = np.array(outputs, float)
    table = table[:, np.isfinite(table).all(axis=0)] if len(table) else table
    if table.size == 0:
        return None
    if len(table) == 1:
        return (float(table.mean()),) * 3
    low, middle, high = percentiles(table, knowledge(table).variance)
    return low, middle, high


def mean_band(groups: Sequence[Sequence[np.ndarray]]) -> tuple[float, float, float] | None:
    """The bands of the worlds of each seed (their dice differ), averaged."""
    found = [each for each in map(band, groups) if each is not None]
    if not found:
        return None
    low, middle, high = np.mean(found, axis=0).tolist()
    return low, middle, high


def drivers(
    drawn: Sequence[Mapping[str, float]], values: Sequence[float], looks: int, most: int = 2
) -> list[tuple[str, float]]:
    """The knobs whose rank goes most with the rank of a number over sampled worlds: (name, rank correlation).

    Parameters
    ----------
    drawn : Sequence[Mapping[str, float]]
    values : sequence of float
    looks : int
        Of the whole claim. Named is only what chance alone would name in one claim of twenty or fewer, however many
        knobs are tried in however many looks: each is held to Student's t at 0.05 / (knobs x looks), two-sided
        (Bonferroni; looks that share worlds make it stricter). Measured on noise, t's approximation at few worlds
        included: something is named in 3 to 8 % of claims of 8 to 400 worlds, 15 to 60 knobs and 4 to 128 looks.
    most : int, optional

    Returns
    -------
    list[tuple[str, float]]
    """
    kept = [(w, v) for w, v in zip(drawn, values, strict=True) if not math.isnan(v)]
    if len(kept) < 8:
        return []
    numbers = _ranks([v for _, v in kept])
    names = sorted(set.intersection(*(set(w) for w, _ in kept)))
    found = []
    for name in names:
        ranks = _ranks([w[name] for w, _ in kept])
        if ranks.std() > 0.0 and numbers.std() > 0.0:
            found.append((name, float(np.corrcoef(ranks, numbers)[0, 1])))
    if not found:
        return []
    freedom = len(kept) - 2
    t = student_quantile(1.0 - 0.025 / (len(found) * looks), freedom)
    beyond = t / math.sqrt(freedom + t * t)
    strong = [pair for pair in found if abs(pair[1]) > beyond]
    return sorted(strong, key=lambda pair: -abs(pair[1]))[:most]


def _ranks(values: Sequence[float]) -> np.ndarray:
    """Ranks with ties at their mean."""
    array = np.asarray(values, float)
    _, inverse, counts = np.unique(array, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[inverse]

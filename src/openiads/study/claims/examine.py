"""One claim examined: its evidence gathered, judged by its own rule, and kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from openiads import __version__
from openiads.base.errors import ResultsError
from openiads.study import disk
from openiads.study.claims import equivalence, kill_over_area, largest_raid, ratios
from openiads.study.claims.bench import Bench, Progress
from openiads.study.claims.evidence import Evidence
from openiads.study.claims.statement import Claim
from openiads.study.claims.verdict import CellVerdict, Judgment, Verdict, of_cell
from openiads.study.store import with_check

METHODS: Mapping[str, Any] = {
    "kill_over_area": kill_over_area,
    "equivalence": equivalence,
    "largest_raid": largest_raid,
    "ratios": ratios,
}

SEED = 2016


@dataclass(frozen=True, slots=True)
class Result:
    """A claim's verdict with everything that it rests on."""

    claim: Claim
    full: bool
    evidence: tuple[Evidence, ...]
    judgment: Judgment
    figures: dict[str, Any]  # what the method tells beyond its cells
    replications: int
    failed: int
    seed: int
    digest: str

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        told = self.claim.told
        return {
            "claim": self.claim.name,
            "claim_digest": self.claim.digest,
            "sentence": told.sentence,
            "said_by": told.said_by,
            "source": told.source,
            "question": told.question,
            "effort": "full" if self.full else "quick",
            **self.judgment.as_dict(),
            "figures": self.figures,
            "evidence": [each.as_dict() for each in self.evidence],
            "replications": self.replications,
            "failed_replications": self.failed,
            "seed": self.seed,
            "digest": self.digest,
            "version": __version__,
        }


def examine(
    claim: Claim,
    *,
    full: bool = False,
    out: str | Path | None = None,
    seed: int = SEED,
    jobs: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    effort: Any = None,
) -> Result:
    """Gather the evidence of a claim and judge it.

    full : the claim's full effort instead of its quick one;  out : folder that keeps every run and the result, so that
    a claim that was stopped goes on;  effort : replaces both (tests)
    Raises Interrupted when the cancel flag is set, ResultsError for the store, InputError for what cannot be set up.
    """
    folder = None if out is None else Path(out)
    if folder is not None:
        _own(folder, claim)
    bench = Bench(folder, seed=seed, jobs=jobs, progress=progress, cancel=cancel)
    method = METHODS[claim.told.method]
    chosen = effort or (claim.told.full if full else claim.told.quick)
    evidence = tuple(method.gather(claim.told, chosen, bench))
    judgment = method.decide(claim.told, cells_of(claim, evidence), list(evidence))
    figures = method.figures(claim.told, list(evidence)) if hasattr(method, "figures") else {}
    result = Result(claim, full, evidence, judgment, figures, bench.replications, bench.failed, seed, bench.digest)
    if folder is not None:
        disk.write_file(folder / "result.json", with_check(result.as_dict()))
    return result


def cells_of(claim: Claim, evidence: tuple[Evidence, ...]) -> list[CellVerdict]:
    """The verdict of every cell over its arms; what only stands beside is left out."""
    method = METHODS[claim.told.method]
    deciding = [each for each in evidence if not each.beside]
    names = dict.fromkeys(each.look.cell for each in deciding)
    ordered = sorted(deciding, key=lambda each: list(names).index(each.look.cell))
    found = []
    for _, group in groupby(ordered, key=lambda each: each.look.cell):
        arms = list(group)
        found.append(of_cell([each.look for each in arms], [arm_verdict(method, claim, each) for each in arms]))
    return found


def arm_verdict(method: Any, claim: Claim, evidence: Evidence) -> Verdict:
    """What one arm of a cell comes to: by the method's own rule if it has one, else over the sampled worlds."""
    if hasattr(method, "arm_verdict"):
        return method.arm_verdict(claim.told, evidence)
    return evidence.look.verdict(claim.told.rule.robust)


def _own(folder: Path, claim: Claim) -> None:
    """Make a folder that of a claim; ResultsError if it is another claim's, or holds something else."""
    kept = folder / "claim.json"
    if folder.exists():
        strangers = sorted(p.name for p in folder.iterdir() if p.name not in ("runs", "result.json", kept.name))
        if strangers:
            raise ResultsError(str(folder), f"holds other files ({strangers[0]})", "Choose a new or an empty folder.")
    disk.make_folder(folder)
    if not kept.exists():
        disk.write_file(kept, with_check({"claim": claim.name, "claim_digest": claim.digest}))
        return
    try:
        stored = json.loads(disk.read_file(kept)).get("claim_digest")
    except (ValueError, AttributeError):
        stored = None
    if stored != claim.digest:
        remedy = "Choose another folder; a verdict by another rule is another verdict."
        raise ResultsError(str(kept), "is of another claim, or of this one with another rule", remedy)


__all__ = ["METHODS", "SEED", "Result", "arm_verdict", "cells_of", "examine"]

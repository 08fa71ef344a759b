"""One claim examined: its evidence gathered, judged by its own rule, and kept with what it rests on."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from openiads.base.errors import ResultsError
from openiads.base.version import __version__
from openiads.claims import equivalence, kill_over_area, largest_raid, ratios
from openiads.claims.bench import Bench, Progress
from openiads.claims.evidence import Evidence
from openiads.claims.statement import Claim
from openiads.claims.verdict import CellVerdict, Judgment, Verdict, of_cell
from openiads.runs import disk
from openiads.runs.digest import hash_of
from openiads.runs.folder import Damaged, checked, with_check
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import catalog_of

METHODS: Mapping[str, Any] = {
    "kill_over_area": kill_over_area,
    "equivalence": equivalence,
    "largest_raid": largest_raid,
    "ratios": ratios,
}

SEED = 2016


@dataclass(frozen=True, slots=True)
class Result:
    """A claim's verdict with everything that it rests on.

    effort : numbers of replications and worlds;  runs : one digest over those of all runs;  basis : of ``rests_on``
    """

    claim: Claim
    full: bool
    effort: dict[str, Any]
    evidence: tuple[Evidence, ...]
    judgment: Judgment
    figures: dict[str, Any]  # what the method tells beyond its cells
    replications: int
    failed: int
    seed: int
    runs: str
    basis: dict[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 over what was asked, how hard and with which seed, all runs, and all evidence read from them."""
        read = [each.as_dict() for each in self.evidence]
        return hash_of([self.claim.digest, self.effort, self.seed, self.runs, read])

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
            "effort_numbers": self.effort,
            **self.judgment.as_dict(),
            "figures": self.figures,
            "evidence": [each.as_dict() for each in self.evidence],
            "replications": self.replications,
            "failed_replications": self.failed,
            "seed": self.seed,
            "rests_on": self.basis,
            "runs_digest": self.runs,
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
    numbers = chosen.model_dump()
    thrown = (bench.replications, bench.failed, seed, bench.digest)
    result = Result(claim, full, numbers, evidence, judgment, figures, *thrown, rests_on(claim))
    if folder is not None:
        disk.write_file(folder / "result.json", with_check(result.as_dict()))
    return result


def rests_on(claim: Claim) -> dict[str, Any]:
    """What a claim asks about, without running it, as plain JSON: a stored result keeps it, and so tells whether the
    claim would still ask the same of the same numbers.

    scenarios : name, limits and digest of every nominal one, in alphabetical order
    knobs : knob -> low, nominal, high (12 digits: machines differ in the last) and scale, of all that these scenarios
    use; of a ratio claim also the values of the catalog that it compares
    """
    method = METHODS[claim.told.method]
    scenarios = method.nominal(claim.told)
    used = {knob.name: knob for each in scenarios for knob in knob_list(catalog_of(each), each)}
    rows = {name: (knob.low, knob.nominal, knob.high, knob.scale) for name, knob in used.items()}
    if hasattr(method, "values"):
        rows |= method.values(claim.told)
    return {
        "scenarios": sorted([each.name, each.model.limits, each.digest()[:16]] for each in scenarios),
        "knobs": {
            name: [*(float(f"{v:.12g}") for v in (low, nominal, high)), scale]
            for name, (low, nominal, high, scale) in sorted(rows.items())
        },
    }


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
        stored = checked(disk.read_file(kept)).get("claim_digest")
    except Damaged as damage:
        raise ResultsError(str(kept), str(damage), "Put it back as it was, or choose a new folder.") from damage
    if stored != claim.digest:
        remedy = "Choose another folder; a verdict by another rule is another verdict."
        raise ResultsError(str(kept), "is of another claim, or of this one with another rule", remedy)

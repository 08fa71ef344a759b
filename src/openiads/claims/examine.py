"""One claim examined: its evidence gathered, judged by its own rule, and kept with what it rests on."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from openiads.base.errors import ResultsError
from openiads.base.jsonable import JsonObject
from openiads.base.version import __version__
from openiads.claims import (
    equivalence,
    kept_apart,
    kill_over_area,
    largest_raid,
    raised_price,
    ratios,
    reach_over_others,
)
from openiads.claims.basics import Effort
from openiads.claims.bench import Bench, Progress
from openiads.claims.evidence import Evidence
from openiads.claims.flips import Flipped
from openiads.claims.statement import Claim, RatioEffort
from openiads.claims.verdict import (
    ALONE,
    Answer,
    CellVerdict,
    Hinge,
    Judgment,
    Verdict,
    hinges,
    of_cell,
    together,
)
from openiads.runs import disk
from openiads.runs.digest import hash_of
from openiads.runs.folder import Damaged, Layout, read_checked, refuse_foreign, write_checked
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import catalog_of

#: How each kind of claim is examined: modules with ``gather``, ``nominal`` and ``decide``, and perhaps ``figures``,
#: ``flips`` and ``values``.
METHODS: Mapping[str, ModuleType] = {
    "kill_over_area": kill_over_area,
    "equivalence": equivalence,
    "largest_raid": largest_raid,
    "ratios": ratios,
    "reach_over_others": reach_over_others,
    "raised_price": raised_price,
    "kept_apart": kept_apart,
}

SEED = 2016

#: The folder of a claim: its runs and its result.
CLAIM = Layout("claim", own=("runs", "result.json"))


@dataclass(frozen=True, slots=True)
class Result:
    """A claim's verdict with everything that it rests on.

    Attributes
    ----------
    claim : Claim
    full : bool
    effort : JsonObject
        Numbers of replications and worlds.
    evidence : tuple of Evidence
    judgment : Judgment
    figures : JsonObject
    flips : tuple of Flipped
        Where the answer flips when a number is moved alone.
    replications : int
    failed : int
    seed : int
    runs : str
        One digest over those of all runs.
    basis : JsonObject
        Of ``rests_on``.
    """

    claim: Claim
    full: bool
    effort: JsonObject
    evidence: tuple[Evidence, ...]
    judgment: Judgment
    figures: JsonObject  # what the method tells beyond its cells
    flips: tuple[Flipped, ...]
    replications: int
    failed: int
    seed: int
    runs: str
    basis: JsonObject

    @property
    def digest(self) -> str:
        """SHA-256 over what was asked, how hard and with which seed, all runs, and all evidence read from them."""
        read = [*(each.as_dict() for each in self.evidence), *(each.as_dict() for each in self.flips)]
        return hash_of([self.claim.digest, self.effort, self.seed, self.runs, read])

    def as_dict(self) -> JsonObject:
        """Plain JSON."""
        told = self.claim.told
        return {
            "claim": self.claim.name,
            "claim_digest": self.claim.digest,
            "sentence": told.sentence,
            "said_by": told.said_by,
            "source": told.source,
            "question": told.question,
            "caveats": list(told.caveats),
            "effort": "full" if self.full else "quick",
            "effort_numbers": self.effort,
            **self.judgment.as_dict(),
            "figures": self.figures,
            "flips": [each.as_dict() for each in self.flips],
            "evidence": [each.as_dict() for each in self.evidence],
            "replications": self.replications,
            "failed_replications": self.failed,
            "seed": self.seed,
            "seeds": [self.seed + k for k in range(told.rule.seeds)],
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
    effort: Effort | RatioEffort | None = None,
) -> Result:
    """Gather the evidence of a claim and judge it.

    Parameters
    ----------
    claim : Claim
    full : bool, optional
        The claim's full effort instead of its quick one.
    out : str or Path, optional
        Folder that keeps every run and the result, so that a claim that was stopped goes on.
    seed : int, optional
    jobs : int, optional
    progress : Progress, optional
    cancel : threading.Event, optional
    effort : Effort or RatioEffort, optional
        Replaces both (tests).

    Returns
    -------
    Result

    Raises
    ------
    Interrupted
        When the cancel flag is set.
    ResultsError
        For the store.
    InputError
        For what cannot be set up.
    """
    folder = None if out is None else Path(out)
    if folder is not None:
        _own(folder, claim)
    bench = Bench(folder, seed=seed, jobs=jobs, progress=progress, cancel=cancel)
    method = METHODS[claim.told.method]
    chosen = effort or (claim.told.full if full else claim.told.quick)
    evidence = tuple(method.gather(claim.told, chosen, bench))
    judgment = judged(claim, evidence)
    figures = figures_of(claim, evidence)
    flips = tuple(method.flips(claim.told, chosen, bench)) if hasattr(method, "flips") else ()
    numbers = chosen.model_dump()
    thrown = (bench.replications, bench.failed, seed, bench.digest)
    result = Result(claim, full, numbers, evidence, judgment, figures, flips, *thrown, rests_on(claim))
    if folder is not None:
        write_checked(folder / "result.json", result.as_dict())
    return result


def rests_on(claim: Claim) -> JsonObject:
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


def judged(claim: Claim, evidence: tuple[Evidence, ...]) -> Judgment:
    """What evidence comes to by the rule of a claim, and which of its arms it hangs on."""
    method = METHODS[claim.told.method]
    judgment: Judgment = method.decide(claim.told, cells_of(claim, evidence), list(evidence))
    return replace(judgment, hinges=hinges_of(claim, evidence))


def figures_of(claim: Claim, evidence: tuple[Evidence, ...]) -> JsonObject:
    """What the method of a claim tells beyond its cells."""
    method = METHODS[claim.told.method]
    figures: JsonObject = method.figures(claim.told, list(evidence)) if hasattr(method, "figures") else {}
    return figures


def cells_of(claim: Claim, evidence: tuple[Evidence, ...]) -> list[CellVerdict]:
    """The verdict of every cell over its arms; what only stands beside is left out."""
    robust = claim.told.rule.robust
    found = []
    for arms, choices in _cells(evidence):
        looks = [each.look for each in arms]
        found.append(of_cell(looks, [look.verdict(robust) for look in looks], robust, choices))
    return found


def _cells(evidence: tuple[Evidence, ...]) -> list[tuple[list[Evidence], list[tuple[str, Answer]]]]:
    """The arms of each cell, in the order of the evidence, and what each of its choices says."""
    arms: dict[str, list[Evidence]] = {}
    for each in evidence:
        if each.decides:
            arms.setdefault(each.look.cell, []).append(each)
    chosen = [(each.look.cell, (each.choice[0], each.look.nominal)) for each in evidence if each.choice]
    return [(mine, [choice for cell, choice in chosen if cell == name]) for name, mine in arms.items()]


def hinges_of(claim: Claim, evidence: tuple[Evidence, ...]) -> tuple[Hinge, ...]:
    """Every arm on one sampled world of which the claim's verdict hangs."""
    cells = _cells(evidence)
    method = METHODS[claim.told.method]

    def by_arms(verdicts: Sequence[Verdict]) -> Verdict:
        left = iter(verdicts)
        found = []
        for arms, choices in cells:
            said = [*(next(left) for _ in arms), *(ALONE[answer] for _, answer in choices)]
            found.append(CellVerdict(arms[0].look.cell, together(said), (), False))
        verdict: Verdict = method.decide(claim.told, found, list(evidence)).verdict
        return verdict

    return hinges([each.look for arms, _ in cells for each in arms], claim.told.rule.robust, by_arms)


def arm_verdict(claim: Claim, evidence: Evidence) -> Verdict:
    """What one arm of a cell comes to over its sampled worlds."""
    return evidence.look.verdict(claim.told.rule.robust)


def _own(folder: Path, claim: Claim) -> None:
    """Make a folder that of a claim; ResultsError if it is another claim's, or holds something else."""
    kept = folder / "claim.json"
    refuse_foreign(folder, CLAIM)
    disk.make_folder(folder)
    if not kept.exists():
        write_checked(kept, {"claim": claim.name, "claim_digest": claim.digest})
        return
    try:
        stored = read_checked(kept).get("claim_digest")
    except Damaged as damage:
        raise ResultsError(str(kept), str(damage), "Put it back as it was, or choose a new folder.") from damage
    if stored != claim.digest:
        named = read_checked(kept).get("claim") == claim.name
        said = f"the rule file of claim {claim.name} was changed since" if named else "is of another claim"
        remedy = "Give a new --out to judge by the file as it is, or put the file back as it was to go on here."
        raise ResultsError(str(kept), f"{said} (hash {str(stored)[:12]}, now {claim.digest[:12]})", remedy)

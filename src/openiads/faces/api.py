"""What the command line does with whole scenarios, runs and claims, as functions of Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.errors import UsageError
from openiads.base.options import Phases, Silent, several
from openiads.base.shown import Shown

if TYPE_CHECKING:
    from openiads.claims.examine import Result
    from openiads.claims.statement import Claim
    from openiads.experiments.sweep import Sweep
    from openiads.explain.closed_forms import Twin
    from openiads.faces.words.claims import Told
    from openiads.runs.run import Run
    from openiads.scenario.load import Scenario

CLAIMS_SEED = 2016
EFFORTS = ("quick", "full")  # folders of a folder of claims
AGAIN = 3  # replications of a stored run that a check runs again


# ------------------------------------------------------------------ check


@dataclass(frozen=True)
class CheckAnswer(Shown):
    """What became of a check.  what : "scenario", "study" or "run" (a run or a sweep)"""

    what: str
    name: str
    facts: Mapping[str, Any]  #: what else the command prints with ``--json``
    warnings: Sequence[str] = ()
    size: str = ""  #: how much was checked, in words

    @property
    def ok(self) -> bool:
        """Whether nothing wrong was found."""
        return not self.facts.get("violations")


def check(target: str | Path | Scenario | Run | Sweep, again: int = AGAIN) -> CheckAnswer:
    """Validate a scenario or a study, or verify a stored run or sweep.

    Parameters
    ----------
    target : str, Path, Scenario, Run or Sweep
        A scenario, its file or its packaged name; a study file; a run or a sweep, or its folder.
    again : int
        Run so many replications of a stored run or sweep again and compare.

    Returns
    -------
    CheckAnswer
        ``ok`` says whether nothing was found; ``table()`` has a row for each violation.

    Raises
    ------
    InputError
        With every fault of a scenario or a study.
    ResultsError
        For a folder that is not complete, or damaged.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.check("one_on_one").ok
    True
    """
    return checked(target, again)


def checked(
    target: str | Path | Scenario | Run | Sweep, again: int = AGAIN, phases: Phases | None = None
) -> CheckAnswer:
    """``check``, with somebody told how far it is."""
    from openiads.experiments.design import is_study
    from openiads.experiments.sweep import Sweep
    from openiads.runs.run import Run

    if isinstance(target, Run | Sweep) or (isinstance(target, str | Path) and Path(target).is_dir()):
        return _check_stored(target, again)
    if isinstance(target, str | Path) and is_study(target):
        return _check_study(target)
    return _check_scenario(target, phases or Silent())


def _check_scenario(target: str | Path | Scenario, phases: Phases) -> CheckAnswer:
    from openiads.faces.words.text import plural
    from openiads.runs.simulator import preview
    from openiads.scenario.load import scenario_with

    scenario = scenario_with(target)
    phases.phase("building the world, compiling if need be")
    warnings = preview(scenario)
    flights = sum(raid.count for raid in scenario.raids) + len(scenario.flights)
    counted = ((scenario.sites, "site"), (scenario.assets, "asset"))
    words = [plural(len(each), noun, f"{noun}s") for each, noun in counted] + [plural(flights, "flight", "flights")]
    facts = {"warnings": warnings, "digest": scenario.digest()}
    return CheckAnswer("scenario", scenario.name, facts, warnings, ", ".join(words))


def _check_study(file: str | Path) -> CheckAnswer:
    from openiads.experiments.design import load_study
    from openiads.faces.words.text import plural

    study = load_study(file)
    facts = {"points": study.size, "design": study.design}
    return CheckAnswer("study", study.name, facts, size=plural(study.size, "point", "points"))


def _check_stored(target: str | Path | Run | Sweep, again: int) -> CheckAnswer:
    """Files against their hashes, event logs against the invariants, and ``again`` replications run again."""
    from openiads.audit.check import check_run, verify_run
    from openiads.base.version import __version__
    from openiads.experiments.sweep import Sweep

    made = opened(target)
    swept = isinstance(made, Sweep)
    version = made.store.identity.fields["version"] if isinstance(made, Sweep) else made.identity.version
    warnings = []
    if again and version != __version__:
        again = 0
        told = f"made by openiads {version}, this is {__version__}: its files are checked, but nothing is run again"
        warnings.append(f"{target if isinstance(target, str | Path) else made.path}: {told}")
    if isinstance(made, Sweep):
        found, repeated = made.check(again)
        count = sum(each["replications"] for each in made.seal["points"])
    else:
        made.store.verify()
        repeated = min(again, made.replications)
        violations = check_run(made) + (verify_run(made, repeated) if repeated else [])
        found, count = [(0, v) for v in violations], made.replications
        warnings += made.warnings
    rows = [
        {"point": k, "check": v.name, "replication": v.replication, "time": v.time, "text": v.text} for k, v in found
    ]
    points = {"points": len(made.points)} if isinstance(made, Sweep) else {}
    facts = {"replications": count, **points, "repeated": repeated, "violations": rows}
    again_words = f"{repeated} run again with equal results" if repeated else "none run again"
    of = f"{points['points']} points, " if swept else ""
    name = str(target if isinstance(target, str | Path) else made.path)
    return CheckAnswer("run", name, facts, warnings, f"{of}{count} replications, {again_words}")


def opened(target: str | Path | Run | Sweep) -> Run | Sweep:
    """A run or a sweep, or that of a folder; ResultsError if it is not complete or damaged."""
    from openiads.experiments.sweep import is_sweep, open_sweep
    from openiads.runs.run import open_run

    if not isinstance(target, str | Path):
        return target
    return open_sweep(target) if is_sweep(target) else open_run(target)


# ------------------------------------------------------------------ report and view


def report(target: str | Path | Run | Sweep, out: str | Path | None = None, replication: int | None = None) -> Path:
    """Write a run or a sweep as one HTML file that needs nothing else.

    Parameters
    ----------
    target : str, Path, Run or Sweep
        A run or a sweep, or its folder.
    out : str or Path, optional
        The file; ``report.html`` in that folder if left out.
    replication : int, optional
        The replication of a run to draw; 0 if left out.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        For a replication that is not in the run, or one of a sweep.
    ResultsError
        For a folder that is not complete or damaged, or a file that cannot be written.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=3, seed=1)
    >>> oi.report(run, out="one_on_one.html").name  # doctest: +SKIP
    'one_on_one.html'
    """
    from openiads.experiments.sweep import Sweep
    from openiads.faces.pages import run_page
    from openiads.faces.pages.answers import page

    made, file = opened(target), None if out is None else Path(out)
    if not isinstance(made, Sweep):
        return run_page.write(made, file, replication or 0)
    if replication is not None:
        raise UsageError("--replication", f"{made.path} is a sweep", "Give the folder of a point: points/p000000")
    return page.write(page.sweep_page(made, page.premises_of(made.run(0).scenario)), made.path, file)


def view(folders: str | Path | Sequence[str | Path], port: int = 0, ready: Callable[[str], Any] | None = None) -> None:
    """Show runs and sweeps in the browser until it is interrupted.

    Parameters
    ----------
    folders : path or sequence of paths
        Folders of runs or sweeps.
    port : int
        The port, on this machine alone; 0 takes a free one.
    ready : callable, optional
        Called with the address once it can be opened; left out, a browser opens it.

    Raises
    ------
    UsageError
        Where the port cannot be had.
    ResultsError
        For a folder that is not there.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.view("runs/tartus")  # doctest: +SKIP
    """
    import webbrowser

    from openiads.faces.server import serve

    serve([Path(each) for each in several(folders)], port=port, ready=ready or webbrowser.open)


# ------------------------------------------------------------------ closed forms


@dataclass(frozen=True)
class ClosedForms(Shown):
    """What textbook formulas say on a run's own ingredients, beside its figures."""

    run: str
    scenario: str
    replications: int
    formulas: Sequence[Twin] = field(default=())


def closed_forms(run: str | Path | Run) -> ClosedForms:
    """What textbook formulas say on a run's own ingredients, beside its figures, and why they differ.

    Parameters
    ----------
    run : str, Path or Run
        A run, or its folder.

    Returns
    -------
    ClosedForms
        ``table()`` has a row for each formula.

    Raises
    ------
    ResultsError
        For a folder that is not complete, or damaged.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=5, seed=1)
    >>> oi.closed_forms(run).table().column_names[:2]
    ['name', 'model']
    """
    from openiads.explain.closed_forms import twins_beside
    from openiads.explain.contested_forms import contested_beside
    from openiads.runs.run import open_run

    made = open_run(run) if isinstance(run, str | Path) else run
    shown = str(run) if isinstance(run, str | Path) else str(made.path)
    return ClosedForms(shown, made.name, made.replications, [*twins_beside(made), *contested_beside(made)])


# ------------------------------------------------------------------ claims


@dataclass(frozen=True)
class ClaimsAnswer(Shown):
    """Claims examined: verdicts, intervals, what would change them."""

    examined: Sequence[Told]
    page: Path | None = None  #: where they are written, if they are
    left: Sequence[Path] = ()  #: folders of verdicts beside them, by another rule, effort or seed or of other claims

    def changed(self) -> list[str]:
        """A line for each verdict beside these that was reached by another file of the same claim."""
        from openiads.faces.words.claims import other_rule

        rules = {str(each.result["claim"]): str(each.result["claim_digest"]) for each in self.examined}
        found = []
        for path in self.left:
            name, digest, _ = path.name.rsplit("-", 2)
            if name in rules and not rules[name].startswith(digest):
                found.append(other_rule(f"{path.parent.name}/{path.name}", name, digest, rules[name]))
        return found


def claims(
    names: str | Path | Sequence[str | Path] = (),
    *,
    full: bool = False,
    out: str | Path | None = None,
    seed: int = CLAIMS_SEED,
    jobs: int | None = None,
) -> ClaimsAnswer:
    """What was said of these systems, as studies with a rule that was stated before: verdicts, and what they rest on.

    Parameters
    ----------
    names : str, Path or sequence
        Packaged claims or claim files; all packaged ones if left out.
    full : bool
        The full effort: hours.
    out : str or Path, optional
        Folder of the page, the verdicts and their runs; the same call continues it.  Left out, nothing is kept.
    seed : int
        The seed; equal seeds give equal results.
    jobs : int, optional
        Threads; all processors if left out.

    Returns
    -------
    ClaimsAnswer
        ``table()`` has a row for each claim.

    Raises
    ------
    InputError
        For an unknown claim, or a file that is none.
    ResultsError
        Where the folder cannot be used.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.claims("moskva")  # doctest: +SKIP
    """
    return claims_examined(several(names), full=full, out=None if out is None else Path(out), seed=seed, jobs=jobs)


def claims_examined(
    names: Sequence[str | Path],
    *,
    full: bool,
    out: Path | None,
    seed: int,
    jobs: int | None,
    watch: Callable[[str], Callable[[float, str], None]] | None = None,
) -> ClaimsAnswer:
    """``claims``; watch : gives for the name of a claim whom to tell the share of its work that is done"""
    from openiads.claims.examine import examine
    from openiads.claims.statement import load_claim, packaged_claims
    from openiads.faces.pages.claims import page
    from openiads.faces.words.claims import gathered
    from openiads.runs import disk
    from openiads.runs.folder import Layout, refuse_foreign

    wanted = [load_claim(name) for name in (names or packaged_claims())]
    if out is not None:
        refuse_foreign(out, Layout("claims", own=(*EFFORTS, "claims.html")))  # before anything takes time
    examined, folders = [], []
    for claim in wanted:
        folder = None if out is None else folder_of(out, claim, full=full, seed=seed)
        folders.append(folder)
        progress = None if watch is None else watch(claim.name)
        result: Result = examine(claim, full=full, out=folder, seed=seed, jobs=jobs, progress=progress)
        examined.append(gathered(result))
    if out is None:
        return ClaimsAnswer(examined)
    disk.make_folder(out)
    disk.write_file(out / "claims.html", page(examined).encode())
    left = [path.parent for effort in EFFORTS for path in sorted((out / effort).glob("*/result.json"))]
    return ClaimsAnswer(examined, (out / "claims.html").resolve(), [path for path in left if path not in folders])


def folder_of(out: Path, claim: Claim, *, full: bool, seed: int) -> Path:
    """The folder of one claim with this rule, effort and seed."""
    return out / EFFORTS[full] / f"{claim.name}-{claim.digest[:8]}-{seed}"

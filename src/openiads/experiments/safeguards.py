"""What would have prevented it: each safeguard of flights that are not hostile taken away or added alone.

Every case meets the same traffic on the same draws as the scenario as declared, so that differences are paired.  Many
are looked at: which of them are told is bounded by a false discovery rate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from openiads.base.jsonable import JsonObject, plain
from openiads.base.options import keywords_of
from openiads.base.shown import Shown
from openiads.experiments.contributions import Effect
from openiads.experiments.mistakes import DECLARED, Counted, MistakesQuestion, mean_of, paired, run_cases, sides_of
from openiads.experiments.safeguard_list import Safeguard, safeguards_of
from openiads.runs.digest import hash_of
from openiads.runs.folder import Layout
from openiads.scenario.load import Scenario
from openiads.statistics.many import FALSE_RATE, METHOD, discoveries


@dataclass(frozen=True, kw_only=True)
class SafeguardsQuestion(MistakesQuestion):
    """What is asked of safeguards; the fields are the parameters of `safeguards`."""


@dataclass(frozen=True, slots=True)
class SafeguardRow:
    """What one safeguard changes against the scenario as declared.

    Attributes
    ----------
    safeguard : Safeguard
    effects : dict of str to Effect
        Paired differences of "civil" and "friend" (engaged a crossing) and of "leakers" (a raid).
    case : Counted
    """

    safeguard: Safeguard
    effects: dict[str, Effect]
    case: Counted


@dataclass(frozen=True, slots=True)
class Safeguards(Shown):
    """What each safeguard changes.

    Attributes
    ----------
    scenario : Scenario
    seed : int
    replications : int
    base : Counted
        The scenario as declared.
    rows : tuple of SafeguardRow
    """

    scenario: Scenario
    seed: int
    replications: int
    base: Counted
    rows: tuple[SafeguardRow, ...]

    def ranked(self) -> list[SafeguardRow]:
        """Those that spare most flights first, of civil and friendly together."""
        return sorted(self.rows, key=lambda row: (_spared(row), row.safeguard.title))

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def as_dict(self) -> JsonObject:
        """For JSON, the safeguard that spares most first."""
        sides = sides_of([self.base])
        return plain(
            {
                "scenario": self.scenario.name,
                "scenario_digest": self.scenario.digest(),
                "seed": self.seed,
                "replications": self.replications,
                "warnings": self.base.warnings,
                "declared": _told(self.base, sides),
                "false_discovery_rate": FALSE_RATE,
                "method": METHOD,
                "safeguards": [
                    {
                        "safeguard": row.safeguard.name,
                        "way": row.safeguard.way,
                        "information": row.safeguard.information,
                    }
                    | {"differences": {name: each.as_dict() for name, each in row.effects.items()}}
                    | _told(row.case, sides)
                    for row in self.ranked()
                ],
            }
        )


def _spared(row: SafeguardRow) -> float:
    return sum(each.value for name, each in row.effects.items() if name != "leakers")


def _told(case: Counted, sides: list[str]) -> JsonObject:
    told: JsonObject = {side: case.per_crossing(side) | {"chains": case.chains(side)} for side in sides}
    return told | {"leakers": mean_of(case.values["leakers"])}


@keywords_of(SafeguardsQuestion)
def safeguards(question: SafeguardsQuestion) -> Safeguards:
    """What each safeguard of flights that are not hostile prevents: taken away where it is, added where it is not.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    replications : int, optional
        Of each case; 200 if left out.
    seed : int
        The seed; equal seeds give equal results.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.
    jobs : int, optional
        Threads; all processors if left out.
    out : str or Path, optional
        Folder that keeps every case as a run, and ``safeguards.json``; the same call continues it.
    progress : callable, optional
        Called with (cases done, cases).
    warn : callable, optional
        Called with each warning about the scenario.
    cancel : threading.Event, optional
        Stops the work when set.

    Returns
    -------
    Safeguards
        ``ranked()`` has a row for each, the one that spares most first; ``table()`` the same.

    Raises
    ------
    InputError
        For a bad scenario.
    UsageError
        Where every flight is hostile.
    ResultsError
        Where a replication fails, or the folder cannot be used.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.safeguards("turkey_2013", replications=20).ranked()[0]  # doctest: +SKIP
    """
    return safeguards_found(question)


def safeguards_found(question: SafeguardsQuestion) -> Safeguards:
    """The answer to a question."""
    scenario = question.declared()
    listed = safeguards_of(scenario)
    request = question.request()
    cases = {DECLARED: scenario} | {each.title: each.scenario for each in listed}
    found = run_cases(cases, request, question.work(), Layout("safeguards", own=("safeguards.json",)))
    base = found[DECLARED]
    rows = [SafeguardRow(each, paired(base, found[each.title]), found[each.title]) for each in listed]
    told = iter(discoveries([each.p for row in rows for each in row.effects.values()]))
    marked = tuple(
        replace(row, effects={name: replace(each, told=next(told)) for name, each in row.effects.items()})
        for row in rows
    )
    answer = Safeguards(scenario, request.seed, request.most, base, marked)
    question.keep("safeguards", {"safeguards": answer.as_dict()})
    return answer

"""What stands behind a kill probability, and how wide its interval is at the least: weaker evidence is never narrower.

A grade says what a number *is* (a count of combat, a test, a seller's figure), where a status says how it reached the
catalog.  Those of the packaged interceptors, with their sources, stand in `entries/evidence.toml`; an entry of a user's
own gives ``grade = "..."`` beside the value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from openiads.base.jsonable import Json
from openiads.base.toml import Loc
from openiads.base.words import nearest
from openiads.catalog.records import GRADES, Entry, Value

#: Key path, value to show, what is wrong, what to do.
Problem = tuple[Loc, Json, str, str]

#: Least width of an interval, as a factor either way on the odds p / (1 - p): judgment, in the order of the grades.
ODDS = {"combat_counted": 1.5, "combat_claimed": 3.0, "tested": 2.0, "exporter": 3.0, "guess": 5.0}
PREFIX = "pk_"
BELIEVED = "pk_believed"  # what crews count on is no claim of what a round does


def graded(entry: Entry, evidence: Mapping[str, Json], sources: Collection[str]) -> tuple[Entry, list[Problem]]:
    """An interceptor with the grade of each kill probability, its interval as wide as the grade asks at the least.

    Parameters
    ----------
    entry : Entry
        Of the kind ``interceptors``.
    evidence : mapping
        Class of target -> ``grade`` and ``source``, of this interceptor in `entries/evidence.toml`; a class that is not
        there has the grade beside its value, or, without one, "exporter" if a source is named and "guess" if none is.
    sources : collection of str
        Keys of the bibliography.

    Returns
    -------
    tuple of Entry and list
        What is wrong as key path, value, reason and remedy: a grade that is none or of no kill probability, one above
        "guess" without a source, a source that is none.
    """
    values = dict(entry.values)
    problems: list[Problem] = []
    most = entry.si("reliability", 1.0) * entry.si("common_mode", 1.0)
    for name, value in entry.values.items():
        place = (entry.kind, entry.name, name)
        if not name.startswith(PREFIX) or name == BELIEVED:
            if value.grade:
                problems.append(((*place, "grade"), None, "is no kill probability", "Leave the grade out."))
            continue
        row = evidence.get(name.removeprefix(PREFIX), {})
        source = tuple(row.get("source", value.source))
        assumed = "exporter" if value.source and value.status != "assumption" else "guess"
        grade = value.grade or str(row.get("grade", assumed))
        unknown = [key for key in source if key not in sources]
        if grade not in GRADES:
            remedy = f"{nearest(grade, list(GRADES))}Give one of {', '.join(GRADES)}."
            problems.append(((*place, "grade"), None, f"{grade!r} is no grade", remedy))
        elif grade != "guess" and not source:
            remedy = 'Name a key of sources.toml, or give grade = "guess".'
            problems.append(((*place, "grade"), None, f'"{grade}" without a source', remedy))
        elif unknown:
            reason = f"source {unknown[0]!r} is not in the bibliography"
            remedy = f"{nearest(unknown[0], list(sources))}List them: openiads catalog sources."
            problems.append((place, None, reason, remedy))
        else:
            values[name] = _widened(replace(value, grade=grade), most)
    return replace(entry, values=values), problems


def _widened(value: Value, most: float) -> Value:
    """A kill probability with the least interval of its grade; above, not beyond how often a round works."""
    if value.exact or not 0.0 < value.si < 1.0:
        return value
    odds, factor = value.si / (1.0 - value.si), ODDS[value.grade]
    low, high = (each / (1.0 + each) for each in (odds / factor, odds * factor))
    return replace(value, si_low=min(value.si_low, low), si_high=max(value.si_high, min(high, most)))

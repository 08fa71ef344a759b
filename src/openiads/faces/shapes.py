"""Every kind of answer as plain data, as the rows of a table, as a picture, in a sentence, and as files.

`look_of` finds for an answer what this package knows of its kind; `faces.notebook` puts it on the answers themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.errors import UsageError
from openiads.base.shown import Shown
from openiads.faces.words import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.experiments.compare import Comparison
    from openiads.experiments.knowledge import Indices, Screening, Spread
    from openiads.experiments.query import QueryAnswer
    from openiads.experiments.sweep import Sweep
    from openiads.experiments.swings import Swings
    from openiads.explain.kill_chain import Explanation
    from openiads.faces.api import CheckAnswer, ClaimsAnswer, ClosedForms
    from openiads.reach.defended import FootprintAnswer
    from openiads.reach.fire_unit import EnvelopeAnswer
    from openiads.reach.keep_out import KeepOut
    from openiads.reach.neighbors import ReachAnswer
    from openiads.reach.site_radars import CoverageAnswer
    from openiads.runs.run import Run

Row = Mapping[str, Any]
Cells = tuple[Sequence[str], Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Look:
    """How one kind of answer is shown.  None: it has no such thing."""

    title: Callable[[Any], str]
    sentence: Callable[[Any], str]
    data: Callable[[Any], dict[str, Any]]
    rows: Callable[[Any], list[Row]] | None = None
    figure: Callable[..., Figure] | None = None
    write: Callable[[Any, Path], None] | None = None
    endings: tuple[str, ...] = ()  # of the files that ``write`` writes
    cells: Callable[[Any], Cells] | None = None  # head and rows for people, where they are not those of the table


def look_of(answer: Shown) -> Look:
    """The look of an answer; UsageError for something else."""
    for kind, look in _looks().items():
        if isinstance(answer, kind):
            return look
    raise UsageError(type(answer).__name__, "is no answer that can be shown", "This is a fault of the program")


@cache
def _looks() -> dict[type, Look]:
    from openiads.experiments.compare import Comparison
    from openiads.experiments.knowledge import Indices, Screening, Spread
    from openiads.experiments.query import QueryAnswer
    from openiads.experiments.sweep import Sweep
    from openiads.experiments.swings import Swings
    from openiads.explain.kill_chain import Explanation
    from openiads.faces.api import CheckAnswer, ClaimsAnswer, ClosedForms
    from openiads.faces.geo import coverage, envelope, footprint, keep_out
    from openiads.reach.defended import FootprintAnswer
    from openiads.reach.fire_unit import EnvelopeAnswer
    from openiads.reach.keep_out import KeepOut
    from openiads.reach.neighbors import ReachAnswer
    from openiads.reach.site_radars import CoverageAnswer
    from openiads.runs.run import Run

    sensitivity = Look(
        lambda found: f"{found.question.scenario.name}: what moves {text.words(found.question.metric)}",
        _sensitivity_sentence, lambda found: found.as_dict(), _sensitivity_rows, _tornado,
    )  # fmt: skip
    return {
        Run: Look(lambda run: run.name, lambda run: text.answer(run.summary()), lambda run: run.summary(), _run_rows,
                  _leakers, cells=_run_cells),
        Comparison: Look(lambda made: f"A: {made.labels[0]}; B: {made.labels[1]}", _comparison_sentence,
                         lambda made: made.summary(), _comparison_rows, _differences, cells=_comparison_cells),
        Sweep: Look(lambda made: made.name, _sweep_sentence, lambda made: made.summary(), lambda made: made.rows(),
                    _sweep_figure),
        Spread: Look(lambda found: f"{found.question.scenario.name}: {text.words(found.question.metric)}",
                     _spread_sentence, lambda found: found.as_dict(), _spread_rows, _spreads),
        Screening: sensitivity,
        Indices: sensitivity,
        Swings: sensitivity,
        QueryAnswer: Look(lambda found: "Query", lambda found: text.plural(len(found.rows), "row", "rows"),
                          query_data, lambda found: [dict(zip(found.columns, row, strict=True)) for row in found.rows]),
        Explanation: Look(lambda found: f"{found.scenario}, replication {found.replication}", _explanation_sentence,
                          lambda found: found.as_dict(), _explanation_rows),
        CheckAnswer: Look(lambda found: found.name, check_sentence, check_data,
                          lambda found: list(found.facts.get("violations", []))),
        ClosedForms: Look(lambda found: f"Closed forms beside {found.scenario}", _closed_sentence, closed_data,
                          _closed_rows),
        ClaimsAnswer: Look(lambda found: "Claims", _claims_sentence, claims_data, _claims_rows),
        CoverageAnswer: Look(coverage_title, _coverage_sentence, coverage_data, _coverage_rows, coverage_figure,
                             lambda answer, path: coverage.write(answer.found, path), coverage.ENDINGS),
        EnvelopeAnswer: Look(_envelope_title, _envelope_sentence, envelope_data, _envelope_rows, envelope_figure,
                             envelope.write, tuple(envelope.WRITERS)),
        FootprintAnswer: Look(lambda answer: answer.title, _footprint_sentence, footprint_data, _footprint_rows,
                              footprint_figure, footprint.write, tuple(footprint.WRITERS)),
        KeepOut: Look(keep_out_title, _keep_out_sentence, _keep_out_data, _keep_out_rows, keep_out_figure,
                      keep_out.write, keep_out.ENDINGS),
        ReachAnswer: Look(lambda found: f"What {', '.join(found.sites)} detect and may meet", _reach_sentence,
                          reach_data, _reach_rows),
    }  # fmt: skip


# ------------------------------------------------------------------ runs and experiments


def _run_rows(run: Run) -> list[Row]:
    return [{"metric": name, **found} for name, found in run.summary()["outcomes"].items()]


def _run_cells(run: Run) -> Cells:
    rows = [text.metric_cells(name, value) for name, value in run.summary()["outcomes"].items()]
    return ("Measure", "Value", "95 % interval", "n"), rows


def _leakers(run: Run) -> Figure:
    from types import SimpleNamespace

    from openiads.faces.pages import run_charts

    told = run.summary()
    counts = {int(k): int(count) for k, count in told["leakers_distribution"].items()}
    drawn: Any = SimpleNamespace(summary=told, leakers=counts)
    return run_charts.leaker_histogram(drawn)


def _comparison_sentence(made: Comparison) -> str:
    from openiads.faces.words import comparison

    return comparison.answer(made.summary())


def _comparison_rows(made: Comparison) -> list[Row]:
    return [{"metric": name, **_flat(row)} for name, row in made.summary()["metrics"].items()]


def _comparison_cells(made: Comparison) -> Cells:
    from openiads.faces.words import comparison

    return comparison.HEAD, [comparison.cells(name, row) for name, row in made.summary()["metrics"].items()]


def _differences(made: Comparison, metrics: Any = None) -> Figure:
    from openiads.faces.pages.answers.pairs import differences

    return differences(made) if metrics is None else differences(made, metrics)


def _sweep_sentence(made: Sweep) -> str:
    return f"{text.plural(len(made.points), 'point', 'points')}."


def _sweep_figure(made: Sweep, metric: str = "") -> Figure:
    from openiads.faces.pages.answers.page import sweep_figure

    return sweep_figure(made, metric)


def _spread_sentence(found: Spread) -> str:
    from openiads.faces.words.knowledge import spread_lines

    return " ".join(spread_lines(found.as_dict()))


def _spread_rows(found: Spread) -> list[Row]:
    told = found.as_dict()
    return [
        {"uncertainty": name, "label": told[key]["label"], **{n: told[key][n] for n in ("sd", "p5", "p50", "p95")}}
        for name, key in (("sampling", "dice"), ("parameters", "knowledge"))
    ]


def _spreads(found: Spread) -> Figure:
    from openiads.faces.pages.answers.doubt import spreads

    return spreads(found)


def _sensitivity_sentence(found: Screening | Indices | Swings) -> str:
    from openiads.faces.words.knowledge import sensitivity_lines

    return " ".join(sensitivity_lines(found.as_dict()))


def _sensitivity_rows(found: Screening | Indices | Swings) -> list[Row]:
    told = found.as_dict()
    rows = next(told[key] for key in ("effects", "indices", "swings") if key in told)
    return [_flat(row) for row in rows]


def _tornado(found: Screening | Indices | Swings) -> Figure:
    from openiads.faces.pages.answers.doubt import tornado

    return tornado(found)


def _flat(row: Row) -> Row:
    """A row whose inner mappings became columns, ``at_low_value`` for one."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            out |= {f"{name}_{inner}": each for inner, each in value.items()}
        else:
            out[name] = value
    return out


def query_data(found: QueryAnswer) -> dict[str, Any]:
    """The JSON object of a query."""
    rows = [[value if isinstance(value, int | float | None) else str(value) for value in row] for row in found.rows]
    return {"columns": list(found.columns), "rows": rows}


def _explanation_sentence(found: Explanation) -> str:
    flights = [flight for flight in found.flights if flight.side == "hostile"]
    leaked = sum(flight.leaked for flight in flights)
    return f"{leaked} of {text.plural(len(flights), 'hostile flight', 'hostile flights')} got through."


def _explanation_rows(found: Explanation) -> list[Row]:
    return [
        {"flight": flight.name, "time_s": step.time, "kind": step.kind, "text": step.text}
        for flight in found.flights
        for step in flight.steps
    ]


# ------------------------------------------------------------------ check, closed forms, claims


def check_data(found: CheckAnswer) -> dict[str, Any]:
    """The JSON object of a check."""
    return {found.what: found.name, "ok": found.ok, **found.facts}


def check_sentence(found: CheckAnswer) -> str:
    """What came of a check, after the name of what was checked."""
    if not found.ok:
        return f"{text.plural(len(found.facts['violations']), 'violation', 'violations')} of the invariants."
    return f"{'sound' if found.what == 'run' else 'in order'} ({found.size})"


def closed_data(found: ClosedForms) -> dict[str, Any]:
    """The JSON object of closed forms."""
    rows = [twin.as_dict() for twin in found.formulas]
    return {"run": found.run, "scenario": found.scenario, "replications": found.replications, "twins": rows}


def _closed_sentence(found: ClosedForms) -> str:
    given = sum(twin.given for twin in found.formulas)
    return f"{given} of {text.plural(len(found.formulas), 'formula', 'formulas')} can be applied."


def _closed_rows(found: ClosedForms) -> list[Row]:
    plain = [_flat(twin.as_dict()) for twin in found.formulas]
    return [{k: v for k, v in row.items() if not isinstance(v, list)} for row in plain]


def claims_data(found: ClaimsAnswer) -> dict[str, Any]:
    """The JSON object of claims."""
    from openiads.faces.words.claims import sentence

    rows = [{**told.result, "answer": sentence(told)} for told in found.examined]
    return {"claims": rows, "page": None if found.page is None else str(found.page)}


def _claims_sentence(found: ClaimsAnswer) -> str:
    from openiads.faces.words.claims import sentence

    return " ".join(sentence(told) for told in found.examined)


def _claims_rows(found: ClaimsAnswer) -> list[Row]:
    from openiads.faces.words.claims import sentence

    keys = ("claim", "sentence", "verdict", "effort", "replications", "seed", "digest")
    return [
        {**{key: told.result[key] for key in keys if key in told.result}, "answer": sentence(told)}
        for told in found.examined
    ]


# ------------------------------------------------------------------ coverage


def coverage_title(answer: CoverageAnswer) -> str:
    """What a picture of coverage is called."""
    views = answer.found.views
    kinds = sorted({view.name.split("/")[1] for view in views})
    sites = sorted({view.name.partition("/")[0] for view in views})
    return f"{', '.join(sites)}: what {', '.join(kinds)} {'see' if len(views) > 1 else 'sees'}"


def coverage_data(answer: CoverageAnswer) -> dict[str, Any]:
    """The JSON object of coverage."""
    from openiads.faces.words import coverage

    data = coverage.as_data(answer.found) | {"scenario": answer.scenario, "out": []}
    data["before"] = None if answer.before is None else coverage.as_data(answer.before)
    data["approach"] = None if answer.approach is None else coverage.approach_data(answer.approach)
    return data


def _coverage_rows(answer: CoverageAnswer) -> list[Row]:
    from openiads.faces.words import coverage

    rows: list[Row] = []
    for height in coverage.as_data(answer.found)["heights"]:
        every = {name: height[name] for name in ("in_view_km2", "detected_km2")}
        sets = {"any": every} if len(height["radars"]) > 1 else {}
        rows += [
            {"height_m": height["height_m"], "radar": name, **areas}
            for name, areas in (sets | height["radars"]).items()
        ]
    return rows


def _coverage_sentence(answer: CoverageAnswer) -> str:
    from openiads.faces.words.coverage import conditions
    from openiads.faces.words.terrain import terrain_note

    return f"Asked: {conditions(answer.found)}. {terrain_note(answer.found.terrain)}"


def coverage_figure(answer: CoverageAnswer, title: str = "", show: str = "heights") -> Figure:
    """The map; show : "heights", the lowest height detected, or "lowest", the lowest one in any line of sight"""
    from openiads.faces.draw import coverage

    if show not in ("heights", "lowest"):
        raise UsageError("show", f'"{show}"', "heights or lowest.")
    return coverage.draw(
        answer.found, title or coverage_title(answer), show=show, real=answer.source in ("levant", "files"),
        packaged=answer.source == "levant", before=answer.before, way=answer.approach,
    )  # fmt: skip


# ------------------------------------------------------------------ envelope


def envelope_data(answer: EnvelopeAnswer) -> dict[str, Any]:
    """The JSON object of an envelope."""
    from openiads.faces.words import envelope

    return envelope.as_data(answer) | {"system": answer.system, "out": []}


def _envelope_title(answer: EnvelopeAnswer) -> str:
    from openiads.faces.words.envelope import asked

    return f"{answer.world.catalog[answer.system].title}: {asked(answer.target)}"


def _envelope_rows(answer: EnvelopeAnswer) -> list[Row]:
    from openiads.faces.words import envelope

    return [{"limits": arm, **cut} for arm, cuts in envelope.as_data(answer)["limits"].items() for cut in cuts]


def _envelope_sentence(answer: EnvelopeAnswer) -> str:
    return "Inside: a round can meet the target there; whether it is fired and kills is a run's business."


def envelope_figure(answer: EnvelopeAnswer, title: str = "") -> Figure:
    """Cuts, a vertical section, chances and times of straight passes."""
    from openiads.faces.draw import envelope

    return envelope.draw(answer, title or _envelope_title(answer))


# ------------------------------------------------------------------ footprint


def footprint_data(answer: FootprintAnswer) -> dict[str, Any]:
    """The JSON object of a footprint."""
    from openiads.faces.words import footprint

    return footprint.as_data(answer) | {"out": []}


def _footprint_rows(answer: FootprintAnswer) -> list[Row]:
    from openiads.faces.words import footprint

    measures = footprint.MEASURES
    arms = footprint.as_data(answer)["limits"]
    return [{"limits": arm, "measure": name, **found[name]} for arm, found in arms.items() for name in measures]


def _footprint_sentence(answer: FootprintAnswer) -> str:
    return f"Possible: launched {answer.reaction:g} s or more after it is seen, in time, with lift to spare."


def footprint_figure(answer: FootprintAnswer, title: str = "") -> Figure:
    """The map of the ground about the unit."""
    from openiads.faces.draw import footprint

    return footprint.draw(answer, title or answer.title)


# ------------------------------------------------------------------ reach and keep-out


def keep_out_title(answer: KeepOut) -> str:
    """What a keep-out map is called."""
    world = answer.world
    sites = list(dict.fromkeys(world.names.units[u].rpartition("/")[0] for u in answer.units))
    kinds = sorted({world.catalog[site.system].title for site in world.scenario.sites if site.name in sites})
    return f"{', '.join(sites)} ({', '.join(kinds)}): where a flight can be met"


def _keep_out_rows(answer: KeepOut) -> list[Row]:
    return [
        {"limits": arm, "height_m": height, "area_km2": answer.area(arm, k) * 1e-6}
        for arm in answer.counts
        for k, height in enumerate(answer.heights)
    ]


def _keep_out_data(answer: KeepOut) -> dict[str, Any]:
    from openiads.faces.words.envelope import asked
    from openiads.faces.words.terrain import terrain_fields

    return {
        "units": [answer.world.names.units[u] for u in answer.units], "target": asked(answer.target),
        "above": answer.above, "areas": _keep_out_rows(answer), **terrain_fields(answer.world.terrain),
        "note": text.FOOTER,
    }  # fmt: skip


def _keep_out_sentence(answer: KeepOut) -> str:
    from openiads.faces.words.neighbors import NOTE

    return NOTE


def keep_out_figure(answer: KeepOut, title: str = "") -> Figure:
    """The map."""
    from openiads.faces.draw import keep_out

    packaged = answer.world.scenario.terrain.source == "levant"
    return keep_out.draw(answer, title or keep_out_title(answer), packaged=packaged)


def reach_data(found: ReachAnswer) -> dict[str, Any]:
    """The JSON object of reach."""
    from openiads.faces.words import neighbors

    return neighbors.as_data(found) | {"scenario": found.scenario, "out": []}


def _reach_rows(found: ReachAnswer) -> list[Row]:
    sets = (("territory", found.territories), ("airway", found.airways), ("airport", found.airports))
    return [
        {"kind": kind, "place": row.name, "what": what, "nominal": v[0], "low": v[1], "high": v[2]}
        for kind, rows in sets
        for row in rows
        for what, v in row.values.items()
    ]


def _reach_sentence(found: ReachAnswer) -> str:
    from openiads.faces.words.neighbors import NOTE

    return NOTE


# ------------------------------------------------------------------ files

PICTURES = (".png", ".svg")

#: What a written picture is called, and described as, by the answer's class.
PICTURE_WORDS = {
    "CoverageAnswer": ("coverage", "Radar coverage"),
    "EnvelopeAnswer": ("envelope", "Engagement envelope"),
    "FootprintAnswer": ("footprint", "Defended footprint"),
    "KeepOut": ("reach", "Keep-out map"),
}


def save(answer: Shown, path: Path, **options: Any) -> Path:
    """Write an answer into a file, in the format of its name; InputError for another ending."""
    from openiads.base.errors import InputError
    from openiads.faces.draw import kit

    look, ending = look_of(answer), path.suffix.lower()
    if ending not in (*PICTURES, *look.endings) or look.figure is None or look.write is None:
        allowed = ", ".join((*PICTURES, *look.endings))
        raise InputError("path", f'"{path}"', f"End it in one of {allowed}.")
    if ending in PICTURES:
        kit.picture(partial(look.figure, answer)(**options), path, *PICTURE_WORDS[type(answer).__name__])
    elif not getattr(answer, "on_earth", True):
        raise InputError("path", f'"{ending}" needs a place on earth', "Give --at as well.")
    else:
        look.write(answer, path)
    return path

"""How runs, experiments, accounts, checks and claims are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openiads.faces.shapes import mistakes
from openiads.faces.shapes.look import Cells, Look, Row, flat
from openiads.faces.words import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.experiments.campaign import CampaignAnswer
    from openiads.experiments.compare import Comparison
    from openiads.experiments.contributions import Contributions
    from openiads.experiments.debris import DebrisAnswer
    from openiads.experiments.knowledge import Indices, Screening, Spread
    from openiads.experiments.query import QueryAnswer
    from openiads.experiments.sweep import Sweep
    from openiads.experiments.swings import Swings
    from openiads.explain.air_picture import AirPicture
    from openiads.explain.kill_chain import Explanation
    from openiads.explain.layers import Layers
    from openiads.faces.api import CheckAnswer, ClaimsAnswer, ClosedForms
    from openiads.runs.run import Run


def looks() -> dict[type, Look]:
    """The look of each kind of answer here."""
    from openiads.experiments.campaign import CampaignAnswer
    from openiads.experiments.compare import Comparison
    from openiads.experiments.contributions import Contributions
    from openiads.experiments.debris import DebrisAnswer
    from openiads.experiments.hotline import HotlineCurve
    from openiads.experiments.knowledge import Indices, Screening, Spread
    from openiads.experiments.query import QueryAnswer
    from openiads.experiments.rare import RareAnswer
    from openiads.experiments.safeguards import Safeguards
    from openiads.experiments.sweep import Sweep
    from openiads.experiments.swings import Swings
    from openiads.experiments.tradeoff import Tradeoff
    from openiads.explain.air_picture import AirPicture
    from openiads.explain.kill_chain import Explanation
    from openiads.explain.layers import Layers
    from openiads.faces.api import CheckAnswer, ClaimsAnswer, ClosedForms
    from openiads.runs.run import Run

    sensitivity = Look(
        lambda found: f"{found.question.scenario.name}: what moves {text.words(found.question.metric)}",
        _sensitivity_sentence, lambda found: found.as_dict(), _sensitivity_rows, _tornado,
    )  # fmt: skip
    return {
        Run: Look(lambda run: run.name, lambda run: text.answer(run.summary()), lambda run: run.summary(), _run_rows,
                  _leakers, _run_cells),
        Comparison: Look(lambda made: f"A: {made.labels[0]}; B: {made.labels[1]}", _comparison_sentence,
                         lambda made: made.summary(), _comparison_rows, _differences, _comparison_cells),
        Contributions: Look(lambda found: f"{found.scenario.name}: what each element contributes",
                            _contributions_sentence, lambda found: found.as_dict(), _contributions_rows, _gains,
                            _contributions_cells),
        Sweep: Look(lambda made: made.name, _sweep_sentence, lambda made: made.summary(), lambda made: made.rows(),
                    _sweep_figure),
        CampaignAnswer: Look(lambda found: found.name, _campaign_sentence, lambda found: found.as_dict(),
                             lambda found: found.days(), _course, _campaign_cells),
        DebrisAnswer: Look(lambda found: f"{found.name}: where debris comes down", _debris_sentence,
                           lambda found: found.as_dict(), lambda found: found.rows(), _debris_map, _debris_cells),
        RareAnswer: mistakes.rare_look(),
        Tradeoff: mistakes.tradeoff_look(),
        Safeguards: mistakes.safeguards_look(),
        HotlineCurve: mistakes.hotline_look(),
        Spread: Look(lambda found: f"{found.question.scenario.name}: {text.words(found.question.metric)}",
                     _spread_sentence, lambda found: found.as_dict(), _spread_rows, _spreads),
        Screening: sensitivity,
        Indices: sensitivity,
        Swings: sensitivity,
        QueryAnswer: Look(lambda found: "Query", lambda found: text.plural(len(found.rows), "row", "rows"),
                          query_data, _query_rows, names=lambda found: _distinct(found.columns)),
        Explanation: Look(lambda found: f"{found.scenario}, replication {found.replication}", _explanation_sentence,
                          lambda found: found.as_dict(), _explanation_rows),
        Layers: Look(lambda found: f"{found.scenario}, layer by layer", _layers_sentence,
                     lambda found: found.as_dict(), _layers_rows, _layer_bars, _layers_cells),
        AirPicture: Look(lambda found: f"{found.scenario}, pictures of command posts", _picture_sentence,
                         lambda found: found.as_dict(), _picture_rows, cells=_picture_cells),
        CheckAnswer: Look(lambda found: found.name, check_sentence, check_data,
                          lambda found: list(found.facts.get("violations", []))),
        ClosedForms: Look(lambda found: f"Closed forms beside {found.scenario}", _closed_sentence, closed_data,
                          _closed_rows),
        ClaimsAnswer: Look(lambda found: "Claims", _claims_sentence, claims_data, _claims_rows),
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
    return [{"metric": name, **flat(row)} for name, row in made.summary()["metrics"].items()]


def _comparison_cells(made: Comparison) -> Cells:
    from openiads.faces.words import comparison

    return comparison.HEAD, comparison.rows(made.summary())


def _differences(made: Comparison, metrics: Sequence[str] | None = None) -> Figure:
    from openiads.faces.pages.answers.pairs import differences

    return differences(made) if metrics is None else differences(made, metrics)


def _contributions_sentence(found: Contributions) -> str:
    from openiads.faces.words import contributions

    return " ".join(contributions.lines(found.as_dict()))


def _contributions_rows(found: Contributions) -> list[Row]:
    return [flat(row) for row in found.as_dict()["elements"]]


def _contributions_cells(found: Contributions) -> Cells:
    from openiads.faces.words import contributions

    return contributions.table(found.as_dict())


def _gains(found: Contributions) -> Figure:
    from openiads.faces.pages.answers.contributions import gains

    return gains(found)


def _campaign_sentence(found: CampaignAnswer) -> str:
    from openiads.faces.words import campaign

    return " ".join(campaign.lines(found.as_dict()))


def _campaign_cells(found: CampaignAnswer) -> Cells:
    from openiads.faces.words import campaign

    told = found.as_dict()
    return campaign.head(told), campaign.table(told)


def _course(found: CampaignAnswer) -> Figure:
    from openiads.faces.pages.answers.campaign import course

    return course(found)


def _debris_sentence(found: DebrisAnswer) -> str:
    from openiads.faces.words import debris

    return " ".join(debris.lines(found.as_dict()))


def _debris_cells(found: DebrisAnswer) -> Cells:
    from openiads.faces.words import debris

    return debris.HEAD, debris.table(found.as_dict())


def _debris_map(found: DebrisAnswer) -> Figure:
    from openiads.faces.pages.answers.debris import fallen

    return fallen(found)


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
    return [flat(row) for row in rows]


def _tornado(found: Screening | Indices | Swings) -> Figure:
    from openiads.faces.pages.answers.doubt import tornado

    return tornado(found)


def query_data(found: QueryAnswer) -> dict[str, Any]:
    """The JSON object of a query."""
    rows = [[value if isinstance(value, int | float | None) else str(value) for value in row] for row in found.rows]
    return {"columns": list(found.columns), "rows": rows}


def _query_rows(found: QueryAnswer) -> list[Row]:
    names = _distinct(found.columns)
    return [dict(zip(names, row, strict=True)) for row in found.rows]


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of columns, numbered where SQL gave one to several: "point", "point_1"."""
    found: list[str] = []
    for name in names:
        free = (f"{name}_{k}" if k else name for k in range(len(names)))
        found.append(next(each for each in free if each not in found))
    return found


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


def _layers_sentence(found: Layers) -> str:
    from openiads.faces.words import layers

    return layers.answer(found.as_dict())


def _layers_rows(found: Layers) -> list[Row]:
    """A row for each layer and class of threat, then for what leaked or ended otherwise."""
    told = found.as_dict()
    rows: list[Row] = []
    for k, layer in enumerate(told["layers"], start=1):
        for name in ("all", *found.classes):
            counts = {stage: layer[stage][name] for stage in ("arrived", "engaged", "killed")}
            rows.append({"layer": k, "site": layer["site"], "system": layer["system"], "class": name, **flat(counts)})
    ends = {**told["ended"], "leaked": told["leaked"]}
    columns = {f"{stage}_{end}": None for stage in ("arrived", "engaged", "killed") for end in ("mean", "low", "high")}
    for how, by_class in ends.items():
        for name in ("all", *found.classes):
            arrived = flat({"arrived": by_class[name]})
            rows.append({"layer": None, "site": how, "system": None, "class": name, **columns, **arrived})
    return rows


def _layers_cells(found: Layers) -> Cells:
    from openiads.faces.words import layers

    return layers.HEAD, layers.rows(found.as_dict())


def _layer_bars(found: Layers) -> Figure:
    from openiads.faces.pages.run_layers import layer_bars

    return layer_bars(found)


def _picture_sentence(found: AirPicture) -> str:
    from openiads.faces.words import air_picture

    return air_picture.answer(found.as_dict())


def _picture_rows(found: AirPicture) -> list[Row]:
    return [
        {"post": name, "measure": what, **row}
        for name, measures in found.as_dict()["posts"].items()
        for what, row in measures.items()
    ]


def _picture_cells(found: AirPicture) -> Cells:
    from openiads.faces.words import air_picture

    return air_picture.HEAD, air_picture.rows(found.as_dict())


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
    plain = [flat(twin.as_dict()) for twin in found.formulas]
    return [{k: v for k, v in row.items() if not isinstance(v, list)} for row in plain]


def claims_data(found: ClaimsAnswer) -> dict[str, Any]:
    """The JSON object of claims."""
    from openiads.faces.words.claims_answer import details, sentence

    rows = [{**told.result, "answer": sentence(told), "details": details(told)} for told in found.examined]
    return {"claims": rows, "page": None if found.page is None else str(found.page)}


def _claims_sentence(found: ClaimsAnswer) -> str:
    from openiads.faces.words.claims_answer import sentence

    return " ".join(sentence(told) for told in found.examined)


def _claims_rows(found: ClaimsAnswer) -> list[Row]:
    from openiads.faces.words.claims_answer import sentence

    keys = ("claim", "sentence", "verdict", "effort", "replications", "seed", "digest")
    return [
        {**{key: told.result[key] for key in keys if key in told.result}, "answer": sentence(told)}
        for told in found.examined
    ]

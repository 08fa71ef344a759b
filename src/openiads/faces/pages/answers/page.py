"""Answers as pages: a sweep, a comparison, a spread or a sensitivity as one HTML file that needs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.errors import ResultsError, UsageError
from openiads.faces.draw import kit
from openiads.faces.pages.answers import common
from openiads.faces.pages.answers.campaign import course
from openiads.faces.pages.answers.contributions import gains
from openiads.faces.pages.answers.doubt import spreads, tornado
from openiads.faces.pages.answers.pairs import differences
from openiads.faces.pages.answers.points import distributions
from openiads.faces.pages.answers.sweeps import against, heat_map
from openiads.faces.pages.answers.worlds import is_sampled
from openiads.faces.pages.markup import behind, document, section, table
from openiads.faces.pages.premises import LARGEST, placard, scope, versions
from openiads.faces.words import campaign as course_words
from openiads.faces.words import comparison, knowledge, text
from openiads.faces.words import contributions as gain_words
from openiads.runs.findings import RATIOS
from openiads.world.outcome import METRICS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.earth.terrain import Terrain
    from openiads.experiments.campaign import CampaignAnswer
    from openiads.experiments.compare import Comparison
    from openiads.experiments.contributions import Contributions
    from openiads.experiments.knowledge import Indices, Screening, Spread
    from openiads.experiments.sweep import Sweep
    from openiads.experiments.swings import Swings
    from openiads.scenario.load import Scenario

#: Rows of a table of points; the rest is in ``openiads query``.
ROWS = 200

SAMPLING = "Intervals on this page are about sampling variability; they say nothing about parameter uncertainty."
_BOTH = "Sampling variability and parameter uncertainty are shown apart. Intervals of sources are no probabilities."


@dataclass(frozen=True)
class Premises:
    """What an answer rests on: switches of the model, (assumptions, catalog values), the ground if it is known."""

    model: Mapping[str, Any]
    shares: tuple[int, int]
    terrain: Terrain | None = None


def premises_of(scenario: Scenario) -> Premises:
    """The premises of a scenario."""
    from openiads.earth.worldwide import packaged_ground
    from openiads.faces.pages import brief
    from openiads.scenario.load import catalog_of

    book = catalog_of(scenario)
    rows = brief.parameters(brief.used_entries(scenario, book), book)
    ground = packaged_ground(scenario.terrain.source) if scenario.terrain.packaged else None
    assumed = sum(row.status == "assumption" for row in rows)
    return Premises(scenario.mapping().get("model", {}), (assumed, len(rows)), ground)


# ------------------------------------------------------------------ a sweep


def sweep_figure(sweep: Sweep, metric: str = "") -> Figure:
    """The picture that says most of a sweep: a heat map of two things in a grid, a line against one, or distributions.

    metric : the sweep's first if left out
    """
    metric = metric or sweep.metrics[0]
    paths = _paths(sweep)
    if _is_grid(sweep) and len(paths) == 2:
        return heat_map(sweep, metric)
    return against(sweep, metric) if paths else distributions(sweep, metric)


def sweep_page(sweep: Sweep, premises: Premises) -> str:
    """A sweep as HTML."""
    told = sweep.summary()
    points = text.plural(len(sweep.points), "point", "points")
    varied = ", ".join(_paths(sweep)) or "nothing but the parameter samples"
    facts = [
        ("points", str(len(sweep.points))),
        ("design", told["design"]),
        ("seed", str(told["seed"])),
        ("replications", common.count([each["replications"] for each in told["points"]], "a point")),
    ]
    first = sweep.metrics[0]
    answer = f"{common.words_of(first)} at {points}; what varies: {varied}."
    parts = [
        header(sweep.name, told["question"] or f"What does {told['scenario']} come to, point by point?", answer, facts),
        limits(premises, told["failed_replications"], _BOTH if is_sampled(sweep) else SAMPLING, _warnings(sweep)),
        *(_metric(sweep, metric, k) for k, metric in enumerate(sweep.metrics)),
        provenance(told["scenario"], sweep.digest, told["seed"]),
    ]
    return document(sweep.name, parts)


def _paths(sweep: Sweep) -> list[str]:
    """What varies, without the knobs of sampled worlds."""
    sampled = is_sampled(sweep)
    return [path for path in common.varied(sweep.points) if not (sampled and path.startswith("knob."))]


def _is_grid(sweep: Sweep) -> bool:
    return bool(sweep.store.identity.fields["design"] == "grid")


def _metric(sweep: Sweep, metric: str, number: int) -> str:
    paths = _paths(sweep)
    drawn: list[tuple[str, Callable[[], Figure]]] = []
    if _is_grid(sweep) and len(paths) == 2:
        drawn.append(("Heat map", partial(heat_map, sweep, metric)))
    drawn += [(f"Against {path}", partial(against, sweep, metric, path)) for path in paths[:3]]
    if metric not in RATIOS:
        drawn.append(("Distributions", partial(distributions, sweep, metric)))
    shown = "".join(_picture(f"m{number}-{k}", words, draw) for k, (words, draw) in enumerate(drawn))
    rows = []
    for point, finding in list(zip(sweep.points, sweep.estimate(metric), strict=True))[:ROWS]:
        cells = text.metric_cells(metric, finding.as_dict())
        world = f"sample {point.index}" if is_sampled(sweep) else ""
        varies = [path for path in common.varied(sweep.points) if path in paths] if world else paths
        name = ", ".join(filter(None, [common.called(point.label, varies, 8), world])) or str(point.index)
        rows.append((name, *cells[1:]))
    left = len(sweep.points) - len(rows)
    said = f"The first {ROWS} points; openiads query has {left:,} more." if left > 0 else ""
    numbers = table(("Point", "Value", "95 % interval", "n"), rows, caption=said, numbers=(1, 2, 3))
    folded = f"<details><summary>The numbers as a table</summary>{numbers}</details>"
    return section(common.words_of(metric), shown + folded)


def _picture(key: str, words: str, draw: Callable[[], Figure]) -> str:
    """A figure, or the sentence that says why there is none."""
    try:
        drawn = kit.svg(draw(), key, words)
    except UsageError as why:
        return f"<p>{escape(words)}: not drawn. {escape(str(why))}</p>"
    return f"<figure>{drawn}</figure>"


# ------------------------------------------------------------------ a comparison


def comparison_page(made: Comparison, premises: Premises, metrics: Sequence[str] = tuple(METRICS)) -> str:
    """A paired comparison as HTML."""
    told = made.summary(metrics)
    leakers = made.summary(comparison.ANSWERED)
    facts = [("pairs", text.number(told["replications"], 12)), ("seed", str(told["seed"]))]
    sides = table(
        ("Side", "What it is", "Digest"), [(s.upper(), told[s]["label"], told[s]["digest"][:12]) for s in "ab"]
    )
    rows = comparison.rows(told)
    numbers = table(("Metric", *comparison.HEAD[1:]), rows, caption=comparison.LEGEND, numbers=comparison.NUMBERS)
    picture = kit.svg(differences(made, metrics), "pairs", "Paired differences")
    said = (
        "Diamond and stroke: difference and its 95 % interval, each row on a scale of its own; filled where the "
        "outcome differs although so many are looked at. Bars: in how many pairs B is better, as good, worse for the "
        "defense."
    )
    found = "".join(f"<p>{escape(line)}</p>" for line in (comparison.found(told), comparison.inputs(told)) if line)
    failed = max(told[side]["failed_replications"] for side in "ab")
    title = f"{made.labels[0]} / {made.labels[1]}"
    parts = [
        header(
            title, "What does the change alone make, with common random numbers?", comparison.answer(leakers), facts
        ),
        limits(premises, failed, SAMPLING, comparison.warnings(told)),
        section("The two sides", sides),
        section("Differences", found + behind(picture, said, numbers)),
        provenance(told["a"]["scenario"], made.digest, told["seed"]),
    ]
    return document(title, parts)


# ------------------------------------------------------------------ what elements contribute


def contributions_page(found: Contributions, premises: Premises) -> str:
    """What the elements of a defense contribute as HTML."""
    told = found.as_dict()
    lines = gain_words.lines(told)
    head, rows = gain_words.table(told)
    numbers = table([text.sentence(each) for each in head], rows, numbers=range(1, len(head)))
    picture = kit.svg(gains(found), "gains", "What each element contributes")
    facts = [
        ("elements", str(len(rows))),
        ("cases", str(told["runs"])),
        ("replications each", str(told["replications"])),
        ("seed", str(told["seed"])),
    ]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
    parts = [
        header(told["scenario"], "What does each element of the defense contribute?", lines[0], facts),
        limits(premises, 0, SAMPLING),
        section("Contributions", body + behind(picture, gain_words.legend(told), numbers)),
        provenance(told["scenario"], found.digest, told["seed"]),
    ]
    return document(told["scenario"], parts)


def campaign_page(found: CampaignAnswer, premises: Premises) -> str:
    """A campaign as HTML."""
    told = found.as_dict()
    said = course_words.lines(told)
    facts = [
        ("days", str(told["days"])),
        ("raids", str(told["raids"])),
        ("campaigns", str(told["replications"])),
        ("seed", str(told["seed"])),
    ]
    picture = kit.svg(course(found), "course", "What happens day by day")
    head = [text.sentence(each) for each in course_words.head(told)]
    numbers = table(head, course_words.table(told), numbers=range(1, len(head)))
    body = "".join(f"<p>{escape(line)}</p>" for line in [*said[1:], *course_words.notices(told)])
    parts = [
        header(found.name, told["question"] or "What do many raids come to?", said[0], facts),
        limits(premises, 0, SAMPLING),
        section("Day by day", body + behind(picture, course_words.LEGEND, numbers)),
    ]
    if told["cost"] is not None:
        rows = course_words.cost_table(told)
        caption = f"Of a whole campaign, {told['cost']['unit']}."
        parts.append(section("Cost", table(("What", "Mean", "95 % interval"), rows, caption=caption, numbers=(1, 2))))
    if told["closed_forms"]:
        rows = course_words.forms(told)
        heads = ("Closed form", "Value", "Found", "What it leaves out")
        parts.append(section("Closed forms beside", table(heads, rows, numbers=(1, 2))))
    parts.append(provenance(told["scenario"], found.digest, told["seed"]))
    return document(found.name, parts)


# ------------------------------------------------------------------ what is not known


def spread_page(found: Spread, premises: Premises) -> str:
    """Both spreads as HTML."""
    told = found.as_dict()
    lines = knowledge.spread_lines(told)
    rows = [
        (name, text.number(told[key]["sd"]), *(text.number(told[key][p]) for p in ("p5", "p50", "p95")))
        for name, key in (("Sampling variability", "dice"), ("Parameter uncertainty", "knowledge"))
    ]
    numbers = table(("Kind", "Standard deviation", "5 %", "Median", "95 %"), rows, numbers=(1, 2, 3, 4))
    picture = kit.svg(spreads(found), "spreads", "Both spreads")
    body = "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
    question = f"How much of {text.words(told['metric'])} is chance, and how much is parameter uncertainty?"
    priors = ""
    if "priors" in told:
        head, arms = knowledge.arms_table(told)
        priors = section("Priors side by side", table(head, arms, numbers=range(1, len(head))))
    parts = [
        header(told["scenario"], question, lines[0], _world_facts(told)),
        limits(premises, 0, _BOTH),
        section(
            "Two kinds of uncertainty",
            body + behind(picture, "One scale for both, so that their widths compare.", numbers),
        ),
        priors,
        provenance(told["scenario"], found.digest, told["seed"]),
    ]
    return document(told["scenario"], parts)


def sensitivity_page(found: Screening | Indices | Swings, premises: Premises) -> str:
    """A screening, Sobol indices or swings as HTML."""
    told = found.as_dict()
    lines = knowledge.sensitivity_lines(told)
    head, rows = knowledge.sensitivity_table(told)
    numbers = table(head, rows, numbers=knowledge.NUMBERS)
    picture = kit.svg(tornado(found), "tornado", "What matters")
    question = f"Which parameter matters for {text.words(told['metric'])}?"
    body = "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
    parts = [
        header(told["scenario"], question, lines[0], _world_facts(told)),
        limits(premises, 0, _BOTH),
        section("What matters", body + behind(picture, knowledge.LEGENDS[told["method"]], numbers)),
        provenance(told["scenario"], found.digest, told["seed"]),
    ]
    return document(told["scenario"], parts)


def _world_facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("parameter samples", str(told["worlds"])),
        ("replications each", str(told["replications"])),
        ("parameters", str(len(told["knobs"]))),
        ("seed", str(told["seed"])),
    ]


# ------------------------------------------------------------------ parts and the file


def header(title: str, question: str, answer: str, facts: Iterable[tuple[str, str]]) -> str:
    """The head of a page: what is asked, what is answered, how much was computed."""
    items = "".join(f"<li>{escape(name)} <b>{escape(value)}</b></li>" for name, value in facts)
    title, question, answer = map(common.printable, (title, question, answer))
    return (
        f'<header><h1>openiads · {escape(title)}</h1><p class="question">{escape(question)}</p>'
        f'<p class="answer">{escape(answer)}</p><ul class="facts">{items}</ul></header>'
    )


def limits(premises: Premises, failed: int, doubt: str, warnings: Sequence[str] = ()) -> str:
    """The placard of an answer."""
    return placard(
        [*scope(premises.model, premises.shares, premises.terrain, failed), doubt, *map(text.warning, warnings)]
    )


def _warnings(sweep: Sweep) -> list[str]:
    """What may not have been meant at the first ``ROWS`` points of a sweep, each line once, with how many it is of."""
    count = min(len(sweep.points), ROWS)
    lines = Counter(line for k in range(count) for line in dict.fromkeys(sweep.run(k).other_warnings))
    return [line if many == count else f"{line} (at {many} of {count} points)" for line, many in lines.items()]


def provenance(scenario: str, digest: str, seed: int) -> str:
    """Where an answer comes from."""
    rows = [("scenario", scenario), ("seed", str(seed)), ("digest", digest), *versions()]
    said = "The same command gives the same digest on a machine with the same versions, whatever the number of threads."
    return section("Where it comes from", f"<p>{escape(said)}</p>{table(('What', 'Value'), rows)}")


def write(page: str, folder: Path, out: Path | None = None) -> Path:
    """Put a page as ``report.html`` into a folder; ResultsError where it cannot be written or is too large.

    out : another file, not among those of the folder
    """
    from openiads.runs import disk

    target, body = out or folder / "report.html", page.encode()
    own = folder.resolve()
    if own in target.resolve().parents and target.resolve() != own / "report.html":
        raise UsageError(str(target), "lies among the files of the results", "Write the report outside their folder.")
    if len(body) > LARGEST:
        raise ResultsError(
            str(target), f"the report would be {len(body):,} bytes", "Ask for fewer metrics at a time (--metric)"
        )
    disk.write_file(target, body)
    return target

"""A run as one HTML file: it asks no other file and no network for anything."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.errors import ResultsError, UsageError
from openiads.faces.draw import kit
from openiads.faces.pages import opening, run_charts
from openiads.faces.pages import run_map as maps
from openiads.faces.pages.brief import Brief, Lane, gather
from openiads.faces.pages.markup import behind, document, section, table
from openiads.faces.pages.premises import LARGEST, assumption_share, placard, scope, terrain_of, versions
from openiads.faces.pages.run_layers import layers_section
from openiads.faces.pages.run_shot_at import STYLE as SHOT_AT_STYLE
from openiads.faces.pages.run_shot_at import shot_at_section
from openiads.faces.words import closed_forms, text
from openiads.world.codes import Side, Terminal

if TYPE_CHECKING:
    from openiads.earth.terrain import Terrain
    from openiads.runs.run import Run

# ------------------------------------------------------------------ parts of the page


def _header(brief: Brief) -> str:
    told = brief.summary
    question = brief.scenario.question or f"What does the scenario {brief.scenario.name} come to?"
    facts = [
        ("replications", text.number(told["replications"], 12)),
        ("seed", str(told["seed"])),
        ("failed", text.number(told["failed_replications"], 12)),
        ("computed in", f"{text.number(told['wall_s'])} s"),
    ]
    items = "".join(f"<li>{escape(name)} <b>{escape(value)}</b></li>" for name, value in facts)
    said = "".join(f'<p class="answer">{escape(sentence)}</p>' for sentence in opening.sentences(brief))
    return (
        f'<header><h1>openiads · {escape(brief.scenario.name)}</h1><p class="question">{escape(question)}</p>'
        f'{said}<ul class="facts">{items}</ul></header>'
    )


def _placard(brief: Brief, terrain: Terrain) -> str:
    failed = brief.summary["failed_replications"]
    points = scope(brief.settings.get("model", {}), assumption_share(brief), terrain, failed)
    points.append(
        "The intervals on this page are about sampling variability, with every parameter at its baseline; they say "
        "nothing about parameter uncertainty."
    )
    return placard([*points, *map(text.warning, brief.warnings)])


def _outcomes(brief: Brief) -> str:
    rows = [text.metric_cells(name, value) for name, value in brief.summary["outcomes"].items()]
    said = "Mean a replication with its 95 % interval; times are medians, with never counted as infinitely late."
    lost = [
        (text.sentence(f"{kind} lost to hits"), *text.metric_cells(kind, row)[1:])
        for kind, row in brief.summary["lost"].items()
        if row["mean"]
    ]
    head = ("Measure", "Value", "95 % interval", "n")
    return section("Outcomes", table(head, rows + lost, caption=said, numbers=(1, 2, 3)))


def _leakers(brief: Brief) -> str:
    counts = brief.leakers
    total = max(1, sum(counts.values()))
    rows = [
        (str(k), str(counts.get(k, 0)), text.percent(counts.get(k, 0) / total))
        for k in range(max(counts, default=0) + 1)
    ]
    picture = kit.svg(run_charts.leaker_histogram(brief), "leakers", "Distribution of leakers a raid")
    said = "A leaker hit its asset or reached it and missed. The diamond and bar are the mean and its interval."
    return section(
        "How many get through", behind(picture, said, table(("Leakers", "Replications", "Share"), rows, numbers=(1, 2)))
    )


def _cell(finding: Mapping[str, Any] | None) -> str:
    if not finding:
        return "–"
    return f"{text.number(finding.get('mean'))} {text.span(finding.get('low'), finding.get('high'))}"


def _classes(brief: Brief) -> str:
    columns = ("threats", "engaged", "killed", "leakers")
    rows = [
        (text.CLASS_WORDS.get(name, text.words(name)), *(_cell(row.get(key)) for key in columns))
        for name, row in brief.summary["classes"].items()
        if row["threats"]["mean"]
    ]
    picture = kit.svg(run_charts.class_bars(brief), "classes", "Fate of each threat class")
    said = "Mean over all replications, hostile flights only."
    return section(
        "By threat class",
        behind(picture, said, table(("Class", "Threats", "Engaged", "Killed", "Leakers"), rows, numbers=(1, 2, 3, 4))),
    )


def _terminals(brief: Brief) -> str:
    sides = brief.summary["sides"]
    rows = [
        (
            text.TERMINAL_WORDS.get(name, text.words(name)),
            name.upper(),
            _cell(row),
            *(_cell(sides[side]["terminal"][name]) for side in sides),
        )
        for name, row in brief.summary["terminal"].items()
        if row["mean"]
    ]
    picture = kit.svg(run_charts.terminal_bars(brief), "terminal", "How flights end")
    said = (
        "Every flight ends in exactly one way. Civil and friendly aircraft are no threats: to shoot one down is wrong."
    )
    head = ("End", "Code", "All flights a replication", *(f"{run_charts.SIDE_NAMES[side]} ones" for side in sides))
    return section("How flights end", behind(picture, said, table(head, rows, numbers=range(2, len(head)))))


def _resources(brief: Brief) -> str:
    ranked = sorted(brief.summary["bounds"].items(), key=lambda item: -(item[1]["mean"] or 0.0))
    rows = [
        (text.BOUND_WORDS[name], text.percent(brief.first_bound.get(name, 0.0)), f"{_cell(row)} s")
        for name, row in ranked
    ]
    never = brief.first_bound.get("none", 0.0)
    rows += [("None was ever short", text.percent(never), "–")] if never else []
    picture = kit.svg(run_charts.resource_bars(brief), "resources", "What threats waited for")
    said = (
        "Seconds during which a hostile flight waited for each resource, summed over flights, mean a replication. "
        "Every flight waits for the air picture until it is seen, so that counts as first only where nothing else is "
        "short."
    )
    return section(
        "Which resource is the first limit",
        behind(picture, said, table(("Resource", "First in", "Waiting"), rows, numbers=(1, 2))),
    )


def _gates(brief: Brief) -> str:
    rows = [
        (text.sentence(row.text), row.gate, text.percent(row.share), text.percent(row.possible)) for row in brief.gates
    ]
    picture = kit.svg(run_charts.gate_bars(brief), "gates", "What kept fire units from shooting at leakers")
    said = (
        "Of all the time that fire units waited with threats that leaked in the air, the share during which each gate "
        "kept them from shooting. The title weighs only the time in which place and course of the target allowed a "
        "shot: not that in which place, course or speed ruled it out (gray), nor that in which a target was not "
        "tracked or identified yet and turned out to be still too far away when it was."
    )
    return section(
        "Why the leakers were not shot",
        behind(picture, said, table(("Gate", "Code", "Share of time", "Place allowed a shot"), rows, numbers=(2, 3))),
    )


def _twins(brief: Brief) -> str:
    given = [twin for twin in brief.twins if twin.given]
    head = ("Figure", "Model", "Closed form", "Simulated", "95 % interval", "Why they differ")
    rows = []
    for twin in given:
        name, closed, simulated, span = closed_forms.cells(twin)
        rows.append((name, twin.model, closed, simulated, span, twin.why))
    said = (
        "What textbook formulas make of this run's own ingredients. A formula that comes out otherwise than the "
        "simulation shows what the formula leaves out."
    )
    shown = table(head, rows, caption=said, numbers=(2, 3, 4)) if rows else ""
    absent = [(twin.name, twin.model, text.sentence(twin.why)) for twin in brief.twins if not twin.given]
    shown += table(("Figure", "Model", "Why there is none"), absent) if absent else ""
    if not given:
        return section("Closed-form results", shown)
    parts = [
        f"<h3>{escape(twin.name)}</h3><p>{escape(twin.formula)}</p>"
        + table(
            ("Ingredient", "Value", "From"), [closed_forms.ingredient_cells(each) for each in twin.inputs], numbers=(1,)
        )
        for twin in given
    ]
    folded = f"<details><summary>Formulas and ingredients</summary>{''.join(parts)}</details>"
    return section("Closed-form results", shown + folded)


def _maps(brief: Brief, terrain: Terrain) -> str:
    packaged = brief.scenario.terrain.packaged
    brief = maps.unwound(brief)
    drawn = [("region", maps.region(brief), False), ("closeup", maps.close_up(brief), True)]
    parts = []
    for key, extent, detail in drawn:
        figure = maps.draw(brief, terrain, extent, detail=detail, packaged=packaged)
        words = "Map of the region" if key == "region" else "Map around the defended assets"
        parts.append(kit.svg(figure, key, words, adaptive=False))
    said = (
        "Colored lines are what the command post believed, thin black lines what flew. Outlines are where a target of "
        "the stated height above the sea and mean cross-section is detected in one look with the stated probability; "
        "they are not engagement ranges."
    )
    rows = [(place.name, place.kind, f"{place.latitude:.3f}°, {place.longitude:.3f}°") for place in brief.places]
    outlines = [
        (
            each.radar,
            each.role,
            f"{each.height:,.0f} m",
            f"{each.ranges.min() / 1000:.0f} to {each.ranges.max() / 1000:.0f} km",
        )
        for each in brief.coverage
        if len(each.ranges)
    ]
    numbers = table(("Name", "Kind", "Latitude, longitude"), rows, caption="What stands where")
    numbers += table(
        ("Radar", "Role", "Target height", "Range, least to greatest"), outlines, caption="Coverage", numbers=(2, 3)
    )
    top = f'<figure class="map">{parts[0]}</figure><div style="height:14px"></div>'
    return section(f"The map of replication {brief.replication}", top + behind(parts[1], said, numbers, kind="map"))


def _lane_row(lane: Lane) -> tuple[str, ...]:
    kills = sum(kill for _, kill in lane.intercepts)
    stages = tuple(text.clock(t) if math.isfinite(t) else "–" for t in lane.first.values())
    ends = f"{text.clock(lane.ends)} {text.TERMINAL_WORDS[lane.terminal.name.lower()]}" if lane.terminal else "–"
    return (lane.name, *stages, f"{len(lane.launches)} / {kills}", ends)


def _lanes(brief: Brief) -> str:
    picture = kit.svg(run_charts.lane_chart(brief), "lanes", "Kill chain of each flight")
    said = (
        "One lane a flight; its color is the furthest stage reached, so a long stretch is a wait for the next "
        "one. Strokes are launches, dots and crosses intercepts. Names in bold got through."
    )
    head = ("Flight", "Detect", "Track", "Identify", "Assign", "Launch", "Intercept", "Assess", "Rounds / kills", "End")
    hostile = sum(lane.side == Side.HOSTILE for lane in brief.lanes)
    leaked = sum(lane.terminal in (Terminal.HIT_ASSET, Terminal.REACHED_MISSED) for lane in brief.lanes)
    note = f"First time of each stage; {hostile} hostile flights, {leaked} got through."
    return section(
        f"The kill chain of replication {brief.replication}",
        behind(picture, said, table(head, map(_lane_row, brief.lanes), caption=note)),
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items()) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(inner) for inner in value) or "–"
    return str(value)


def _scenario(brief: Brief) -> str:
    parts, plain = [], []
    for key, value in brief.settings.items():
        if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
            columns = list(dict.fromkeys(name for row in value for name in row if row[name] not in ([], {}, "")))
            columns = [name for name in columns if name != "name"]
            rows = [(_shown(row.get("name", "")), *(_shown(row.get(name, "")) for name in columns)) for row in value]
            parts.append(
                f"<h3>{escape(text.words(key).capitalize())}</h3>" + table(("name", *map(text.words, columns)), rows)
            )
        elif value not in ([], {}, "") and key not in ("format", "question"):
            plain.append((text.words(key), _shown(value)))
    return section("The scenario", table(("Field", "Value"), plain) + "".join(parts))


def _parameters(brief: Brief) -> str:
    counts = Counter(row.status for row in brief.parameters)
    legend = "; ".join(f"{text.STATUS_WORDS.get(status, status)}: {count}" for status, count in counts.most_common())
    parts = [
        f"<p>Every catalog value behind this run, with its interval, source and evidence status ({escape(legend)}).</p>"
    ]
    for entry in dict.fromkeys(row.entry for row in brief.parameters):
        mine = [row for row in brief.parameters if row.entry == entry]
        assumed = sum(row.status == "assumption" for row in mine)
        rows = [
            (row.name, f"{row.value} {row.unit}".strip(), row.interval, row.status, row.source, row.note)
            for row in mine
        ]
        summary = (
            f"{entry}: {text.plural(len(mine), 'value', 'values')}, {text.plural(assumed, 'assumption', 'assumptions')}"
        )
        head = ("Parameter", "Value", "Interval", "Status", "Source", "Note")
        parts.append(f"<details><summary>{escape(summary)}</summary>{table(head, rows, numbers=(1, 2))}</details>")
    if brief.sources:
        parts.append(f"<details><summary>Sources</summary>{table(('Key', 'Source'), brief.sources)}</details>")
    return section("Parameters and their sources", "".join(parts), kind="whole")


def command(brief: Brief) -> str:
    """The command that repeats the run."""
    told = brief.summary
    source, *changes = brief.origin or [told["scenario"]]
    words = ["openiads", "run", source, "-n", brief.most or told["replications"], "--seed", told["seed"]]
    for change in changes:
        words += ["--set", change]
    if told.get("until"):
        words += ["--until-ci", told["until"]]
    return shlex.join(str(word) for word in words)


def _again(brief: Brief) -> str:
    told = brief.summary
    rows = [
        ("digest", told["digest"]),
        ("seed", str(told["seed"])),
        ("replications", str(told["replications"])),
        *versions(),
    ]
    said = (
        "The same command gives the same digest on a machine with the same versions, whatever the number of threads or "
        "the chunk size."
    )
    return section(
        "Run it again", f"<p>{escape(said)}</p><pre>{escape(command(brief))}</pre>{table(('What', 'Value'), rows)}"
    )


# ------------------------------------------------------------------ the page


def page(brief: Brief, terrain: Terrain) -> str:
    """The whole report as HTML text."""
    shot_at = shot_at_section(brief.summary.get("misidentified", {}))
    parts = [
        _header(brief),
        _placard(brief, terrain),
        _outcomes(brief),
        _leakers(brief),
        _classes(brief),
        *([layers_section(brief.layers)] if brief.layers is not None else []),
        _terminals(brief),
        shot_at,
        _resources(brief),
        _gates(brief),
        _twins(brief),
        _maps(brief, terrain),
        _lanes(brief),
        _scenario(brief),
        _parameters(brief),
        _again(brief),
    ]
    return document(brief.scenario.name, parts, style=SHOT_AT_STYLE if shot_at else "")


def write(run: Run, out: Path | None = None, replication: int = 0) -> Path:
    """Write a run's report and return where it is.

    out : the file; ``report.html`` in the run's folder if left out.  Raises ResultsError where it cannot be written.
    """
    from openiads.runs import disk

    target = Path(run.path) / "report.html" if out is None else out
    own = Path(run.path).resolve()
    if own in target.resolve().parents and target.resolve() != own / "report.html":
        raise UsageError(str(target), "lies among the run's own files", "Write the report outside the run's folder.")
    body = page(gather(run, replication), terrain_of(run)).encode()
    if len(body) > LARGEST:
        raise ResultsError(
            str(target),
            f"the report would be {len(body):,} bytes",
            "Name a replication with fewer flights: --replication R.",
        )
    disk.write_file(target, body)
    return target

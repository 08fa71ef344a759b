"""Write the generated pages of docs/reference: ``python tools/reference.py`` (``--check``: only say what is stale).

The scenario's fields come from the JSON Schema, the event log from ``world.trace.MEANING``, the codes from
``world.codes``, the gates from ``explain.sentences``, fields and knobs from ``catalog`` and ``scenario``.  A test runs
the same functions and compares, so a page cannot fall behind the code.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

from catalog_classes import classes_page
from pydantic import BaseModel
from reference_catalog import catalog_page, knobs_page, reach_page
from reference_tables import NOTE, table
from scenario_words import MEANINGS, OPENINGS

from openiads.base.toml import toml_value
from openiads.base.units import KINDS, written
from openiads.experiments import campaign_file
from openiads.experiments.design import EVERY, MOST_POINTS, StudyFile
from openiads.explain.sentences import GATES
from openiads.scenario.joint import DRAWS
from openiads.scenario.knobs import COARSE
from openiads.scenario.load import scenario_schema
from openiads.world import codes
from openiads.world.trace import EVENT, MEANING

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"

#: Kinds below this number are logged in every replication, the others only in recorded ones.
FIRST_RECORDED = int(codes.Event.LOOK)
KEY_AGAIN = 40  # from this number on events are key events again


# ------------------------------------------------------------------ the scenario


def kind_of(field: dict[str, Any], defined: dict[str, Any]) -> str:
    """What a field takes, in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"table [{name}](#{name.lower()})" if "properties" in defined[name] else kind_of(defined[name], defined)
    if "anyOf" in field:
        kinds = [kind_of(each, defined) for each in field["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {kind_of(field.get('items', {}), defined)}"
    low, high = field.get("minimum"), field.get("maximum")
    if field.get("type") in ("integer", "number"):
        word = "whole number" if field["type"] == "integer" else "number"
        return f"{word} {low:g} to {high:g}" if low is not None and high is not None else word
    if field.get("type") == "boolean":
        return "`true` or `false`"
    if field.get("type") == "string" and "allowed:" in field.get("description", ""):
        return field["description"]
    if field.get("type") == "string" and "latitude" in field.get("description", ""):
        return "place: " + field["description"]
    return {"string": "text", "object": "table"}.get(field.get("type", ""), "value")


def default_of(field: dict[str, Any], required: bool) -> str:
    """The default as a file would hold it."""
    if required:
        return "required"
    value = field.get("default")
    if value in (None, [], {}, "") or isinstance(value, dict):
        return ""
    if isinstance(value, float):
        kind = field.get("description", "").partition(" with its unit")[0].replace(" ", "_")
        return f"`{written(value, kind)}`" if kind in KINDS else f"`{value:g}`"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def meaning_of(part: str, name: str, field: dict[str, Any]) -> str:
    """What a field means: the schema's own description, or the one here; a field without either is an error."""
    told = field.get("description", "")
    if told and "allowed:" not in told and "latitude" not in told:
        return str(told)
    return MEANINGS[part][name]


def scenario_page() -> str:
    """docs/reference/scenario.md."""
    schema = scenario_schema()
    defined = schema["$defs"]
    tables = {"Scenario": schema} | {name: part for name, part in defined.items() if "properties" in part}
    if set(tables) != set(OPENINGS):
        raise SystemExit(f"tables without an opening here, or the reverse: {set(tables) ^ set(OPENINGS)}")
    parts = {name: tables[name] for name in OPENINGS}
    out = [
        NOTE,
        "# Scenario fields\n",
        "A scenario is one TOML file. Named things are repeated tables (`[[asset]]`, `[[site]]`, `[[raid]]`,",
        "`[[flight]]`, `[[corridor]]`); settings are single tables (`[model]`, `[terrain]`, `[world]`,",
        "`[identification]`). A quantity is text with its unit. The order of entries changes nothing. An editor that",
        "completes and checks while you type needs the output of `openiads schema`.\n",
        "Left-out fields take the default shown; where none is shown the model or the catalog decides.\n",
    ]
    for name, part in parts.items():
        out.append(f"## {name}\n")
        out.append(OPENINGS[name] + "\n")
        required = set(part.get("required", ()))
        rows = [
            (f"`{key}`", kind_of(field, defined), default_of(field, key in required), meaning_of(name, key, field))
            for key, field in part["properties"].items()
        ]
        out.append(table(("field", "takes", "default", "meaning"), rows))
    return "\n".join(out)


# ------------------------------------------------------------------ events, codes, gates


def events_page() -> str:
    """docs/reference/events.md."""
    columns = [name for name in EVENT.names or () if name != "value"]
    out = [
        NOTE,
        "# The event log\n",
        "`run.events(replication)` returns one row for everything that happened in a replication; the stored files",
        "`chunks/e*.parquet` hold the same rows with the replication's number and a sequence number in front.\n",
        "Every row has the columns " + ", ".join(f"`{name}`" for name in columns),
        "and six values `v0` to `v5`.",
        "`flight`, `unit`, `radar`, `launcher` and `round` are row numbers (the names are in `run.names`), `track` is",
        "a serial number that is never given twice; -1 is none. Times are seconds, lengths meters, angles radians,",
        "positions earth-centered (WGS-84). What `code` and the values hold depends on the kind.\n",
        "*Key* events are stored for every replication. *Recorded* events are stored for the first replications of",
        "`--record K`; for others `run.events` runs the replication again, which gives the same events.\n",
    ]
    for title, recorded in (("Key events", False), ("Recorded events", True)):
        rows = []
        for event, (code, values) in MEANING.items():
            if (FIRST_RECORDED <= event < KEY_AGAIN) == recorded:
                told = ", ".join(f"`v{k}` {value}" for k, value in enumerate(values) if value)
                rows.append((str(int(event)), f"`{event.name}`", code, told))
        out += [f"## {title}\n", table(("kind", "name", "code", "values"), rows)]
    return "\n".join(out)


def comments_of(kind: type[IntEnum]) -> dict[str, str]:
    """Member name -> the comment beside it in the source."""
    found = re.findall(r"^    ([A-Z_0-9]+) = \d+  # (.+)$", inspect.getsource(kind), re.MULTILINE)
    return dict(found)


def codes_page() -> str:
    """docs/reference/codes.md."""
    out = [NOTE, "# Codes\n", "State, events and outcomes are written in these numbers; a number is never reused.\n"]
    for name, kind in inspect.getmembers(codes, inspect.isclass):
        if not issubclass(kind, IntEnum) or kind is IntEnum or kind in (codes.Event, codes.Gate):
            continue
        told = comments_of(kind)
        described = bool(told)
        head = ("number", "code", "meaning") if described else ("number", "code")
        rows = [
            (str(int(member)), f"`{member.name}`", *([told.get(member.name, "")] if described else []))
            for member in kind
            if member.name != "NONE"
        ]
        out += [f"## {name}\n", " ".join((kind.__doc__ or "").split()) + "\n", table(head, rows)]
    return "\n".join(out)


def gates_page() -> str:
    """docs/reference/gates.md."""
    rows = [(str(int(gate)), f"`{gate.name}`", GATES[gate][0]) for gate in codes.Gate if gate]
    return "\n".join(
        [
            NOTE,
            "# Gates: why a fire unit does not shoot\n",
            "For each flight and fire unit the log holds which gate keeps the unit from shooting, and every",
            "change of it. The numbers follow the kill chain; they are not the order in which gates are asked. Of",
            "a flight without a track at the command post, the gate is what the radar that came furthest met. Of",
            "a track it is the first of these that holds: it threatens nothing, its last shot is not assessed,",
            "enough is committed to it, the weapons control state forbids, the unit lacks readiness, a round, a",
            "channel or the sector, no interceptor reaches it, the operator is busy. Of an engagement that has",
            "begun it is what radar or crew met last. The last gate, `ENGAGING`, says that the unit shoots.\n",
            table(("number", "gate", "what `explain` says"), rows),
        ]
    )


def study_page() -> str:
    """docs/reference/study.md."""
    rows = []
    for name, field in StudyFile.model_fields.items():
        default = "" if field.is_required() else shown_default(field.default)
        rows.append((f"`{name}`", "required" if field.is_required() else default, field.description or ""))
    return "\n".join(
        [
            NOTE,
            "# Study files\n",
            "A study is a TOML file that `openiads sweep` runs ([how to](../how-to/sweep.md)). Errors are told all at",
            "once, with their lines.\n",
            table(("key", "if left out", "meaning"), rows),
            "## Paths\n",
            "`site.NAME.FIELD`, `raid.NAME.FIELD`, `duration` and the like are paths of the [scenario](scenario.md),",
            "as `--set` takes them. `knob.NAME` is a [knob](catalog.md#knobs). In the file they may be written with",
            'dots (`site.Tartus.launchers`) or in quotes (`"site.Tartus.launchers"`); a name with spaces is quoted:',
            '`raid."Cruise west".count`.\n',
            "## Values in `[vary]`\n",
            table(
                ("value", "means", "designs"),
                [
                    ("`[1, 2, 3]`", "these values", "all; a sample gives each the same share"),
                    ("`{from = 4, to = 40, step = 4}`", "4, 8, ... 40; quantities as text with units", "all"),
                    ('`{from = "200 m/s", to = "300 m/s"}`', "anything between", "`latin_hypercube`, `sobol`"),
                    ('`"interval"`', "a knob's published interval, by `weighting`", "`latin_hypercube`, `sobol`"),
                ],
            ),
            "## Designs\n",
            table(
                ("design", "points"),
                [
                    ("`grid`", "every combination; the last key varies fastest"),
                    ("`latin_hypercube`", "`points` points; of every factor each of as many equal parts is met once"),
                    ("`sobol`", "a scrambled Sobol sequence; `points` is a power of two"),
                    ("`knowledge`", "`points` worlds, a Latin hypercube of `knobs`, crossed with the grid of `[vary]`"),
                ],
            ),
            (
                f"In `knowledge` a flight is one of {DRAWS} draws, and a knob that needs other tables takes one of "
                f"{COARSE} values.\n"
            ),
            f"More than {MOST_POINTS:,} points need `--yes`.\n",
        ]
    )


def campaign_page() -> str:
    """docs/reference/campaign.md."""
    parts = [
        NOTE,
        "# Campaign files\n",
        "A campaign is a TOML file that `openiads campaign` plays ([how to](../how-to/campaign.md)). Errors are told",
        "with their lines. Days count from 1; rounds, bursts of guns among them, are named by catalog entry.\n",
    ]
    tables: dict[str, tuple[type[BaseModel], str]] = {
        "": (campaign_file.CampaignFile, ""),
        "[[raid]]": (campaign_file.RaidPlan, "Raids of one day follow each other in the order of the file."),
        "[[resupply]]": (campaign_file.Resupply, "A kind that no launcher carries is refused."),
        "[repair]": (campaign_file.Repair, "Kinds: `radar`, `launcher`, `post`."),
        "[rest]": (campaign_file.Rest, ""),
        "[[policy]]": (campaign_file.Policy, "It needs at least one of `salvo`, `reserve` and `spares`."),
        "[cost]": (campaign_file.Cost, "A price is a number, or `{value = 4, low = 3, high = 5}`."),
    }
    for name, (model, said) in tables.items():
        rows = []
        for key, field in model.model_fields.items():
            default = "required" if field.is_required() else "" if field.default == () else shown_default(field.default)
            rows.append((f"`{key}`", default, field.description or ""))
        parts += [f"## `{name}`\n"] if name else []
        parts += [table(("key", "if left out", "meaning"), rows)] + ([f"{said}\n"] if said else [])
    return "\n".join(parts)


def shown_default(value: Any) -> str:
    """What a key of a study is when it is left out."""
    if value is None or value == {}:
        return ""
    if value == EVERY:
        return '`"all"`'
    return f"`{toml_value(list(value) if isinstance(value, tuple) else value)}`"


PAGES: dict[str, Callable[[], str]] = {
    "scenario.md": scenario_page,
    "events.md": events_page,
    "codes.md": codes_page,
    "gates.md": gates_page,
    "catalog.md": catalog_page,
    "classes.md": lambda: classes_page(table, NOTE),
    "knobs.md": knobs_page,
    "reach.md": reach_page,
    "study.md": study_page,
    "campaign.md": campaign_page,
}


def stale() -> list[str]:
    """Names of pages that are missing or differ from what the code says now."""
    return [
        name
        for name, page in PAGES.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != page()
    ]


def main() -> None:
    """Write the pages, or with ``--check`` name those that are stale."""
    late = stale()
    if "--check" in sys.argv[1:]:
        sys.exit(f"stale: {', '.join(late)}; run python tools/reference.py" if late else 0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in late:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()

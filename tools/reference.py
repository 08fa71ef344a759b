"""Write the generated pages of docs/reference: ``python tools/reference.py`` (``--check``: only say what is stale).

The scenario's fields come from the JSON Schema, the event log from ``world.trace.MEANING``, the codes from
``world.codes``, the gates from ``explain.sentences``, fields and knobs from ``catalog`` and ``scenario``.  A test runs
the same functions and compares, so a page cannot fall behind the code.
"""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from enum import IntEnum
from importlib import resources
from pathlib import Path
from typing import Any

from openiads.base.toml import toml_value
from openiads.base.units import KINDS, written
from openiads.catalog.load import catalog
from openiads.catalog.records import STATUSES
from openiads.experiments.design import EVERY, MOST_POINTS, StudyFile
from openiads.explain import knob_table, round_table
from openiads.explain.sentences import GATES
from openiads.faces.words.text import KNOB_HEAD, REACH_HEAD, STATUS_WORDS, growth_cells, knob_cells, reach_cells
from openiads.scenario.joint import DRAWS
from openiads.scenario.knobs import COARSE
from openiads.scenario.load import scenario_schema
from openiads.world import codes
from openiads.world.trace import EVENT, MEANING

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- written by tools/reference.py; do not edit by hand -->\n"

#: Kinds below this number are logged in every replication, the others only in recorded ones.
FIRST_RECORDED = int(codes.Event.LOOK)


#: What each table of a scenario is, in the order of the page.
OPENINGS = {
    "Scenario": "The file itself: what stands at its top, and its tables.",
    "Terrain": "`[terrain]`: the packaged Levant, the user's files or library, or a simple shape with exact answers.",
    "Asset": "`[[asset]]`: what is defended.",
    "Site": "`[[site]]`: a SAM system in one place.",
    "Doctrine": "`[site.doctrine]`: how the site fights.",
    "Failure": '`failures = [{ element = "64n6e2", at = "120 s" }]` of a site: an element that stops working.',
    "Command": "`[[command]]`: a command post above sites: their radars report to it and it directs their fire units.",
    "Link": "`[[link]]`: what is known of the link from a site or command to the command above it.",
    "Raid": "`[[raid]]`: a group of like threats on one axis.",
    "Flight": "`[[flight]]`: one aircraft that is not part of a raid.",
    "Corridor": "`[[corridor]]`: an announced air route, a band of a width along points between two altitudes.",
    "ModelSwitches": "`[model]`: which models run. At their defaults every model that needs no choice is on; the "
    "others are for teaching and for tests against closed forms.",
    "WorldSettings": "`[world]`: knobs of the world at fixed values.",
    "IdentificationSettings": "`[identification]`: prior beliefs and error rates that replace the catalog's.",
}

#: Part -> field -> meaning, where the schema has none.  A new field must be entered here.
MEANINGS: dict[str, dict[str, str]] = {
    "Scenario": {
        "format": "version of the file format",
        "name": "name of the scenario, of its runs and of its folder",
        "question": "the question that the run answers; printed first",
        "date": "year, year-month or year-month-day, for the reader",
        "duration": "length of a replication",
        "model": "which models run",
        "terrain": "the ground",
        "world": "world knobs at fixed values",
        "identification": "priors and error rates",
        "asset": "what is defended",
        "site": "who defends it",
        "command": "command posts above sites",
        "link": "links between sites and commands",
        "raid": "who comes",
        "flight": "who else is in the air",
        "corridor": "announced air routes",
    },
    "Asset": {
        "name": "name, used by sites and raids",
        "at": "center",
        "radius": "of the area that matters: a weapon inside hits",
        "height": "above ground",
        "value": "weight in reports",
        "ship": "name of the site whose ship it is; it then moves with it",
    },
    "Command": {
        "name": "name, used by other commands and by links",
        "post": "a post entry of the catalog",
        "at": "where it stands",
        "commands": "names of sites, or of commands, under it; each has one command above it",
        "assignment": "how tracks are given to fire units, as in a site's doctrine",
        "priority": "which track comes first, as in a site's doctrine",
        "fails_at": "from then on it works no more and everyone under it fights alone",
    },
    "Link": {
        "from": "name of the lower end, a site or command that has a command above it",
        "delay": "of messages; else the catalog's",
        "loss": "share of messages lost; else the catalog's",
        "range": "farther apart its ends do not hear each other; else any distance",
        "fails_at": "from then on it is cut",
    },
    "Corridor": {
        "name": "name, used by flights",
        "points": "two to eight points along it",
        "width": "whole width",
        "floor": "lowest altitude above sea level",
        "ceiling": "highest altitude above sea level",
    },
    "Doctrine": {
        "salvo": "rounds of one salvo",
        "control": "weapons free: any track not friend, assumed friend or neutral, one that has answered only if "
        "hostile; tight: hostile only; hold: nothing",
        "engage": "fire at the earliest or the latest feasible time",
        "reserve": "rounds of each fire unit kept for ballistic missiles and for what comes at the unit itself",
        "reserves": "rounds of each fire unit kept for announced threats, by class: `{ ballistic = 8 }`; a class of "
        "less value may not take them",
        "priority": "value: the track with most value at risk per round and second left first, and rounds kept for it; "
        "time: the one with the least time left",
        "launch_margin": "no shot below this probability that the radar's support lasts to the intercept",
        "goal": "probability of kill wanted for each target",
        "search_mode": "search mode of phased radars, by name; a radar without that mode keeps its first",
        "assignment": "greedy: the unit that reaches the most urgent track first; exchange: unless two tracks together "
        "are served better; exact: least total cost",
        "self_defense": "under hold, a hostile track that comes at a fire unit itself may be shot at",
        "keep": 'kinds of round kept for one class of target: `{ pac3_mse = "ballistic" }`',
        "dials": "numbers handed to the user's rule, at most eight",
    },
    "Failure": {
        "element": "`64n6e2` a radar of the post, `30n6e2/1` the engagement radar of fire unit 1, `5p85se/1/3` its "
        "third launcher; without a number all of them",
        "at": "time from the start",
    },
    "Flight": {
        "name": "name",
        "kind": "a threat entry of the catalog, for example `a320`",
        "side": "whose it is in truth",
        "route": "turning points, two or more",
        "altitude": "above sea level",
        "agl": "above ground, following the terrain",
        "speed": "ground speed; else the catalog's",
        "start": "time of the first point",
        "iff": "whether a military mode answers the posts' questions; else that of a friend's aircraft does",
        "transponder": "whether a civil transponder answers; else the catalog's",
        "flight_plan": "whether the post holds its flight plan",
        "corridor": "the corridor that its flight plan names; a track off its axis does not fit the plan",
    },
    "IdentificationSettings": {
        "prior_hostile": "belief before any evidence; the three priors go together and add up to 1",
        "prior_friend": "as above",
        "prior_neutral": "as above",
        "iff_persistent_failure": "chance that a flight's equipment or code fails for the whole flight",
        "iff_false_reply": "chance that a flight without valid equipment appears to reply, the whole flight long",
        "iff_reply_failure": "chance that one interrogation of working equipment gets no reply",
    },
    "ModelSwitches": {
        "limits": "emergent: flyout, radar, time and turn alone limit a shot; published: brochure limits gate too",
        "detection": "radar: signal and noise; range: whatever is in view inside a radius is detected",
        "kill": "encounter: from the miss distance; constant: the single-shot probability as it is",
        "assessment": "imperfect: delay and two error rates; perfect: the truth, after the delay",
        "magazine": "infinite: launchers never run empty",
        "arrivals": "poisson: flights of a raid start at random times with `arrival_rate`",
        "service": "crew: the whole chain; fixed, exponential: a channel is held for `service_time`, then the shots "
        "are drawn",
        "queue": "lost: a track that finds every channel taken is never engaged",
        "false_alarms": "radars report false plots at the stated rate",
        "diffraction": "knife-edge loss near the mask instead of seen or not seen",
        "multipath": "lobes over the sea for radars on land; radars on ships always have them",
        "attenuation": "loss in the gases of the air",
    },
    "Raid": {
        "name": "name; its flights are `name[1]`, `name[2]`, ...",
        "threat": "a threat entry of the catalog",
        "count": "how many",
        "side": "`friend` is a stream of own aircraft",
        "iff": "whether a military mode answers the posts' questions; else that of a friend's aircraft does, and no "
        "weapon's that they release",
        "transponder": "whether a civil transponder answers; else the catalog's",
        "target": "name of the asset aimed at; or give `aim`",
        "aim": "a place aimed at instead of an asset",
        "strikes": 'an element of a site aimed at: `"Tartus/30n6e2/1"`, `"Tartus/54k6e2"`, `"Tartus/5p85se/1/3"`',
        "weapon": "a threat entry that each of them releases, after which it leaves; goes with `release_range`",
        "weapons": "how many each of them releases",
        "weapon_spacing": "time between them",
        "release_range": "distance from the target, along the last leg, at which the first is released",
        "evasion": "flown when a round is launched at one of them: `turn_away`, half a circle and out; `constant_g`, "
        "one full circle and on",
        "evasion_load": "lateral acceleration of the evasion; else the catalog's greatest maneuver",
        "origin": "where they start; or give `route`",
        "route": "all turning points, the first being the start",
        "altitude": "above sea level; or give `agl`",
        "agl": "above ground, following the terrain",
        "speed": "ground speed; else the catalog's",
        "start": "time at which the first starts; or give `time_on_target`",
        "time_on_target": "time at which the first arrives",
        "spacing": "time between them",
        "lateral_spacing": "distance between neighboring paths",
        "jitter": "standard deviation of each one's time",
    },
    "Site": {
        "name": "name; its fire units are `name/1`, `name/2`, ...",
        "system": "a system entry of the catalog",
        "at": "the command post and its radars",
        "facing": "azimuth of the middle of the engagement sectors",
        "fire_units": "how many",
        "launchers": "of each fire unit",
        "rounds": "ready in each launcher, at most what it holds",
        "reloads": "spare loads at hand of each launcher",
        "arrives": "time at which it halts; it is ready after the catalog's `setup_time`",
        "departs": "time at which it leaves its place and works no more",
        "course": "of a ship under way; goes with `speed`",
        "speed": "of a ship under way",
        "defends": "names of assets",
        "doctrine": "how it fights",
        "low_altitude": 'the low-altitude radar: one of the system\'s choices, or "none"',
        "mast": "height of the low-altitude radar's antenna above ground",
        "radars_off": "radars that do not emit",
        "failures": "elements that stop working, and when",
        "fire_unit_positions": "one place for each fire unit; else they stand in a line square to the facing",
    },
    "Terrain": {
        "source": "which ground; left out, `world` where a site or asset stands outside the packaged Levant",
        "origin": "where a shape is placed",
        "bearing": "direction from the origin to the shape",
        "distance": "from the origin to its crest or axis",
        "height": "of the crest",
        "width": "from crest to foot, or from floor to rim",
        "length": "of a ridge's crest",
        "shore": "from the origin to the coast; negative: behind it",
        "base": "ground height elsewhere, of the plain, or of the valley's floor",
        "files": "height files beside the scenario, or folders of them ([kinds](../how-to/terrain.md#files)); the "
        "first that has data at a place counts",
        "on_missing": "what lies beyond the data: an error, or the sea",
        "below_sea": "what lies below the sea in height files: ground (with a warning if left out), or the sea",
    },
    "WorldSettings": {
        "earth_factor": "effective earth radius over the true one (refraction); nominal 4/3",
        "crest_factor": "how much of the crest above the mean of a terrain cell counts; nominal 0.5",
        "clutter_offset": "added to the reflectivity of land and sea, which low targets compete with",
        "ducting": "duct in the air near the surface; the horizon lies farther in one",
        "sea_roughness": "rms height of the sea's surface; nominal 0.3 m",
        "common_mode_scale": "factor on the chance that what a salvo's rounds share fails; nominal 1",
    },
}


def cell(text: str) -> str:
    """Text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = [names, ["---"] * len(names), *[list(row) for row in rows]]
    return "\n".join("| " + " | ".join(cell(text) for text in line) + " |" for line in lines) + "\n"


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
    for title, low, high in (("Key events", 1, FIRST_RECORDED), ("Recorded events", FIRST_RECORDED, 10_000)):
        rows = []
        for event, (code, values) in MEANING.items():
            if low <= event < high:
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


# ------------------------------------------------------------------ the catalog


def packaged(name: str) -> dict[str, Any]:
    """A packaged TOML file of the data floor."""
    return tomllib.loads(
        resources.files("openiads.scenario" if name == "knobs.toml" else "openiads.catalog")
        .joinpath(name)
        .read_text(encoding="utf-8")
    )


def catalog_page() -> str:
    """docs/reference/catalog.md."""
    out = [
        NOTE,
        "# Catalog fields\n",
        "Every number of the catalog is a row: `value`, `unit`, `low`, `high`, `source` (keys of the bibliography),",
        '`status` and `note`; `scale = "log"` says that the interval is even in the logarithm, `exact = true` that',
        "there is nothing to sample.\n",
        table(
            ("status", "meaning"),
            [(f"`{status}`", STATUS_WORDS[status]) for status in STATUSES],
        ),
        "`openiads catalog show NAME` prints an entry with all of this, `openiads catalog sources` the bibliography. A",
        "scenario may add entries of its own under `[catalog]` ([how](../how-to/own_entries.md)).\n",
        "A number outside the range under *allowed* is refused, and so are the ends of its interval.\n",
    ]
    for kind, fields in packaged("entries/fields.toml").items():
        plain = {key: row for key, row in fields.items() if isinstance(row, list)}
        out += [f"## {kind}\n", field_table(plain)]
        for key, rows in fields.items():
            if isinstance(rows, dict):
                out += [f"### {kind}.{key}\n", *form_lines(kind, key, rows), field_table(rows)]
    out += ["## Knobs\n", *knob_lines()]
    return "\n".join(out)


def form_lines(kind: str, key: str, fields: dict[str, list[str]]) -> list[str]:
    """What a sub-table of an entry is, and how it is written."""
    form, need, told, *most = fields["form"]
    columns = [name for name in fields if name != "form"]
    example = f"[[catalog.{kind}.NAME.{key}]]\n" + "\n".join(f"{name} = ..." for name in columns)
    if form == "columns":
        lists = ", ".join(f"{name} = [...]" for name in columns)
        example = f'{key} = {{ {lists}, status = "assumption", note = "..." }}'
    said = {
        "columns": f"Lists of bare numbers, all of one length of {''.join(most)} at most, the first rising.",
        "rows": "One table for each row.",
    }
    return [f"{told[0].upper()}{told[1:]} ({need}). {said[form]}\n", f"```text\n{example}\n```\n"]


def field_table(fields: dict[str, list[str]]) -> str:
    """Fields of one kind of entry."""
    rows = [
        (f"`{key}`", takes.replace("one of ", "").replace("|", ", "), need, " to ".join(bounds), told)
        for key, (takes, need, told, *bounds) in fields.items()
        if key != "form"
    ]
    return table(("field", "takes", "", "allowed", "meaning"), rows)


def knob_lines() -> list[str]:
    """The list of what carries knowledge spread."""
    rows = []
    for knob in packaged("knobs.toml")["knob"]:
        owner = "world" if knob["applies_to"] == "world" else "ENTRY"
        within = f" (sampled with `{owner}.{knob['within']}`, alone it can only be set)" if "within" in knob else ""
        kind = f"{knob['applies_to']}, {knob['sort']}" if "sort" in knob else knob["applies_to"]
        rows.append((f"`{owner}.{knob['name']}`", kind, knob["kind"], knob["meaning"] + within))
    return [
        "What carries parameter uncertainty. A run at nominal values leaves it alone; `openiads.run` takes",
        (
            '`knobs={"64n6e2.snr": -2.0}`. Every value of an entry that a world reads and whose interval is doubt '
            "has a knob:"
        ),
        "one of its own under its own name (`30n6e2.antenna_height`, in a table `30n6e2.modes.low.frame_time`), which",
        "takes the value in SI units, or one of these, which move what belongs together:\n",
        table(("knob", "belongs to", "kind", "meaning"), rows),
        "",
        (
            "*offset*: decibels added; *factor*: multiplies; *replaces*: the value itself; *share*: from 0 to 1, "
            "where each"
        ),
        (
            "of its values stands between the ends of its own interval; *joint*: from 0 to 1, which of the draws of "
            "all its"
        ),
        (
            "values that keep what is published of them "
            "([how](../theory/uncertainty.md#priors-that-keep-what-is-published))."
        ),
        "Counts are sampled as whole numbers. A value marked `variety` (at what speeds and heights flights of one type",
        "fly) is no doubt and has no knob: a scenario gives it.\n",
    ]


def knobs_page() -> str:
    """docs/reference/knobs.md."""
    return "\n".join(
        [
            NOTE,
            "# Knob bands\n",
            (
                "What each knob that moves several values may be, and which published kind of figure its ends "
                "imply. Knobs of"
            ),
            (
                "single values take the interval of the value: `openiads catalog show ENTRY`. `openiads catalog "
                "knobs` tells"
            ),
            (
                "all, and with a scenario those of it alone. What the knobs do is under [catalog "
                "fields](catalog.md#knobs).\n"
            ),
            "*Range on 1 m2*: where one look detects a slowly fluctuating target of 1 m2 with probability 0.5, in free",
            "space on boresight, not above the instrumented range. *Reach* and *peak speed*: as in the",
            (
                "[reach table](reach.md), over the flights that are sampled. *Horizon*: of an antenna 20 m above a "
                "smooth sea"
            ),
            "against a flight at 100 m. A share or a factor on errors implies no figure that anybody publishes.\n",
            table(KNOB_HEAD, [knob_cells(row) for row in knob_table.table(catalog(), several=True)]),
        ]
    )


def reach_page() -> str:
    """docs/reference/reach.md."""
    found = round_table.table(catalog())
    shares = [f"{share:g}" for share in found["shares"]]
    told = found["interceptors"] + found["missiles"]
    fitted = [row for row in told if row["kind"] == "fitted"]
    missed = [f"`{row['entry']}` {row['name']}" for row in told if not row["met"]]
    head = ("round", "guidance", *(f"at {share}" for share in shares), "kept")
    return "\n".join(
        [
            NOTE,
            "# Reach\n",
            "What the flight model makes of each round and ballistic missile, beside what is published; the same as",
            "`openiads catalog reach`.\n",
            "*Range*: greatest ground range against a head-on target of 250 m/s at 10 km with an arrival speed of at",
            "least 1.5 times the target's and 5 g available. *Ceiling*: greatest height with 3 g inside half that",
            "range. *Peak speed*, *apogee*, *average speed*: of the shot at that range. *Minimum range*: from there",
            "on, out to 20 km or half the range, the same target at 1 km is met everywhere; kinematic alone. A",
            "ballistic missile flies at full burn from sea level at 35 degrees north toward the north; its terminal",
            "speed is at 15 km.\n",
            "Whether a target can be met a run reads in a flyout table: heights in steps of 2 km, 97 ranges out to",
            "1.25 times the published one; a place counts as reached only if all nodes about it are. So low down the",
            "table begins farther out than the figure here: at 7.8 km below 2 km of height for the `48n6e2`.\n",
            "*fitted*: parameters nobody published were chosen so that the figure comes out, by",
            "`tools/fit_interceptor.py` and `tools/fit_missile.py`. *predicted*: the fit did not see it. *bound*: the",
            "fit keeps the kinematic minimum range from lying beyond the published one, which holds arming and the",
            "first track too. *off*: against the published number. *outside*: against the nearer end of the published",
            "interval; an end nobody published is the least half-width of its evidence status. *met*: inside the",
            "interval, or within 10 % of the number; a bound: not beyond it.\n",
            f"Of {len(fitted)} fitted figures {sum(row['met'] for row in fitted)} are met. Not met: "
            + (", ".join(missed) or "none")
            + ".\n",
            "## Interceptors\n",
            table(REACH_HEAD, [reach_cells(row) for row in found["interceptors"]]),
            "## Ballistic missiles\n",
            table(REACH_HEAD, [reach_cells(row) for row in found["missiles"]]),
            "## Miss against range\n",
            f"Median miss (m) at {', '.join(shares)} of the published range, against the target of the range, with a",
            "radar track off by 1 mrad across. A tvm round must at most double from the first to the last; command",
            "guidance must grow at least as the range; of the other classes most rounds must arrive. A class without a",
            "round in the catalog is shown by a notional one: another's flight with its errors.\n",
            table(head, [growth_cells(row) for row in found["guidance"]]),
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
    "knobs.md": knobs_page,
    "reach.md": reach_page,
    "study.md": study_page,
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

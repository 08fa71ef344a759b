"""The pages of `tools/reference.py` about the catalog: its fields, the bands of its knobs, what its rounds reach."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from reference_tables import NOTE, table

from openiads.catalog.load import catalog
from openiads.catalog.records import STATUSES
from openiads.explain import knob_table, round_table
from openiads.faces.words.text import KNOB_HEAD, REACH_HEAD, STATUS_WORDS, growth_cells, knob_cells, reach_cells


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
            "least 1.5 times the target's and 5 g available; at half the ceiling where that is below 20 km, and at the",
            "least height where that is above 10 km. *Ceiling*: greatest height with 3 g inside half that",
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
            "interval, or within 10 % of the number; a bound: not beyond it. A limit that guidance sets and not flight",
            "(`guidance_limits` of the entry) is no figure of the table.\n",
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
            "guidance must grow at least as the slant range; of the others most rounds must arrive. A class without a",
            "round in the catalog is shown by a notional one: another's flight with its errors.\n",
            table(head, [growth_cells(row) for row in found["guidance"]]),
        ]
    )

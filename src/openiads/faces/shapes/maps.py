"""How coverage, envelopes, footprints, keep-out maps and reach are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openiads.base.errors import UsageError
from openiads.base.words import listed
from openiads.faces.shapes.look import Look, Row
from openiads.faces.words import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.reach.defended import FootprintAnswer
    from openiads.reach.fire_unit import EnvelopeAnswer
    from openiads.reach.keep_out import KeepOut
    from openiads.reach.neighbors import ReachAnswer
    from openiads.reach.site_radars import CoverageAnswer


#: What a picture of coverage shows.
SHOWN = ("heights", "lowest", "azimuth", "strobes")


def looks() -> dict[type, Look]:
    """The look of each kind of answer here."""
    from openiads.faces.geo import coverage, envelope, footprint, keep_out, layers
    from openiads.reach.defended import FootprintAnswer
    from openiads.reach.fire_unit import EnvelopeAnswer
    from openiads.reach.keep_out import KeepOut
    from openiads.reach.neighbors import ReachAnswer
    from openiads.reach.site_radars import CoverageAnswer

    return {
        CoverageAnswer: Look(
            coverage_title,
            _coverage_sentence,
            coverage_data,
            _coverage_rows,
            coverage_figure,
            write=coverage.write,
            grid=lambda answer: layers.grid(coverage.layers_of(answer)),
            endings=coverage.ENDINGS,
            picture=("coverage", "Radar coverage"),
        ),
        EnvelopeAnswer: Look(
            _envelope_title,
            _envelope_sentence,
            envelope_data,
            _envelope_rows,
            envelope_figure,
            write=envelope.write,
            grid=lambda answer: layers.grid(envelope.layers_of(answer)),
            endings=tuple(envelope.WRITERS),
            picture=("envelope", "Engagement envelope"),
        ),
        FootprintAnswer: Look(
            lambda answer: answer.title,
            _footprint_sentence,
            footprint_data,
            _footprint_rows,
            footprint_figure,
            write=footprint.write,
            grid=footprint.grid,
            endings=tuple(footprint.WRITERS),
            picture=("footprint", "Defended footprint"),
        ),
        KeepOut: Look(
            keep_out_title,
            _keep_out_sentence,
            _keep_out_data,
            _keep_out_rows,
            keep_out_figure,
            write=keep_out.write,
            grid=lambda answer: layers.grid(keep_out.layers_of(answer)),
            endings=keep_out.ENDINGS,
            picture=("reach", "Keep-out map"),
        ),
        ReachAnswer: Look(
            lambda found: f"What {', '.join(found.sites)} can detect and meet",
            _reach_sentence,
            reach_data,
            _reach_rows,
        ),
    }


# ------------------------------------------------------------------ coverage


def coverage_title(answer: CoverageAnswer) -> str:
    """What a picture of coverage is called."""
    views = answer.found.views
    kinds = sorted({view.name.split("/")[1] for view in views})
    sites = sorted({view.name.partition("/")[0] for view in views})
    return f"{', '.join(sites)}: what {', '.join(kinds)} {'see' if len(views) > 1 else 'sees'}"


def coverage_data(answer: CoverageAnswer) -> dict[str, Any]:
    """The JSON object of coverage."""
    from openiads.faces.words import coverage, jamming

    data = coverage.as_data(answer.found) | {"scenario": answer.scenario, "out": []}
    data["before"] = None if answer.before is None else coverage.as_data(answer.before)
    data["approach"] = None if answer.approach is None else coverage.approach_data(answer.approach)
    data["remarks"] = coverage.remarks_of(answer)
    if answer.jamming is not None:
        data["jamming"] = jamming.as_data(answer.jamming, list(answer.found.question.heights))
    if answer.strobes is not None:
        data["strobes"] = jamming.strobe_data(answer.strobes)
    return data


def _coverage_rows(answer: CoverageAnswer) -> list[Row]:
    from openiads.faces.words import coverage

    rows: list[Row] = []
    for height in coverage.as_data(answer.found)["heights"]:
        every = {name: height[name] for name in next(iter(height["radars"].values()))}
        sets = {"any": every} if len(height["radars"]) > 1 else {}
        rows += [
            {"height_m": height["height_m"], "radar": name, **areas}
            for name, areas in (sets | height["radars"]).items()
        ]
    return rows


def _coverage_sentence(answer: CoverageAnswer) -> str:
    from openiads.faces.words.coverage import conditions
    from openiads.faces.words.jamming import sentence
    from openiads.faces.words.terrain import terrain_note

    noisy = f" {sentence(answer.jamming)}" if answer.jamming is not None else ""
    return f"Asked: {conditions(answer.found)}.{noisy} {terrain_note(answer.found.terrain)}"


def coverage_figure(answer: CoverageAnswer, title: str = "", show: str = "heights") -> Figure:
    """The map; show : "heights", the lowest height detected, or "lowest", the lowest one in any line of sight, or
    "azimuth", how far each radar sees in each direction with and without jamming, or "strobes", from where a jammer
    gives itself away"""
    from openiads.faces.draw import coverage

    if show not in SHOWN:
        raise UsageError("show", f'"{show}"', f"{listed(SHOWN)}.")
    if show == "azimuth":
        if answer.jamming is None:
            raise UsageError("show", "nobody jams", "Give jammers, or show heights.")
        from openiads.faces.draw import jamming

        return jamming.draw(answer, title or coverage_title(answer))
    located = answer.strobes if show == "strobes" else None
    if show == "strobes":
        if located is None:
            raise UsageError("show", "strobes of nothing", 'Ask for them: strobes="escort_jammer".')
        sites = sorted({name.partition("/")[0] for name in located.radars})
        title = title or f"{', '.join(sites)}: where a jammer ({located.title.lower()}) gives its bearing"
    return coverage.draw(
        answer.found,
        title or coverage_title(answer),
        show=show,
        real=answer.source in ("levant", "world", "files", "library"),
        packaged=answer.source in ("levant", "world"),
        before=answer.before if located is None else None,
        way=answer.approach,
        jamming=located or answer.jamming,
    )


# ------------------------------------------------------------------ envelope


def envelope_data(answer: EnvelopeAnswer) -> dict[str, Any]:
    """The JSON object of an envelope."""
    from openiads.faces.words import envelope, jamming
    from openiads.faces.words.terrain import terrain_fields

    data = envelope.as_data(answer) | {"system": answer.system, **terrain_fields(answer.world.terrain), "out": []}
    if told := envelope.remarks_of(answer):
        data["remarks"] = told
    if answer.jamming is not None:
        data["jamming"] = jamming.as_data(answer.jamming, [float(h) for h in next(iter(answer.cuts.values())).heights])
    return data


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
        "units": [answer.world.names.units[u] for u in answer.units],
        "target": asked(answer.target),
        "above": answer.above,
        "areas": _keep_out_rows(answer),
        **terrain_fields(answer.world.terrain),
        "note": text.FOOTER,
    }


def _keep_out_sentence(answer: KeepOut) -> str:
    from openiads.faces.words.neighbors import NOTE

    return NOTE


def keep_out_figure(answer: KeepOut, title: str = "") -> Figure:
    """The map."""
    from openiads.faces.draw import keep_out

    packaged = answer.world.scenario.terrain.packaged
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

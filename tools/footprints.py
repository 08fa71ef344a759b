"""Write docs/reference/footprints.md: ``python tools/footprints.py`` (some minutes; a test checks rows of it).

Every system against four ballistic missiles, with emergent and with published limits, by ``reach.footprint``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from openiads.catalog.load import catalog
from openiads.faces.words.text import number, span
from openiads.reach.attack import DEFAULT_SHARE, Plan
from openiads.reach.footprint import LIMITS, SAMPLES, Band, Footprint, footprints

LEAST_SPEED = catalog().model.values["least_speed"].si  # m/s

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "footprints.md"
THREATS = ("scud_b", "al_husayn", "fateh110", "tochka_u")
HEAD = (
    "system",
    "emergent: area, km2",
    "forward / back / side, km",
    "published: area, km2",
    "forward / back / side, km",
)
TEXT = f"""<!-- written by tools/footprints.py; do not edit by hand -->

# Defended footprints

On which ground one fire unit can still shoot at a ballistic missile that falls there; the same as
`openiads footprint SYSTEM --against MISSILE`. Radars face the attack; the ground is flat; each missile flies
{DEFAULT_SHARE:g} of its greatest range; rounds are those of the catalog's launchers.

A shot is *possible* where some point of the missile's arc can be met by a round that

- leaves no sooner than the published reaction time after a radar of the site first sees the missile and after the
  unit's engagement radar sees it (a look detects with a probability of one half), which then holds it,
  through breaks that a round in the air survives in a run;
- arrives in time, at {LEAST_SPEED:.0f} m/s or more, with three times a required acceleration of 1.5 g available (a
  constant against ballistic targets, whatever they do), as in the engine;
- *published*: also within the published distances and heights of an intercept and the published speed of a target.
  *Emergent*: flight, radar and time alone.

*Forward* is toward the attacker, *side* the wider side; an extent is good to a cell of the grid, a thirtieth of the
longer side of the map. In brackets the least and greatest of the nominal world and {SAMPLES} others, spread over signal
to noise of every radar, the missile's signature, impulse and drag of every round, and the reaction time. They are the
ends of a few worlds, not a confidence interval.

Looked for is what lies around the unit. A short-range missile launched almost over the unit could be shot at on its way
up, whatever it is aimed at; such places, tens of kilometers behind the unit, are not counted where they lie
apart from the rest, and are where they join it (the S-300 and the PAC-3 MSE against `tochka_u`: mind *back*).

What the page does not say: whether the shot is fired or hits. Tracking, identification, the crew's queue, channels,
readiness and kill probability come on top, and only a run has them; near the edge runs fire at some missiles only,
because one look in two is not one look in one, and because a crew whose track is uncertain holds fire where the
intercept may fall out of the radar's sector. A large emergent area is no claim about the real system: it is
what remains of a published flight performance when no brochure limit is applied. Where an area is 0, the map's
smallest grid (cells of some hundred meters) found no such point; the usual reasons are that no search radar of the
site looks as high as the missile falls, or that the missile is faster than the published limit.

How far the short cut of the page is off (one arc is solved and moved over the ground): some meters below 40 km
(`reach.attack.arc_error`).
"""


def measured(band: Band, scale: float, samples: int = SAMPLES) -> str:
    """A number with its interval, if it has one."""
    shown = number(band.nominal * scale)
    return f"{shown} {span(band.low * scale, band.high * scale)}" if samples and band.high > 0.0 else shown


def extents(found: Footprint) -> str:
    """Nominal extents, km."""
    return " / ".join(number(band.nominal / 1000.0) for band in (found.forward, found.back, found.side))


def cells(system: str, threat: str, samples: int = SAMPLES) -> tuple[str, ...]:
    """A row of the page."""
    row = [f"`{system}`"]
    for found in footprints(Plan(system, threat), LIMITS, samples):
        row += [measured(found.area, 1e-6, samples), extents(found)]
    return tuple(row)


def section(threat: str) -> str:
    """All systems against one missile."""
    book = catalog()
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda system: cells(system, threat), sorted(book.systems)))
    lines = ["| " + " | ".join(row) + " |" for row in (HEAD, ("---",) * len(HEAD), *rows)]
    flown = Plan("", threat).range_of(book) / 1000.0
    return f"## {book[threat].title}: `{threat}`, {flown:.0f} km\n\n" + "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    return "\n".join([TEXT, *(section(threat) for threat in THREATS)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print("docs/reference/footprints.md")

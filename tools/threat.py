"""Write docs/threat.md and its maps: ``python tools/threat.py`` (a minute or two; a test checks rows of it).

Three packaged situations, of two owners, by ``reach.neighbors`` and ``faces.draw.keep_out``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from openiads.faces.words import neighbors
from openiads.reach.defaults import SAMPLES
from openiads.reach.neighbors import ReachAnswer, reach_of_sites
from openiads.scenario.load import load

FOLDER = Path(__file__).resolve().parents[1] / "docs"
PAGE = FOLDER / "threat.md"
#: Scenario -> heading, and the site if only one is asked.
ASKED = {
    "tartus_2016": ("Tartus, 2016, read as S-300PMU-2", ""),
    "tartus_2016_v4": ("Tartus, 2016, read as S-300V4", ""),
    "turkey_2013": ("Patriot batteries in the south of Turkey, 2013", ""),
}
TEXT = """<!-- written by tools/threat.py; do not edit by hand -->

# Is it a threat to anyone?

A site that is called purely defensive still looks and reaches beyond the border. This page says how far: which share
of what its radars detect, and of what its rounds may meet, lies over whose land, over whose sea, and over the high
sea, and which airways and approaches pass through. The same questions are asked of sites of different owners, by the
same code.

**Reach is not intent.** The numbers say what a radar can see and a round can meet. They say nothing of what a crew
may or would shoot at, of rules of engagement, of identification or of politics, and they are **no assessment of the
safety of any flight, place or person**. A large share over the high sea, or a small one over a neighbor, proves
nothing about either.

How it is reckoned:

- *Detected*: any radar of the sites detects an F-16 that flies toward it, one look in two ([coverage](coverage.md)).
- *Met*: some round may meet an F-16 that flies toward its fire unit, with emergent limits
  ([envelopes](envelopes.md)).
- A cell of the table is a share of the whole volume that is detected, or may be met, in the height band; each column
  adds up to 100 %.
- Airways and approaches: an airliner flies its own way at its own height: the share of that way that is detected, and
  where it may be met. An approach is the last 20 km to an airport, 3 degrees down, from twelve directions alike.
- In brackets: the least and greatest of the nominal world and {samples} others, spread over signal to noise of every
  radar, the signature of the target, impulse and drag of every round, and the reaction time. They are the ends of a
  few worlds, not a confidence interval.
- Land is as Natural Earth divides it de facto, with Cyprus as one island; the sea within 12 nautical miles of a coast
  goes to the nearest coast's country, whatever states claim. Both are good to 1 to 2 km and take no position.
- Airports are real; the **airways are schematic**: straight lines between airports, no published routes.
- The packaged terrain has 9 km cells and understates ridges, so low flights behind mountains are counted too often.

The maps show over which ground a flight at a height is exposed to at least one engagement opportunity (*keep-out*):
emergent limits filled, published ones dashed.
"""


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)) + "\n"


def tables(found: ReachAnswer) -> str:
    """The three tables of one situation."""
    cells = [*neighbors.territory_cells(found), neighbors.volume_cells(found)]
    parts = [table(("over", *neighbors.band_head()), cells)]
    for name, rows in (("schematic airway", found.airways), ("approach to", found.airports)):
        if rows:
            parts.append(table((name, *neighbors.ALONG_HEAD), neighbors.along_cells(rows, found.samples)))
    return "\n".join(parts)


def section(scenario: str, samples: int = SAMPLES) -> str:
    """One situation: what was run, the map, the tables."""
    heading, site = ASKED[scenario]
    wanted = f' --site "{site}"' if site else ""
    found = reach_of_sites(load(scenario), [site] if site else [], samples=samples)
    return (
        f"## {heading}\n\n<!-- not run: a minute -->\n```sh\n"
        f"openiads reach {scenario}{wanted} --out reach_{scenario}.png\n```\n\n"
        f"![Keep-out map: {heading}](pictures/reach_{scenario}.png)\n\n{tables(found)}"
    )


def page() -> str:
    """The whole page."""
    return "\n".join([TEXT.format(samples=SAMPLES), *(section(scenario) for scenario in ASKED)])


def draw(scenario: str) -> None:
    """The map of one situation, by the command that the page names."""
    _, site = ASKED[scenario]
    words = ["reach", scenario, "--samples", "0", "--out", str(FOLDER / "pictures" / f"reach_{scenario}.png")]
    words += ["--site", site] if site else []
    subprocess.run([sys.executable, "-m", "openiads", *words], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for name in ASKED:
        draw(name)
    print("docs/threat.md")

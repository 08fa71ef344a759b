"""What the commands that draw maps share: options of the window, and files that hold one answer in several formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from openiads.base.shown import Saved

At = Annotated[
    str | None,
    typer.Option("--at", help='Where it stands, "34.92 N 35.90 E"; flat ground if left out.', show_default=False),
]
Extent = Annotated[
    str | None,
    typer.Option(
        "--extent", help='Its southwest and northeast corners, "34 N 35 E; 36 N 37 E", instead.', show_default=False
    ),
]
Facing = Annotated[str, typer.Option("--facing", help="Azimuth of its engagement sector.")]
HeightFiles = Annotated[
    list[Path] | None, typer.Option("--dem", help="Height files instead of the packaged terrain; repeat.")
]
Cued = Annotated[bool, typer.Option("--cued/--uncued", help="Whether surveillance radars tell the unit where to look.")]
Limits = Annotated[str, typer.Option("--limits", help="emergent, published or both.")]
Sites = Annotated[list[str] | None, typer.Option("--site", help="Only this site; repeat. All if left out.")]
Changes = Annotated[list[str] | None, typer.Option("--set", help="Change the scenario, path=value; repeat for more.")]
Reaction = Annotated[
    str | None,
    typer.Option("--reaction", help='Detection to launch, "15 s"; the published time if left out.', show_default=False),
]
Jammers = Annotated[
    list[str] | None,
    typer.Option("--jammer", help='A noise jammer somewhere, "escort_jammer; 34.9 N 34.0 E; 9 km"; repeat.'),
]
OutFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--out", help="A file to write: .png, .svg, .pdf, .geojson, .kml, .czml, .parquet, .csv, .tif or .nc; repeat."
    ),
]


def above(agl: bool) -> str:
    """What heights are above, of ``--agl/--amsl``."""
    return "ground" if agl else "sea"


def save_all(answer: Saved, out: Sequence[Path] | None, **options: object) -> list[str]:
    """Write an answer into each file, in the format of its name; their full names.

    options : of its picture
    """
    from openiads.faces.shapes.registry import save

    return [str(save(answer, path, **options).resolve()) for path in out or ()]

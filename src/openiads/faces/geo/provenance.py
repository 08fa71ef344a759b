"""What a file of a map says of where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from openiads.base.version import __version__
from openiads.earth.terrain import Terrain
from openiads.faces.words import text
from openiads.faces.words.terrain import terrain_fields


def provenance(scenario: str, digest: str, terrain: Terrain | None = None) -> dict[str, str]:
    """Scenario, its digest, version, terrain and the limits of use, by name.

    Parameters
    ----------
    scenario : str
        Its name.
    digest : str
        Its SHA-256; empty where the answer belongs to no scenario, and then left out.
    terrain : Terrain, optional
        The ground that was asked.

    Returns
    -------
    dict of str
        The same for the same answer: no time of day, no name of a machine.
    """
    told: Mapping[str, object] = {} if terrain is None else terrain_fields(terrain)
    return {
        "scenario": scenario,
        **({"scenario_sha256": digest} if digest else {}),
        "openiads_version": __version__,
        **{name: str(value) for name, value in told.items()},
        "note": text.FOOTER,
    }

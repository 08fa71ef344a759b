"""A site becomes rows: its ship if it is under way, its post, its search radars and its fire units."""

from __future__ import annotations

from openiads.scenario.model import Site
from openiads.world.draft import Draft, PlacedSite
from openiads.world.posts import add_site_post
from openiads.world.radars import Mount, add_radar
from openiads.world.ships import add_ship
from openiads.world.units import add_unit


def add_site(draft: Draft, site: Site) -> None:
    """All rows of one site."""
    catalog = draft.values.catalog
    system = catalog[site.system]
    platform, way = add_ship(draft, site)
    placed = PlacedSite(site, system, platform, way)
    chain = draft.chains[site.name] = add_site_post(draft, placed)
    low = site.low_altitude or system.text.get("low_altitude", "none")
    for name in (*system.lists.get("surveillance", ()), *(() if low == "none" else (low,))):
        mount = Mount(name, placed.at, chain, mast=site.mast if name == low else None)
        add_radar(draft, placed, catalog[name], mount)
    for number in range(site.fire_units):
        add_unit(draft, placed, number, chain)

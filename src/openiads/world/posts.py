"""Command posts: those above sites, those of sites, the crews of fire units on their own, and the links between."""

from __future__ import annotations

import math

from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.catalog.records import Entry
from openiads.scenario.model import Command
from openiads.world.codes import Assignment
from openiads.world.draft import NEVER, Draft, LatLon, PlacedSite, Row, blank, failure_time, put
from openiads.world.elements import LEVELS, POST
from openiads.world.emission import post_outage
from openiads.world.layout import POST_BITS, POST_WORDS

MOST_POSTS = POST_BITS * POST_WORDS  # a flight keeps a bit for each


def add_commands(draft: Draft) -> None:
    """The posts of all commands above sites, tied to one another."""
    for command in draft.scenario.commands:
        draft.commands.posts[command.name] = _add_command(draft, command)
    for name, post in draft.commands.posts.items():
        _subordinate(draft, name, post)


def _add_command(draft: Draft, command: Command) -> int:
    entry = draft.values.catalog[command.post]
    at = (command.at.latitude, command.at.longitude)
    revoke = draft.values.count(draft.values.catalog.model, "command_revoke_updates")
    post = add_post(draft, f"{command.name}/{entry.name}", entry, at, command.assignment, revoke)
    row = draft.posts[post]
    row["by_value"] = int(command.priority == "value")
    row["fails_at"] = NEVER if command.fails_at is None else command.fails_at
    row["hit_radius"] = draft.values.of(entry, "hit_radius", 0.0)
    row["outage"] = 0.0 if command.availability is None else 1.0 - command.availability
    row["due"] = row["cycle"]
    return post


def _subordinate(draft: Draft, name: str, post: int) -> None:
    """Tie the post of a site or command to the command above it, if there is one."""
    above = draft.commands.above.get(name)
    if above is None:
        return
    row = draft.posts[post]
    link = draft.commands.links.get(name)
    row["superior"] = draft.commands.posts[above]
    row["due"] = NEVER
    if link is not None:
        row["link_fails_at"] = NEVER if link.fails_at is None else link.fails_at
        row["link_range"] = math.inf if link.range is None else link.range


def add_post(draft: Draft, name: str, entry: Entry, at: LatLon, assignment: str, revoke_updates: int) -> int:
    """One more post of a catalog entry, alone and working; returns its row."""
    row = blank(POST)
    v = draft.values.of
    put(row, at, draft.ground(*at) + draft.values.model("post_antenna_height"))
    row["actor"] = actor_number(f"post/{name}")
    teaching = draft.scenario.model.service != "crew"
    service = draft.scenario.model.service_time or 30.0
    row["cycle"] = service / draft.values.model("teaching_cycles") if teaching else v(entry, "decision_cycle")
    row["service_time"] = 0.0 if teaching else v(entry, "service_time")
    row["link_delay"] = v(entry, "link_delay_unit")
    row["interrogation_interval"] = v(entry, "interrogation_interval")
    row["track_capacity"] = draft.values.count(entry, "track_capacity")
    row["air_buffer"], row["threat_probability"] = v(entry, "air_buffer"), v(entry, "threat_probability")
    row["impact_dispersion"] = v(entry, "impact_dispersion")
    row["impact_ellipse"] = draft.values.model("impact_ellipse")
    row["impact_review"] = draft.values.model("impact_review")
    row["revoke_updates"] = revoke_updates
    row["assignment"], row["by_value"] = int(Assignment[assignment.upper()]), 1
    row["superior"], row["platform"] = -1, -1
    row["link_fails_at"], row["link_range"] = NEVER, math.inf
    row["fuse_due"] = row["fails_at"] = NEVER
    row["due"] = row["cycle"]
    draft.posts.append(row)
    draft.names.posts.append(name)
    return len(draft.posts) - 1


def add_site_post(draft: Draft, placed: PlacedSite) -> list[int]:
    """The post of a site; returns it and the posts above it, from the nearest up."""
    site, system = placed.site, placed.system
    entry = draft.values.catalog[system.text["post"]]
    revoke = draft.values.count(system, "assessment_revoke_updates")
    post = add_post(draft, f"{site.name}/{entry.name}", entry, placed.at, site.doctrine.assignment, revoke)
    row = draft.posts[post]
    row["hit_radius"] = draft.values.of(system, "hit_radius_post")
    row["fails_at"], row["platform"] = failure_time(site, entry.name), placed.platform
    row["outage"] = post_outage(site)
    row["by_value"] = int(site.doctrine.priority == "value")
    _subordinate(draft, site.name, post)
    chain = [post]
    while int(draft.posts[chain[-1]]["superior"]) >= 0:
        chain.append(int(draft.posts[chain[-1]]["superior"]))
    if len(chain) > LEVELS - 1:
        raise InputError(
            f"site.{site.name}",
            f"{len(chain) - 1} commands above one another",
            f"At most {LEVELS - 2} are modeled.",
        )
    row["due"] = row["cycle"] if len(chain) == 1 else NEVER
    return chain


def add_crew(draft: Draft, placed: PlacedSite, number: int, at: LatLon, superior: int) -> int:
    """The crew of a site's fire unit as its own post, for when it hears from nobody above; returns its row."""
    site, system = placed.site, placed.system
    entry = draft.values.catalog[system.text.get("fire_unit_post", system.text["post"])]
    revoke = draft.values.count(system, "assessment_revoke_updates")
    post = add_post(draft, f"{site.name}/{number + 1}/alone", entry, at, site.doctrine.assignment, revoke)
    row = draft.posts[post]
    row["by_value"] = int(site.doctrine.priority == "value")
    if draft.scenario.model.service == "crew":
        row["cycle"] = draft.values.of(system, "autonomous_cycle")
        row["service_time"] = draft.values.of(system, "autonomous_service")
    row["alone"], row["due"], row["platform"], row["superior"] = 1, NEVER, placed.platform, superior
    return post


def report_links(draft: Draft, placed: PlacedSite, chain: list[int], unit: int, row: Row) -> None:
    """Write delay and loss of a radar's reports to each post of its chain into its row, link by link.

    chain : posts from the nearest up; of a fire unit's radar the first is its crew's.  unit : -1 for a search radar
    """
    catalog, v = draft.values.catalog, draft.values.of
    entry = catalog[placed.system.text["post"]]
    row["posts"], row["delays"], row["losses"] = -1, 0.0, 0.0
    row["posts"][: len(chain)] = chain
    delay = v(entry, "link_delay_radar" if unit < 0 else "link_delay_unit")
    kept = 1.0 - (v(entry, "link_loss") if unit < 0 else 0.0)
    below = placed.site.name
    for k, post in enumerate(chain):
        if draft.posts[post]["alone"] == 1:
            continue
        if k > (0 if unit < 0 else 1):
            link = draft.commands.links.get(below)
            below = draft.commands.above[below]
            entry = catalog[next(c.post for c in draft.scenario.commands if c.name == below)]
            delay += v(entry, "link_delay_unit") if link is None or link.delay is None else link.delay
            kept *= 1.0 - (v(entry, "link_loss") if link is None or link.loss is None else link.loss)
        row["delays"][k], row["losses"][k] = delay, 1.0 - kept
    top = len(chain) - 1
    row["level"], row["post"] = top, chain[top]
    row["link_delay"], row["link_loss"] = row["delays"][top], row["losses"][top]


def check_count(draft: Draft) -> None:
    """Refuse more posts than a flight can keep bits for."""
    if len(draft.posts) > MOST_POSTS:
        raise InputError(
            "site", f"{len(draft.posts)} command posts and crews", f"At most {MOST_POSTS}: take fire units out."
        )

"""Forty scripts as names of everything, before the server's page and in the page of one file: they stay text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import openiads as oi
from openiads.runs.run import Run
from payloads import PAYLOADS
from web.conftest import Served, Visit, viewing, visiting
from web.test_tour import everything

#: A scenario file refuses marks that reorder text and ends of lines (tests/data), so names go without them.
NAMES = [re.sub("[\u2028\u202e]", "", payload) for payload in PAYLOADS]
#: As many fire units as a world may have posts for; two payloads to a name, a long one with a short one.
SITES = 20
LONGEST = 80

HEAD = """
format = 1
name = {name}
question = {question}
duration = "120 s"
[terrain]
source = "flat"
"""
ASSET = '[[asset]]\nname = {0}\nat = "{1:.2f} N 35.90 E"\nradius = "500 m"\n'
SITE = """
[[site]]
name = {0}
system = "{2}"
at = "{1:.2f} N 35.95 E"
facing = "270 deg"
fire_units = 1
launchers = 1
rounds = 2
defends = [{3}]
"""
RAID = """
[[raid]]
name = {0}
threat = "f16"
count = 1
target = {2}
origin = "{1:.2f} N 35.60 E"
altitude = "6 km"
speed = "250 m/s"
start = "0 s"
"""
CHAIN = """
[[command]]
name = {0}
post = "msq116"
at = "34.90 N 36.00 E"
commands = [{1}]
"""


def scenario() -> str:
    """Every field that takes free text bears payloads."""
    quoted = [json.dumps(name) for name in NAMES]
    lengths = sorted(NAMES, key=len)
    sites = [json.dumps(a + b) for a, b in zip(lengths[:SITES], lengths[: SITES - 1 : -1], strict=True)]
    assert all(len(json.loads(name)) <= LONGEST for name in sites)
    parts = [HEAD.format(name=quoted[0], question=json.dumps(" ".join(NAMES)))]
    parts += [ASSET.format(name, 34.5 + 0.02 * k) for k, name in enumerate(quoted)]
    parts += [SITE.format(n, 34.5 + 0.04 * k, "patriot_pac2", quoted[2 * k]) for k, n in enumerate(sites)]
    parts += [RAID.format(name, 34.5 + 0.02 * k, quoted[-1 - k]) for k, name in enumerate(quoted)]
    parts.append(CHAIN.format(quoted[7], ", ".join(sites)))
    return "\n".join(parts)


@pytest.fixture(scope="module")
def named(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("named")
    (folder / "named.toml").write_text(scenario(), encoding="utf-8")
    return oi.run(folder / "named.toml", replications=2, seed=1, record=1, out=folder / "<img src=x onerror=alert(1)>")


@pytest.fixture(scope="module")
def served(named: Run) -> Iterator[Served]:
    with viewing(named.path) as made:
        yield made


#: What no name may bring about: an element, an attribute that runs, another script or style.
STRANGE = """() => {
    const LINKS = ["href", "src", "action", "formaction", "xlink:href"];
    const all = [...document.querySelectorAll("*")];
    const runs = all.filter((e) => [...e.attributes].some((a) =>
        a.name.startsWith("on") || (LINKS.includes(a.name) && /^\\s*javascript:/i.test(a.value))));
    const made = "img, iframe, object, embed, base, video, marquee, form[action], math, style";
    const kinds = all.filter((e) => e.matches(made));
    const own = all.filter((e) => e.matches("script:not([type]), link[rel=stylesheet], meta[http-equiv=refresh]"));
    return [runs.map((e) => e.outerHTML), kinds.map((e) => e.outerHTML), own.length];
}"""


def look_everywhere(visit: Visit, own: int) -> None:
    """Every page and panel, with a flight chosen, as lists and as tables: nothing but text came of the names."""
    page = visit.page
    tabs = everything() if own > 1 else [tab for tab in everything() if tab[0] not in ("Compare", "What if")]
    page.evaluate("window.__openiads.actions.seek(60)")
    page.evaluate("window.__openiads.actions.selectFlight(3)")
    for name, panel in tabs:
        page.get_by_role("tab", name=name).click()
        for button in page.locator(f"{panel} button", has_text="As a table").all():
            if button.is_visible():
                button.click()
        runs, kinds, scripts = page.evaluate(STRANGE)
        assert (runs, kinds) == ([], [kind for kind in kinds if own == 1 and kind.startswith("<style")]), name
        assert scripts == own, name
    page.keyboard.press("r")
    for world in range(2):
        page.keyboard.press("b")
        page.locator(".map-view").hover(position={"x": 300 + 20 * world, "y": 200}, force=True)
    visit.check()


def test_the_scenario_bears_every_payload_in_every_kind_of_name(named: Run) -> None:
    for noun in ("flights", "assets"):
        for name in NAMES:
            assert any(name in each for each in named.names[noun]), (noun, name)
    assert all(any(name in each for each in named.names["units"]) for name in NAMES)
    assert all(name in named.scenario.question for name in NAMES)


def test_scripts_in_names_stay_text_before_the_server(browser: Browser, served: Served) -> None:
    with visiting(browser, served.address) as visit:
        look_everywhere(visit, own=2)
        shown = visit.page.locator("#panel-lanes table tbody th").all_text_contents()
        assert {name.split("[")[0][:30] for name in NAMES if "[" not in name} <= {
            name[:30].split("[")[0] for name in shown
        }
        # Each payload in turn stands for every word of the summary: answers, warnings, labels, reasons.
        page = visit.page
        page.keyboard.press("d")
        for payload in PAYLOADS:
            page.evaluate(RENAME, payload)
            assert page.locator("header .answer").inner_text()[:8] in payload
            assert page.evaluate(STRANGE) == [[], [], 2]
        visit.check()


RENAME = """(payload) => {
    const named = (value) => {
        if (typeof value === "string") return payload;
        if (Array.isArray(value)) return value.map(named);
        if (!value || typeof value !== "object") return value;
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner)]));
    };
    const { store } = window.__openiads;
    const { id, ...rest } = store.get().run;
    store.set({ run: { ...named(rest), id }, problem: { message: payload, todo: payload }, busy: payload });
}"""


def test_scripts_in_names_stay_text_in_the_page_of_one_file(browser: Browser, named: Run) -> None:
    written = oi.export(named, "html", replication=1, out=Path(named.path).parent / "one.html")
    with visiting(browser, Path(written.path).as_uri(), offline=True) as visit:
        look_everywhere(visit, own=1)

"""Answers as pages: they ask nothing of the world, say what must be read first, and hold names as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from experiments.fake_sweep import fake_study, make
from faces.pages.answers import stubs
from openiads.base.errors import ResultsError
from openiads.experiments.compare import compare
from openiads.faces.pages.answers import page
from runs.fake_simulator import FAKE, FakeScenario

PREMISES = page.Premises({"kill": "constant"}, (3, 12))


class Outline(HTMLParser):
    """Tags, ids, links and visible text of a page."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "action", "data"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    study = fake_study(threats=(1, 3), metrics=("leakers", "rounds_per_kill"), question=stubs.HOSTILE)
    pair = compare(FakeScenario(), FakeScenario(name=stubs.HOSTILE, hidden=0.6), simulator=FAKE, replications=20)
    knobs = [(stubs.HOSTILE, "assumption"), ("b", "read")]
    return {
        "sweep": page.sweep_page(make(None, study), PREMISES),
        "compare": page.comparison_page(pair, PREMISES, ["leakers", "rounds_fired"]),
        "spread": page.spread_page(stubs.spread(), PREMISES),
        "morris": page.sensitivity_page(stubs.screening(knobs, [1.0, 0.1]), PREMISES),
        "sobol": page.sensitivity_page(stubs.indices(knobs, [0.8, 0.1]), PREMISES),
        "swings": page.sensitivity_page(stubs.swings(knobs, [(-1.0, 0.5), (0.1, 0.0)]), PREMISES),
    }


NAMES = ("sweep", "compare", "spread", "morris", "sobol", "swings")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_asks_no_other_file_or_host_and_its_ids_are_unique(pages: dict[str, str], name: str) -> None:
    found = Outline(pages[name])
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in found.links)
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & set(found.tags)
    assert len(found.ids) == len(set(found.ids))
    wanted = {link[1:] for link in found.links if link.startswith("#")} | set(
        re.findall(r"url\(#([^)]*)\)", pages[name])
    )
    assert wanted <= set(found.ids)
    assert "default-src 'none'" in pages[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_must_be_read_first_and_where_it_comes_from(pages: dict[str, str], name: str) -> None:
    words = " ".join(Outline(pages[name]).words)
    for phrase in (
        "Read this first",
        "must not be used to judge",
        "kill probability is one constant",
        "3 of the 12 catalog values used (25 %) are assumptions",
        "digest",
        "seed",
    ):
        assert phrase in words
    assert re.search(r"\b[0-9a-f]{64}\b", words)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_page_has_its_numbers_as_a_table(pages: dict[str, str], name: str) -> None:
    parts = [part for part in pages[name].split("<section")[1:] if "<figure" in part]
    assert parts and all("<table" in part for part in parts)


def test_hostile_names_show_as_text(pages: dict[str, str]) -> None:
    for name in ("sweep", "compare", "morris", "sobol"):
        assert "<script>alert(1)</script>" in " ".join(Outline(pages[name]).words), name


def test_what_cannot_be_drawn_is_said(pages: dict[str, str]) -> None:
    crowd = make(
        None, fake_study(threats=(1, 2, 3, 4, 5, 6, 7), pk=tuple(k / 10 for k in range(1, 10)), replications=2)
    )
    words = " ".join(Outline(page.sweep_page(crowd, PREMISES)).words)
    assert "Distributions: not drawn. distributions: 63 points are more than 60 panels" in words


def test_premises_count_the_assumptions_of_a_scenario() -> None:
    from openiads.scenario.load import load

    found = page.premises_of(load("one_on_one"))
    assert 0 < found.shares[0] < found.shares[1]
    assert "kill" in found.model


def test_a_page_that_is_too_large_or_has_no_folder_is_a_results_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.write("<!doctype html>", tmp_path).read_text() == "<!doctype html>"
    with pytest.raises(ResultsError):
        page.write("<!doctype html>", tmp_path / "missing")
    monkeypatch.setattr(page, "LARGEST", 3)
    with pytest.raises(ResultsError, match="fewer metrics"):
        page.write("<!doctype html>", tmp_path)


def test_the_main_figure_of_a_sweep_follows_its_design() -> None:
    def titles(made: Any) -> str:
        return page.sweep_figure(made).get_suptitle()

    assert "least" in titles(make(None, fake_study(threats=(1, 4))))
    assert " at 1, " in titles(make(None, fake_study(threats=(1, 4), pk=(0.5,))))
    assert "point by point" in titles(make(None, fake_study(threats=(3,), pk=(0.5,))))

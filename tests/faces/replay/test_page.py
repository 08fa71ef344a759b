"""The page to mail: one file, small, asking no network, in which names stay text; and what notebooks show."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from faces.export.recorded import Renamed
from openiads.base.errors import UsageError
from openiads.base.extras import how_to_install
from openiads.experiments.compare import Comparison
from openiads.experiments.design import quick_study
from openiads.faces import notebook
from openiads.faces.replay import page as pages
from openiads.faces.replay import unpacked
from openiads.faces.replay.built import viewer_files
from openiads.faces.replay.page import LARGEST, page
from openiads.faces.server.library import _entries
from openiads.faces.shapes.registry import look_of
from openiads.faces.words.text import clean
from payloads import PAYLOADS


class Named(Renamed):
    """A run whose things bear the payloads as names."""

    def __init__(self, run: Any, first: int) -> None:
        super().__init__(run)
        self.name = PAYLOADS[first]
        self.names = {
            noun: [PAYLOADS[(first + k) % 40] for k in range(len(names))] for noun, names in run.names.items()
        }


class Tags(HTMLParser):
    """The elements of a page with their attributes, and the text of its data blocks."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.data: dict[str, str] = {}
        self.inside = False
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.inside = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            tag, attributes = self.found[-1]
            key = "style" if tag == "style" else attributes.get("id") or "code"
            self.data[key] = self.data.get(key, "") + data


@pytest.fixture(scope="module")
def made(duel: Any) -> Tags:
    return Tags(page(duel, 0).body.decode())


def test_there_are_forty_payloads() -> None:
    assert len(set(PAYLOADS)) == 40


def test_a_page_holds_the_replay_that_the_server_would_send(made: Tags, duel: Any) -> None:
    header, sections = unpacked(gzip.decompress(base64.b64decode(made.data["replay"])))
    assert header["digest"] == duel.digest
    assert set(sections) == {"paths", "gates", "looks", "relief", "ground"}
    assert json.loads(made.data["summary"])["digest"] == duel.digest


def test_only_the_viewers_own_script_and_style_may_run(made: Tags) -> None:
    (policy,) = [a["content"] for tag, a in made.found if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for part in ("code", "style"):
        digest = base64.b64encode(hashlib.sha256(made.data[part].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_a_page_asks_nothing_of_any_network(made: Tags) -> None:
    addresses = [v for _, attributes in made.found for k, v in attributes.items() if k in ("src", "href", "action")]
    assert addresses == ["data:,"]
    assert not re.search(r"@import|url\((?!['\"]?data:)", made.data["style"])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_script_payload_in_every_text_stays_text(made: Tags, payload: str) -> None:
    body = pages._document(viewer_files(), {"name": payload, payload: [payload]}, b"replay", payload).decode()
    found = Tags(body)
    assert [tag for tag, _ in found.found] == [tag for tag, _ in made.found]
    assert json.loads(found.data["summary"]) == {"name": payload, payload: [payload]}
    assert found.data["code"] == made.data["code"]


def test_a_run_whose_names_are_payloads_has_a_page_like_any_other(duel: Any, made: Tags) -> None:
    found = Tags(page(Named(duel, 0), 0).body.decode())
    assert [tag for tag, _ in found.found] == [tag for tag, _ in made.found]
    header = unpacked(gzip.decompress(base64.b64decode(found.data["replay"])))[0]
    assert header["scenario"] == json.loads(found.data["summary"])["name"] == clean(PAYLOADS[0])
    assert {mover["name"] for mover in header["movers"] if mover["kind"] == "flight"} <= set(map(clean, PAYLOADS))


def test_what_would_make_a_page_large_is_left_out_and_told(duel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(duel, 0)
    assert whole.left_out == ""
    assert len(whole.body) < LARGEST
    monkeypatch.setattr(pages, "LARGEST", 1)
    least = page(duel, 0)
    assert least.left_out == "Left out of this file to keep it small: looks of the radars and the radars' own tracks."
    assert len(least.body) < len(whole.body)
    header = unpacked(gzip.decompress(base64.b64decode(Tags(least.body.decode()).data["replay"])))[0]
    assert header["placard"][-1] == least.left_out
    assert not [mover for mover in header["movers"] if mover["kind"] == "radar track"]


def test_export_writes_the_page(duel: Any, tmp_path: Path) -> None:
    written = oi.export(duel, "html", replication=1, out=tmp_path / "one.html")
    assert written.size == written.path.stat().st_size
    assert b"<!doctype html>" in written.path.read_bytes()[:20]
    with pytest.raises(UsageError, match="every"):
        oi.export(duel, "html", every=1.0, out=tmp_path / "two.html")


def test_runs_and_comparisons_show_themselves_with_escaped_names(duel: Any) -> None:
    shown = duel._repr_html_()
    assert "<svg" in shown
    assert "Leakers" in shown
    hostile = notebook.shown(Named(duel, 0), look_of(duel))
    assert "<script" not in hostile
    assert "&lt;script&gt;" in hostile
    side = Comparison(duel, duel, (PAYLOADS[0], PAYLOADS[1]))._repr_html_()
    assert side is not None
    assert "<script" not in side


def test_a_sweep_shows_itself(tmp_path: Path) -> None:
    study = quick_study("one_on_one", vary={"site.Guard.rounds": [0, 2]}, replications=4, metrics=["leakers"])
    shown = oi.sweep(study, out=tmp_path / "swept")._repr_html_()
    assert shown is not None
    assert "site.Guard.rounds" in shown
    assert "<svg" in shown
    cards = [entry.card() for entry in _entries(tmp_path / "swept")]
    assert [card["state"] for card in cards] == ["ready", "ready"]
    assert "site.Guard.rounds = 2" in cards[1]["name"]


def test_a_replay_in_a_notebook_is_framed_without_rights(duel: Any) -> None:
    pytest.importorskip("anywidget")
    widget = duel.show(1)
    assert "<!doctype html>" in widget.page
    assert 'setAttribute("sandbox", "allow-scripts")' in str(widget._esm)
    assert "allow-same-origin" not in str(widget._esm)


def test_without_the_extra_the_remedy_is_told(duel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(UsageError, match=f"{re.escape(how_to_install('notebook'))}$"):
        duel.show()

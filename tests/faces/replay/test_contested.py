"""Jamming, emission control and layers in what the viewer reads, against the log and the account they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads.base.toml import toml_text
from openiads.explain.layers import layers as account
from openiads.faces.replay import pack, unpacked
from openiads.faces.replay.happenings import LOOK_CODES, looks, spells
from openiads.faces.replay.layered import layers
from openiads.faces.replay.summary import summary
from openiads.scenario.load import loads
from openiads.world.codes import Event, Look
from openiads.world.trace import EVENT


@pytest.fixture(scope="module")
def contested(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The duel with a jammer aboard, radars that blink, and a second site."""
    duel = oi.load("one_on_one").mapping()
    duel["raid"][0] |= {"jammer": "escort_jammer", "count": 3}
    first = duel["site"][0]
    first["doctrine"] = {**first.get("doctrine", {}), "emission": "blink"}
    duel["site"].append({**first, "name": "Second", "doctrine": {"fire": "salvo"}})
    folder: Path = tmp_path_factory.mktemp("runs") / "contested"
    return oi.run(loads(toml_text(duel)), replications=8, seed=1, record=1, out=folder)


def test_a_spell_lasts_from_its_beginning_to_the_event_that_ends_it() -> None:
    rows = np.zeros(6, EVENT)
    rows["kind"] = [Event.JAMMING] * 5 + [Event.EMISSION]
    rows["flight"], rows["code"], rows["time"] = [3, 3, 4, 3, 5, 3], [1, 0, 1, 1, 0, 1], [1.0, 2.5, 3.0, 7.0, 8.0, 9.0]
    found = spells(rows, Event.JAMMING, "flight", 1, 10.0)
    assert found == {3: [[1.0, 2.5], [7.0, 10.0]], 4: [[3.0, 10.0]]}  # 5 had never begun


def test_a_replay_tells_who_jams_and_which_radar_is_silent_when(contested: Any) -> None:
    header, _ = unpacked(pack(contested, 0))
    events, end = contested.events(0), float(contested.scenario.duration)
    jams = {mover["row"]: mover["jams"] for mover in header["movers"] if "jams" in mover}
    assert jams == spells(events, Event.JAMMING, "flight", 1, end)
    assert len(jams) == 3
    silent = {radar["row"]: radar["silent"] for radar in header["radars"] if "silent" in radar}
    switched = events[events["kind"] == Event.EMISSION]
    guard = {k for k, name in enumerate(contested.names["radars"]) if name.startswith("Guard/")}
    assert set(silent) == set(switched["radar"].tolist()) == guard
    for radar, mine in silent.items():
        off = switched["time"][(switched["radar"] == radar) & (switched["code"] == 0)]
        assert [start for start, _ in mine] == pytest.approx(off, abs=1e-3)
    assert all(radar["beam"] > 0.0 for radar in header["radars"])
    assert {"jamming", "emission"} <= {event["kind"] for event in header["events"]}


def test_jammed_looks_stay_where_those_that_met_nothing_go() -> None:
    rows = np.zeros(6, EVENT)
    rows["kind"], rows["code"] = Event.LOOK, [Look.JAMMED, Look.SILENT, 1, Look.BELOW_HORIZON, Look.JAMMED, 0]
    found, thinned = looks(rows, 4)
    assert found[6].tolist() == [2, 1, 2, 0]
    assert thinned
    assert {str(int(look)) for look in (Look.JAMMED, Look.SILENT)} <= set(LOOK_CODES)


def test_a_replay_without_any_of_it_is_as_long_as_before(replay: tuple[dict[str, Any], dict[str, bytes]]) -> None:
    header = replay[0]
    assert not any({"jams"} & set(mover) for mover in header["movers"])
    assert not any({"silent", "beam"} & set(radar) for radar in header["radars"])


def test_layers_of_the_dashboard_are_those_of_the_account(contested: Any) -> None:
    told, found = layers(contested, 8), account(contested)
    assert [row["site"] for row in told] == [layer.site for layer in found.layers]
    for row, layer in zip(told, found.layers, strict=True):
        for stage, counts in layer.counts.items():
            assert row[stage]["value"] == pytest.approx(counts["all"].mean)
            assert (row[stage]["low"], row[stage]["high"]) == pytest.approx((counts["all"].low, counts["all"].high))
        assert [each["stock"] for each in row["spent"]] == [each.stock for each in layer.spent]
        fired = [each["fired"]["value"] for each in row["spent"]]
        assert fired == pytest.approx([each.fired.mean for each in layer.spent])
    assert sum(row["spent"][0]["fired"]["value"] for row in told) > 0.0
    assert summary(contested, "x")["layers"] == told


def test_a_single_site_has_no_layers(duel: Any) -> None:
    assert summary(duel, "x")["layers"] == []

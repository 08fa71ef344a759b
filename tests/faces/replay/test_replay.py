"""Replay files: what was packed comes out again, equal to the store to the units of its columns."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest

import openiads as oi
from faces.export.recorded import HOSTILE, Renamed
from openiads.base.errors import InputError, UsageError
from openiads.explain.kill_chain import explain
from openiads.explain.sentences import GATES, gate_sentence
from openiads.faces.draw.lines import geodetic
from openiads.faces.export.thin import TOLERANCE
from openiads.faces.replay import pack, packed, prepare, unpacked
from openiads.faces.replay.happenings import GATE_KINDS, LOOK_CODES, looks
from openiads.faces.replay.land import around_path
from openiads.faces.words.text import clean, sentence
from openiads.reach.envelope import envelopes
from openiads.reach.straight import Target
from openiads.world.codes import Event, Identity

Replay = tuple[dict[str, Any], dict[str, bytes]]


def columns(replay: Replay, name: str, count: int) -> np.ndarray:
    return np.frombuffer(replay[1][name], "<i4").reshape(count, -1)


def test_a_container_gives_back_what_was_put_in() -> None:
    header, sections = {"format": 1, "name": "Łódź ✈"}, {"a": b"12345", "b": b"", "c": bytes(16)}
    data = packed(header, sections)
    told, found = unpacked(data)
    assert found == sections
    assert {key: told[key] for key in header} == header
    assert all(at["offset"] % 8 == 0 for at in told["sections"].values())
    assert struct.unpack_from("<I", data, 8)[0] % 8 == 0


@pytest.mark.parametrize("cut", [0, 8, 15, 40, -1])
def test_a_file_cut_short_is_refused(packed: bytes, cut: int) -> None:
    with pytest.raises(InputError, match="replay"):
        unpacked(packed[:cut])


def test_what_is_no_replay_is_refused() -> None:
    with pytest.raises(InputError, match="replay"):
        unpacked(b"GIF89a" + bytes(100))


@pytest.mark.parametrize(
    "header",
    [
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff" * 8,
        b"{}",
        b'{"sections": []}',
        b'{"sections": {"a": 1}}',
        b'{"sections": {"a": {}}}',
        b'{"sections": {"a": {"offset": "0", "length": 1}}}',
        b'{"sections": {"a": {"offset": -8, "length": 8}}}',
        b'{"sections": {"a": {"offset": 0, "length": -1}}}',
        b'{"sections": {"a": {"offset": 8, "length": 9}}}',
        b'{"sections": {"a": {"offset": true, "length": 1}}}',
        b'{"sections": {"a": {"offset": 0.0, "length": 1}}}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    data = b"OIADSRP1" + struct.pack("<II", len(header), 0) + header + bytes(16)
    with pytest.raises(InputError, match="not a replay file"):
        unpacked(data)


@pytest.fixture(scope="module")
def two_units() -> tuple[Any, dict[str, Any]]:
    """A raid of four against two fire units, each with an engagement radar of its own."""
    scenario = oi.load("one_on_one").with_values({"site[1].fire_units": 2, "raid[1].count": 4})
    run = oi.run(scenario, replications=1, seed=1, record=1)
    return run, unpacked(pack(run, 0))[0]


def test_a_radar_s_own_tracks_name_the_radar_that_holds_them(two_units: tuple[Any, dict[str, Any]]) -> None:
    run, header = two_units
    updates = run.events(0)
    updates = updates[updates["kind"] == Event.TRACK_UPDATE]
    held = {int(row["track"]): int(row["code"]) for row in updates}
    own = [mover for mover in header["movers"] if mover["kind"] == "radar track"]
    assert {mover["row"]: mover["radar"] for mover in own} == {t: r for t, r in held.items() if r >= 0}
    engagement = {radar["row"] for radar in header["radars"] if radar["role"] == "engagement"}
    assert len(engagement) == 2
    assert {mover["radar"] for mover in own} >= engagement
    assert all(mover["radar"] == -1 for mover in header["movers"] if mover["kind"] != "radar track")


def test_a_track_names_the_flight_that_it_follows(two_units: tuple[Any, dict[str, Any]]) -> None:
    run, header = two_units
    updates = run.events(0)
    updates = updates[updates["kind"] == Event.TRACK_UPDATE]
    tracks = [mover for mover in header["movers"] if mover["kind"] in ("track", "radar track")]
    assert tracks
    for mover in tracks:
        flights = updates["flight"][updates["track"] == mover["row"]].tolist()
        assert flights.count(mover["flight"]) == max(map(flights.count, set(flights)))
    assert len({mover["flight"] for mover in tracks}) > 1


def test_flights_fly_where_the_store_says(duel: Any, replay: Replay) -> None:
    time, lon, lat, height = columns(replay, "paths", 4) * np.array([[0.01], [1e-6], [1e-6], [0.1]])
    events = duel.events(0)
    flights = [mover for mover in replay[0]["movers"] if mover["kind"] == "flight"]
    assert flights
    for mover in flights:
        own = slice(mover["first"], mover["first"] + mover["count"])
        states = events[(events["kind"] == Event.FLIGHT_STATE) & (events["flight"] == mover["row"])]
        lats, lons, heights = geodetic(states["value"][:, :3])
        east = np.abs(np.interp(states["time"], time[own], lon[own]) - lons) * 111_320.0
        north = np.abs(np.interp(states["time"], time[own], lat[own]) - lats) * 110_950.0
        up = np.abs(np.interp(states["time"], time[own], height[own]) - heights)
        # Thinned to TOLERANCE; a path point is rounded to half a unit of time, place and height.
        assert max(east.max(), north.max(), up.max()) < TOLERANCE + 5.0


def test_everything_that_moved_is_there_and_owns_its_points(duel: Any, replay: Replay) -> None:
    header, events = replay[0], duel.events(0)
    kinds = [mover["kind"] for mover in header["movers"]]
    assert kinds.count("flight") == len(duel.names["flights"])
    assert kinds.count("round") == len(np.unique(events[events["kind"] == Event.ROUND_STATE]["round"]))
    ends = [mover["first"] + mover["count"] for mover in header["movers"]]
    assert [mover["first"] for mover in header["movers"]] == [0, *ends[:-1]]
    assert ends[-1] == header["pathPoints"] == columns(replay, "paths", 4).shape[1]
    words = {identity.name.replace("_", " ").lower() for identity in Identity}
    assert {word for mover in header["movers"] for _, word in mover["beliefs"]} <= words


def test_every_key_event_is_told_and_says_something(duel: Any, replay: Replay) -> None:
    stored = duel.key_events(0)
    stored = stored[(stored["kind"] < 32) & (stored["kind"] != Event.GATE)]
    told = replay[0]["events"]
    assert [row["t"] for row in told] == [round(float(t), 3) for t in stored["time"]]
    assert [row["flight"] for row in told] == stored["flight"].tolist()
    assert all(row["text"] for row in told)


def test_gates_are_those_that_explain_tells(duel: Any, replay: Replay) -> None:
    header = replay[0]
    flight, unit, begins, ends, text = columns(replay, "gates", 5)
    assert header["gateSpells"] == len(flight) > 0
    keys = zip(flight.tolist(), unit.tolist(), begins.tolist(), ends.tolist(), strict=True)
    mine = {key: header["texts"][k] for key, k in zip(keys, text, strict=True)}
    for story in explain(duel, 0).flights:
        for spell in story.gates:
            if spell.end > spell.start:
                row = duel.names["units"].index(spell.unit)
                assert (
                    mine.pop((story.row, row, round(spell.start * 100), round(spell.end * 100))).lower()
                    == spell.text.lower()
                )
    assert not mine


def test_every_reason_not_to_shoot_is_of_a_kind(duel: Any, replay: Replay) -> None:
    assert set(GATE_KINDS) == set(GATES)
    kinds = dict(zip(replay[0]["texts"], replay[0]["textKinds"], strict=True))
    said = {sentence(gate_sentence(gate)): kind for gate, kind in GATE_KINDS.items()}
    assert {kind for words, kind in kinds.items() if words in said} <= set(GATE_KINDS.values())
    assert all(said.get(words, kind) == kind for words, kind in kinds.items())
    assert "engaging" in kinds.values()


def test_looks_are_all_there_until_a_bound_thins_them(duel: Any, replay: Replay) -> None:
    header, events = replay[0], duel.events(0)
    rows = events[events["kind"] == Event.LOOK]
    found = columns(replay, "looks", 7)
    assert header["lookCount"] == found.shape[1] == len(rows)
    assert not header["looksThinned"]
    assert found[6].tolist() == rows["code"].tolist()
    assert np.abs(found[3] - rows["value"][:, 0]).max() <= 0.5
    assert set(map(str, found[6].tolist())) <= set(LOOK_CODES)
    few, thinned = looks(events, 10)
    assert thinned
    assert few.shape[1] <= 10
    none, thinned = looks(events, 0)
    assert thinned
    assert none.shape == (7, 0)


def test_lanes_hold_the_first_time_of_every_stage(duel: Any, replay: Replay) -> None:
    events = duel.key_events(0)
    (lane,) = replay[0]["lanes"]
    launches = events[events["kind"] == Event.LAUNCH]["time"]
    assert lane["launches"] == [round(float(t), 3) for t in launches]
    assert lane["first"]["launch"] == lane["launches"][0]
    ends = events[events["kind"] == Event.TERMINAL]
    assert lane["ends"] == round(float(ends["time"][0]), 3)


def test_the_relief_is_a_picture_and_heights_run_from_the_north(replay: Replay) -> None:
    header, sections = replay
    assert sections["relief"].startswith(b"\x89PNG")
    rows, columns_ = header["ground"]["rows"], header["ground"]["columns"]
    assert len(sections["ground"]) == 2 * rows * columns_
    window = header["window"]
    assert all(window["west"] < place["at"][0] < window["east"] for place in header["places"])
    assert all(window["south"] < place["at"][1] < window["north"] for place in header["places"])


def test_radars_see_farther_up_and_rings_are_closed(replay: Replay) -> None:
    layers = [layer for layer in replay[0]["coverage"] if layer["kind"] == "detection" and layer["owner"] == 0]
    assert [layer["height"] for layer in layers] == sorted(layer["height"] for layer in layers)
    for layer in replay[0]["coverage"]:
        assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in layer["rings"])
    widths = [max(p[0] for p in layer["rings"][0]) - min(p[0] for p in layer["rings"][0]) for layer in layers]
    assert widths[0] < widths[-1]
    assert {layer["limits"] for layer in replay[0]["coverage"]} == {"emergent", "published"}


def test_the_reach_of_a_fire_unit_is_drawn_to_its_ceiling(replay: Replay, duel: Any) -> None:
    """Expected: rings up to the last whole kilometer that an envelope of its own has points at, and none above."""
    layers = [layer for layer in replay[0]["coverage"] if layer["kind"] == "engagement" and layer["rings"]]
    top = max(layer["height"] for layer in layers)
    assert top > 20_000.0, "the 48N6E2 reaches 27 km"
    around = np.arange(36) * (math.tau / 36)
    arms = envelopes(duel.world, Target(rcs=1.0), (top, top + 1000.0), unit=0, azimuths=around, step=1000.0)
    assert any(arm.farthest(0) > 0.0 for arm in arms.values())
    assert not any(arm.farthest(1) > 0.0 for arm in arms.values())


def test_the_horizon_of_a_mast_on_flat_ground_is_all_round_and_just_below_level(replay: Replay) -> None:
    for radar in replay[0]["radars"]:
        assert len(radar["mask"]) == 360
        assert max(radar["mask"]) - min(radar["mask"]) < 1e-3
        assert -0.5 < radar["mask"][0] <= 0.0


def test_an_unrecorded_replication_is_run_again_and_packs_alike(duel: Any) -> None:
    header, _ = unpacked(pack(duel, 2, looks=False))
    assert header["replication"] == 2
    assert header["lookCount"] == 0
    assert header["looksThinned"]
    assert [row["t"] for row in header["events"]]


def test_a_replication_that_is_not_there_is_refused(duel: Any) -> None:
    with pytest.raises(UsageError, match="not in this run"):
        pack(duel, 30)


def test_a_raid_across_the_antimeridian_stays_in_one_window() -> None:
    scenario = oi.load("one_on_one").with_values(
        {
            "asset.Depot.at": "10 N 179.999 E",
            "site.Guard.at": "10 N 179.99 E",
            "site.Guard.facing": "90 deg",
            "raid.Intruder.origin": "10.1 N 179.6 W",
        }
    )
    run = oi.run(scenario, replications=1, seed=1, record=1)
    header, sections = unpacked(pack(run, 0))
    assert header["window"]["east"] - header["window"]["west"] < 3.0
    lons = np.frombuffer(sections["paths"], "<i4").reshape(4, -1)[1] * 1e-6
    assert header["window"]["west"] < lons.min() < lons.max() < header["window"]["east"]


def test_longitudes_of_a_path_do_not_jump() -> None:
    assert around_path(np.array([179.9, -179.9]), 179.0).tolist() == pytest.approx([179.9, 180.1])
    assert around_path(np.array([-179.9, 179.9]), 179.0).tolist() == pytest.approx([180.1, 179.9])


def test_rounds_know_who_fired_them_at_what(duel: Any, replay: Replay) -> None:
    launches = duel.key_events(0)
    launches = {int(row["round"]): row for row in launches[launches["kind"] == Event.LAUNCH]}
    rounds = [mover for mover in replay[0]["movers"] if mover["kind"] == "round"]
    assert rounds
    for mover in rounds:
        row = launches[mover["row"]]
        assert (mover["unit"], mover["flight"]) == (int(row["unit"]), int(row["flight"]))


def test_names_that_try_to_break_out_come_back_as_text(duel: Any) -> None:
    header, _ = unpacked(prepare(Renamed(duel), 0).packed(0))
    assert {mover["name"] for mover in header["movers"] if mover["kind"] == "flight"} == {clean(HOSTILE[0])}
    assert header["scenario"] == clean(HOSTILE[0])

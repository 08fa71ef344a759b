import json

import pytest

from openiads.base.errors import UsageError
from openiads.explain.kill_chain import RESOURCE, explain, first_bound, top_gates
from openiads.explain.sentences import GATES, gate_sentence
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.world.codes import Event, Gate
from openiads.world.outcome import BOUNDS
from runs.fake_simulator import FAKE, FakeScenario


@pytest.fixture(scope="module")
def made() -> Run:
    return run(FakeScenario(hidden=0.5, threats=3), replications=30, seed=6, chunk=7, simulator=FAKE)


def test_every_gate_has_a_sentence_of_its_own() -> None:
    said = [gate_sentence(gate, 0.5) for gate in Gate]
    assert set(GATES) == set(Gate)
    assert len(set(said)) == len(said)
    assert all(said)
    assert gate_sentence(Gate.HORIZON, 1234.5) == "below the horizon of the radars (it must climb above 1,234 m)"
    assert gate_sentence(Gate.SECTOR, 1.5707963) == "outside the sector that the radars face (90° off its middle)"
    assert set(RESOURCE.values()) == set(BOUNDS)


def test_the_chain_is_told_in_order(made: Run) -> None:
    for replication in range(10):
        for story in explain(made, replication).flights:
            times = [step.time for step in story.steps]
            assert times == sorted(times)
            chain = [
                story.first[k]
                for k in ("detect", "track", "identify", "assign", "acquire", "launch")
                if k in story.first
            ]
            assert chain == sorted(chain)
            assert story.first["terminal"] == story.ended
            assert (story.terminal == "killed") == any("killed by" in step.text for step in story.steps)


@pytest.mark.compiled_only
def test_what_becomes_of_a_track_is_not_told_after_its_flight_has_ended() -> None:
    """Posts keep a dead track for half a minute; what crews and rounds do after the end is told."""
    flown = run("one_on_one", replications=4, seed=1)
    dropped = 0
    for replication in range(4):
        events = flown.key_events(replication)
        for story in explain(flown, replication).flights:
            mine = events[events["flight"] == story.row]
            dropped += int(((mine["kind"] == Event.TRACK_DROP) & (mine["time"] > story.ended)).sum())
            late = {step.kind for step in story.steps if step.time > story.ended}
            assert not late & {"track", "track_drop", "identify", "swap"}
            assert ("assess" in late) == bool(((mine["kind"] == Event.ASSESS) & (mine["time"] > story.ended)).any())
    assert dropped > 0


def test_gates_fill_the_time_up_to_the_end(made: Run) -> None:
    for story in explain(made, 3).flights:
        for one, two in zip(story.gates, story.gates[1:], strict=False):
            assert one.end == two.start
        if story.gates:
            assert story.gates[-1].end == story.ended


def test_one_flight_and_one_unit_can_be_asked_for_by_name(made: Run) -> None:
    told = explain(made, 2, flight="threat[1]", unit="Site/2")
    assert [story.name for story in told.flights] == ["threat[1]"]
    assert {gate.unit for gate in told.flights[0].gates} == {"Site/2"}
    assert not explain(made, 2, flight="threat[1]", unit=0).flights[0].gates
    assert json.loads(json.dumps(told.as_dict(), allow_nan=False))["replication"] == 2
    assert "threat[1] (hostile cruise)" in told.text()
    assert not told.text().startswith("The others")
    with pytest.raises(UsageError, match=r"threat\[0\]"):
        explain(made, 2, flight="nobody")
    with pytest.raises(UsageError, match="Site/1"):
        explain(made, 2, unit=7)


def test_top_gates_weigh_only_hostile_flights_that_leaked(made: Run) -> None:
    told = top_gates(made)
    assert sum(gate["share"] for gate in told) == pytest.approx(1.0)
    assert [gate["share"] for gate in told] == sorted((gate["share"] for gate in told), reverse=True)
    assert {gate["gate"] for gate in told} <= {"HORIZON", "NOT_IDENTIFIED", "NO_CHANNEL"}
    waited = 0.0
    for replication in range(made.replications):
        for story in explain(made, replication).flights:
            if story.leaked and story.side == "hostile":
                waited += sum(g.end - g.start for g in story.gates if g.gate not in ("NONE", "ENGAGING"))
    assert sum(gate["seconds"] for gate in told) * made.replications == pytest.approx(waited)


def test_the_part_in_which_a_shot_was_possible_is_that_of_the_stories(made: Run) -> None:
    told = top_gates(made)
    possible = 0.0
    for replication in range(made.replications):
        for story in explain(made, replication).flights:
            if story.leaked and story.side == "hostile":
                possible += story.reasons.possible
    whole = sum(gate["seconds"] for gate in told) * made.replications
    assert sum(gate["possible"] for gate in told) * whole == pytest.approx(possible)
    assert all(0.0 <= gate["possible"] <= gate["share"] for gate in told)
    assert all(gate["possible"] == 0.0 for gate in told if gate["gate"] == "HORIZON")


def test_the_text_begins_with_what_got_through_and_why_and_tells_only_leakers_in_full(made: Run) -> None:
    leaking = next(r for r in range(30) if 0 < sum(f.leaked for f in explain(made, r).flights) < 3)
    told = explain(made, leaking)
    lines = told.text().splitlines()
    leakers = [f for f in told.flights if f.leaked]
    assert lines[0].endswith(f"{len(leakers)} of 3 threats got through")
    for story in leakers:
        assert any(line.startswith(f"  {story.name} (") and str(story.reasons) in line for line in lines)
    assert len(lines) < len(told.text(whole=True).splitlines())
    killed = next(f for f in told.flights if not f.leaked and f.side == "hostile")
    assert lines.index(next(line for line in lines if killed.name in line)) > lines.index(
        "The others (--flight tells one, --all tells all):"
    )
    assert told.as_dict()["flights"][0]["reasons"] == [
        {"gate": gate, "seconds": seconds} for gate, seconds in told.flights[0].reasons.longest
    ]


def test_top_gates_are_empty_when_nothing_leaks() -> None:
    assert top_gates(run(FakeScenario(hidden=0.0, threats=2), replications=5, knobs={"pk": 1.0}, simulator=FAKE)) == []


def test_first_bound_is_a_share_of_replications(made: Run) -> None:
    told = first_bound(made)
    assert sum(told.values()) == pytest.approx(1.0)
    assert set(told) <= {"channel", "none", "picture"}
    assert told["channel"] > 0.5

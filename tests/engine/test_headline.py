"""The headline number, the mean number of leakers of Tartus 2016, by other ways than the engine's own count.

From the stored event log alone, read by SQL; from first principles (who was never shot at, what the magazines hold, the
kill probability of each round that met its target); and against what was recorded before.
"""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from engine.scenes import STANDARD_ERRORS
from openiads.runs import replicate
from openiads.runs.digest import arithmetic_fingerprint
from openiads.scenario.load import load
from openiads.world.codes import Action, Event, Terminal

pytestmark = pytest.mark.compiled_only

GOLDEN = tomllib.loads(Path(__file__).with_name("headline.toml").read_text(encoding="utf-8"))
EVENTS = {event.name.lower(): int(event) for event in Event}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The run behind the number, stored."""
    folder = tmp_path_factory.mktemp("headline") / "run"
    made = replicate.run(load(GOLDEN["scenario"]), replications=GOLDEN["replications"], seed=GOLDEN["seed"], out=folder)
    assert made.seal["failed"] == 0
    return made


@pytest.fixture(scope="module")
def log(run: Any) -> Any:
    """The stored files as tables: ``outcome``, ``hostile`` (flight rows), and one of each kind of event."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute(f"CREATE TABLE outcome AS SELECT * FROM read_parquet('{run.path}/chunks/c*.parquet')")
    connection.execute(f"CREATE TABLE e AS SELECT * FROM read_parquet('{run.path}/chunks/e*.parquet')")
    for name, kind in EVENTS.items():
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM e WHERE kind = {kind}')
    raids = {raid["name"] for raid in load(GOLDEN["scenario"]).mapping()["raid"]}
    rows = [k for k, name in enumerate(run.names["flights"]) if any(name.startswith(raid) for raid in raids)]
    connection.execute("CREATE TABLE hostile (flight INT)")
    connection.executemany("INSERT INTO hostile VALUES (?)", [[k] for k in rows])
    yield connection
    connection.close()


def per_replication(log: Any, query: str) -> np.ndarray:
    """A count of each replication, in order; ``query`` selects (replication, count), missing ones count 0."""
    told = dict(log.execute(query).fetchall())
    return np.array([told.get(k, 0) for k in range(GOLDEN["replications"])])


def flights_with(log: Any, kind: str, condition: str = "true") -> np.ndarray:
    """Hostile flights with at least one event of a kind, in each replication."""
    return per_replication(
        log,
        f'SELECT replication, count(DISTINCT flight) FROM "{kind}" JOIN hostile USING (flight) '
        f"WHERE {condition} GROUP BY replication",
    )


def leakers_of(run: Any) -> np.ndarray:
    """The engine's own count."""
    return np.asarray(run.rows()["leakers"])


THREATS = 30
THROUGH = f"code IN ({int(Terminal.HIT_ASSET)}, {int(Terminal.REACHED_MISSED)})"


def harmless(log: Any) -> np.ndarray:
    """Hostile flights that neither were killed nor got through, in each replication."""
    return flights_with(log, "terminal", f"NOT {THROUGH} AND code <> {int(Terminal.KILLED)}")


def test_the_event_log_counts_the_same_leakers(run, log):
    """By the ends of the flights, and by those that no round killed: each hostile flight has one end."""
    leakers = leakers_of(run)
    assert log.execute("SELECT count(*) FROM hostile").fetchone() == (THREATS,)
    assert np.all(flights_with(log, "terminal") == THREATS)
    ends = "SELECT max(n) FROM (SELECT count(*) AS n FROM terminal GROUP BY replication, flight)"
    assert log.execute(ends).fetchone() == (1,)
    assert np.array_equal(flights_with(log, "terminal", THROUGH), leakers)
    assert np.array_equal(THREATS - flights_with(log, "intercept", "code = 1") - harmless(log), leakers)
    hits = flights_with(log, "terminal", f"code = {int(Terminal.HIT_ASSET)}")
    assert np.array_equal(flights_with(log, "damage"), hits)
    assert np.array_equal(per_replication(log, "SELECT replication, leakers FROM outcome"), leakers)


def test_a_leaker_came_to_an_asset_and_nobody_had_killed_it(run, log):
    """By positions: over the ground within a kilometer of an asset; and no round met it after its end."""
    ends = log.execute(f"SELECT v0, v1, v2 FROM terminal JOIN hostile USING (flight) WHERE {THROUGH}").fetchnumpy()
    at = np.stack([ends["v0"], ends["v1"], ends["v2"]], axis=1)
    assets = run.world.rows["assets"]["position"]
    across = np.linalg.norm(np.cross(at[:, None], assets[None]), axis=2)
    apart = (across / np.linalg.norm(at, axis=1)[:, None]).min(axis=1)
    assert len(apart) == leakers_of(run).sum()
    assert apart.max() < 1_000.0
    late = """SELECT count(*) FROM terminal t JOIN intercept i USING (replication, flight)
              WHERE (i.code = 1) <> (t.code = 1 AND i.time = t.time) OR i.time > t.time"""
    assert log.execute(late).fetchone() == (0,)


def test_leakers_lie_between_what_is_never_met_and_what_the_first_round_leaves(run, log):
    """Hard bounds in every replication, and an upper bound in the mean.

    Whoever is never tracked by an engagement radar, shot at or met gets through; nobody dies without a round, and the
    magazines hold so many.  Nobody's chances are better than those that the first round to meet it leaves.
    """
    leakers, rest = leakers_of(run), THREATS - harmless(log)
    site = load(GOLDEN["scenario"]).mapping()["site"][0]
    magazine = site["fire_units"] * site["launchers"] * site["rounds"]
    launched = per_replication(log, "SELECT replication, count(*) FROM launch GROUP BY replication")
    assert np.all(launched <= magazine)
    assert np.all(leakers >= rest - launched)
    for kind in ("acquire", "launch", "intercept"):
        assert np.all(leakers >= rest - flights_with(log, kind)), kind
    chance = salvo_chances(run, log)
    first = chance[chance["first"] == 1]
    unmet = rest - flights_with(log, "intercept")
    most = unmet.mean() + (1.0 - first["chance"]).sum() / len(leakers)
    error = math.sqrt((first["chance"] * (1.0 - first["chance"])).sum()) / len(leakers)
    assert unmet.mean() - 1e-9 <= leakers.mean() <= most + STANDARD_ERRORS * error


def salvo_chances(run: Any, log: Any) -> np.ndarray:
    """Each round that met a flight: what it should kill with, given what went before, whether it did, and its place.

    Rounds launched on one decision of a unit share one cause of failure.  After misses with total survival Q of the
    rounds that would work, a round of probability p kills with w Q p / (1 - w (1 - Q)), w the chance that all works.
    """
    works = float(run.world.rows["magazines"]["common_mode"][0])
    rows = log.execute(
        f"""WITH shot AS (
              SELECT l.replication, l.flight, l.round, d.unit, d.sequence AS salvo
              FROM launch l ASOF JOIN (SELECT * FROM decide WHERE code = {int(Action.FIRE)}) d
              ON l.replication = d.replication AND l.flight = d.flight AND l.unit = d.unit
                AND l.sequence >= d.sequence),
            met AS (
              SELECT i.replication, i.flight, i.sequence, salvo, i.code AS killed, i.v1 AS p FROM intercept i
              JOIN hostile USING (flight) JOIN shot s USING (replication, flight, round)),
            placed AS (
              SELECT *, row_number() OVER (PARTITION BY replication, flight ORDER BY sequence) AS first,
              coalesce(exp(sum(ln(1 - p)) OVER (PARTITION BY replication, flight, salvo ORDER BY sequence
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)), 1.0) AS q FROM met)
            SELECT first, killed, $w * q * p / (1 - $w * (1 - q)) AS chance FROM placed""",
        {"w": works},
    ).fetchnumpy()
    out = np.zeros(len(rows["first"]), [("first", int), ("killed", int), ("chance", float)])
    for name in out.dtype.names:
        out[name] = rows[name]
    assert len(out) == log.execute("SELECT count(*) FROM intercept JOIN hostile USING (flight)").fetchone()[0]
    return out


def test_kills_are_as_many_as_the_probabilities_of_their_rounds_promise(run, log):
    """Kill less probability given the past has mean 0, round by round, whatever decided which rounds were fired."""
    chance = salvo_chances(run, log)
    promised, killed = float(chance["chance"].sum()), int(chance["killed"].sum())
    error = math.sqrt(float((chance["chance"] * (1.0 - chance["chance"])).sum()))
    assert abs(killed - promised) <= STANDARD_ERRORS * error, (killed, promised, error)
    assert STANDARD_ERRORS * error < 0.1 * promised
    assert killed == int(run.rows()["killed"].sum())


def test_the_recorded_number_still_comes_out(run):
    """A change needs a line in CHANGELOG.md and new numbers in headline.toml, which this prints."""
    leakers, found = leakers_of(run), run.estimate("leakers")
    here = arithmetic_fingerprint()
    told = (
        f'arithmetic = "{here}"\nleakers = {int(leakers.sum())}\nmean = {leakers.mean():.4f}\n'
        f"low = {found.low:.4f}\nhigh = {found.high:.4f}\n"
    )
    assert GOLDEN["low"] <= leakers.mean() <= GOLDEN["high"], told
    assert GOLDEN["low"] < GOLDEN["mean"] < GOLDEN["high"]
    assert GOLDEN["mean"] == pytest.approx(GOLDEN["leakers"] / GOLDEN["replications"], abs=1e-4)
    if here == GOLDEN["arithmetic"]:
        assert int(leakers.sum()) == GOLDEN["leakers"], told
        assert (found.low, found.high) == pytest.approx((GOLDEN["low"], GOLDEN["high"]), abs=1e-4), told

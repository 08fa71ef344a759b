from pathlib import Path

import numpy as np
import pytest

from experiments.fake_sweep import fake_study, make
from openiads.base.errors import InputError, ResultsError
from openiads.experiments.query import CODED, query
from openiads.experiments.sweep import Sweep, open_sweep
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.world.codes import Event, Terminal
from openiads.world.trace import MEANING
from runs.fake_simulator import FAKE, FakeScenario
from runs.test_store import tree


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return make(tmp_path_factory.mktemp("sweeps") / "s", fake_study(threats=(1, 3), pk=(0.5,)))


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Run:
    scenario = FakeScenario(fails=0.1)
    return run(scenario, replications=30, seed=1, chunk=7, out=tmp_path_factory.mktemp("runs") / "r", simulator=FAKE)


def test_outcomes_of_a_sweep_are_the_rows_of_its_runs(swept: Sweep) -> None:
    found = query(swept.path, "SELECT point, replication, leakers FROM outcomes ORDER BY ALL")
    assert found.columns == ("point", "replication", "leakers")
    expected = [
        (k, int(r["replication"]), int(r["leakers"])) for k, each in enumerate(swept.runs()) for r in each.rows()
    ]
    assert found.rows == expected


def test_points_hold_what_varies_and_join_to_outcomes(swept: Sweep) -> None:
    joined = "FROM points p JOIN outcomes USING (point) GROUP BY ALL ORDER BY 1"
    found = query(swept, f'SELECT p.threats, "knob.pk", avg(leakers) {joined}')
    assert [row[:2] for row in found.rows] == [(1, 0.5), (3, 0.5)]
    assert [row[2] for row in found.rows] == pytest.approx([f.mean for f in swept.estimate("leakers")])
    digests = query(swept, "SELECT digest FROM points ORDER BY point").rows
    assert [d for (d,) in digests] == [each.digest for each in swept.runs()]


def test_events_have_names_for_kinds_and_codes(single: Run) -> None:
    counts = dict(query(single.path, "SELECT kind, count(*) FROM events GROUP BY kind").rows)
    log = np.concatenate([single.key_events(k) for k in range(30)])
    assert counts == {kind.name: int((log["kind"] == kind).sum()) for kind in Event if (log["kind"] == kind).any()}
    ends = dict(query(single, "SELECT code_name, count(*) FROM events WHERE kind = 'TERMINAL' GROUP BY 1").rows)
    coded = log[log["kind"] == Event.TERMINAL]["code"]
    assert ends == {end.name: int((coded == end).sum()) for end in Terminal if (coded == end).any()}
    assert query(single, "SELECT count(*) FROM events WHERE kind = 'LAUNCH' AND code_name IS NOT NULL").rows == [(0,)]


def test_every_kind_whose_code_is_from_a_set_has_names() -> None:
    assert set(CODED) == {kind for kind, (code, _) in MEANING.items() if code.startswith("codes.")}
    for kind, names in CODED.items():
        assert MEANING[kind][0].startswith(f"codes.{names.__name__}")


def test_failed_replications_have_their_status_and_message(single: Run) -> None:
    rows = query(single, "SELECT status, message FROM outcomes WHERE status != 'OK'").rows
    assert rows and set(rows) == {("BAD_STATE", "flight threat[1]: height is not a number")}


REFUSED = [
    "COPY (SELECT 1) TO '{path}/x.csv'",
    "COPY outcomes TO '{path}/x.parquet'",
    "ATTACH '{path}/x.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CREATE TABLE x AS SELECT 1",
    "CREATE VIEW x AS SELECT 1",
    "INSERT INTO points VALUES (1)",
    "DELETE FROM outcomes",
    "DROP VIEW outcomes",
    "EXPORT DATABASE '{path}/x'",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('{path}/run.json')",
    "SELECT * FROM read_parquet('{path}/chunks/c000000.parquet')",
    "SELECT * FROM '{path}/chunks/c000000.parquet'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{path}/x.csv''')",
    "SELECT * FROM single",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '{path}/x.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{path}/x.csv'",
    "EXPLAIN ANALYZE CREATE TABLE mine AS SELECT 1",
    "explain (analyze, format json) CREATE VIEW outcomes AS SELECT 1",
    "/* */ EXPLAIN CREATE TABLE mine AS SELECT 1",
    "EXPLAIN SET threads = 1",
    "",
    "selec 1",
    "SELECT no_such_column FROM outcomes",
    "SELECT * FROM no_such_table",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_whatever_does_more_than_read_these_views_is_refused_in_one_line(single: Run, sql: str) -> None:
    before = tree(single.path)
    with pytest.raises(InputError) as told:
        query(single.path, sql.format(path=single.path))
    assert told.value.exit_code == 65
    assert "\n" not in str(told.value)
    assert tree(single.path) == before


READING = [
    "FROM points",
    "DESCRIBE SELECT * FROM events",
    "SUMMARIZE outcomes",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT * FROM outcomes",
    "EXPLAIN (FORMAT JSON) SELECT 1",
    "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
    "VALUES (1)",
]


@pytest.mark.parametrize("sql", READING)
def test_other_ways_of_reading_are_let_through(single: Run, sql: str) -> None:
    assert query(single.path, sql).rows


@pytest.mark.parametrize("name", ["c000001.parquet", "e000002.parquet"])
def test_a_damaged_or_unsealed_run_is_refused(tmp_path: Path, name: str) -> None:
    made = run(FakeScenario(), replications=20, seed=1, chunk=5, out=tmp_path / "r", simulator=FAKE)
    file = made.path / "chunks" / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)
    with pytest.raises(ResultsError, match=rf"{name}: damaged: it does not agree with the seal"):
        query(made.path, "SELECT count(*) FROM outcomes")
    file.unlink()
    with pytest.raises(ResultsError, match="damaged: it is missing"):
        query(made.path, "SELECT count(*) FROM outcomes")
    (made.path / "SEALED.json").unlink()
    with pytest.raises(ResultsError, match="not complete"):
        query(made.path, "SELECT 1")


def test_a_sweep_with_another_run_in_it_is_refused(tmp_path: Path) -> None:
    made = make(tmp_path / "s", fake_study(threats=(1, 2), pk=(0.5,)))
    one, two = (tmp_path / "s" / "points" / f"p00000{k}" for k in (0, 1))
    one.rename(tmp_path / "x")
    two.rename(one)
    (tmp_path / "x").rename(two)
    with pytest.raises(ResultsError, match="not the one that the sweep was sealed with"):
        query(open_sweep(made.path), "SELECT 1")

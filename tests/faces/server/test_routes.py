"""What the server answers: runs, replays in ranges, comparisons, what-if questions; and errors that help."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from faces.server.conftest import Served, served
from openiads.base.errors import InputError, InputErrors, UsageError
from openiads.experiments import whatif
from openiads.faces.replay import unpacked
from openiads.faces.server import listening


def news(server: Served, job: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a job until its end."""
    body = server.client("GET", f"/api/jobs/{job}/events").body.decode()
    parts = [
        dict(line.split(": ", 1) for line in part.splitlines())
        for part in body.split("\n\n")
        if part.startswith("event")
    ]
    return [(part["event"], json.loads(part["data"])) for part in parts]


def ask(server: Served, values: dict[str, Any], replications: int = 20) -> Any:
    body = json.dumps({"values": values, "replications": replications}).encode()
    return server.client("POST", f"/api/runs/{server.ids[0]}/whatif", body)


def test_every_run_has_a_card_and_a_folder_that_is_none_says_why(server: Served, duel: Any) -> None:
    cards = server.client("GET", "/api/runs").json()
    ready, empty = cards[0], cards[1]
    assert (ready["name"], ready["state"], ready["digest"]) == ("one_on_one", "ready", duel.digest)
    assert empty["state"] == "unreadable"
    assert "no run.json" in empty["message"]
    assert len({card["id"] for card in cards}) == len(cards)


def test_the_numbers_of_a_summary_are_those_of_the_store(server: Served, duel: Any) -> None:
    told = server.client("GET", f"/api/runs/{server.ids[0]}").json()
    for row in told["findings"]:
        stored = duel.estimate(row["metric"]).as_dict()
        assert row["value"] == stored.get("median", stored["mean"])
        assert (row["low"], row["high"], row["n"]) == (stored["low"], stored["high"], stored["n"])
    rows = duel.rows()
    for bar in told["leakers"]:
        chosen = rows["leakers"] == int(bar["key"])
        assert bar["value"] == pytest.approx(chosen.mean())
        assert bar["replications"] == rows["replication"][chosen].tolist()[:20]
    assert told["placard"][0].startswith("Analysis, teaching and wargaming only.")
    assert told["recorded"] == [0]


def test_time_lines_end_where_the_outcomes_are(server: Served, duel: Any) -> None:
    told = server.client("GET", f"/api/runs/{server.ids[0]}").json()
    lines = {line["name"]: line for line in told["timelines"]}
    leaked = lines["Leakers so far"]
    counts = sorted(duel.rows()["leakers"].tolist())
    assert leaked["high"][-1] == counts[-(-9 * len(counts) // 10) - 1]
    assert all(
        low <= middle <= high for low, middle, high in zip(leaked["low"], leaked["middle"], leaked["high"], strict=True)
    )
    assert all(count >= 0 for line in lines.values() for count in line["low"])


def test_a_replay_comes_whole_and_in_ranges(server: Served) -> None:
    path = f"/api/runs/{server.ids[0]}/replays/1"
    whole = server.client("GET", path)
    assert whole.status == 200
    assert unpacked(whole.body)[0]["replication"] == 1
    part = server.client("GET", path, headers={"range": "bytes=8-15"})
    assert (part.status, part.body) == (206, whole.body[8:16])
    assert part.header("content-range") == f"bytes 8-15/{len(whole.body)}"
    beyond = server.client("GET", path, headers={"range": f"bytes={len(whole.body)}-"})
    assert beyond.status == 416
    assert beyond.header("content-range") == f"bytes */{len(whole.body)}"
    malformed = server.client("GET", path, headers={"range": "pages=1"})
    assert malformed.status == 400
    for answer in (beyond, malformed):
        assert set(answer.json()) == {"message", "todo"}
        assert answer.header("content-type") == "application/json"


def test_what_stands_behind_a_replay_comes_in_a_file_of_its_own(server: Served) -> None:
    path = f"/api/runs/{server.ids[0]}/replays/1"
    replay, behind = (unpacked(server.client("GET", p).body) for p in (path, f"{path}/backdrop"))
    assert not replay[0]["backdrop"]
    assert (replay[0]["coverage"], replay[1]["relief"]) == ([], b"")
    assert behind[0]["coverage"]
    assert behind[1]["relief"].startswith(b"\x89PNG")
    assert len(replay[1]["ground"]) > 0


def test_a_replay_stays_the_same_file(server: Served) -> None:
    path = f"/api/runs/{server.ids[0]}/replays/1"
    first = server.client("GET", path)
    time.sleep(0.02)  # more than the grain of a file's date
    second = server.client("GET", path)
    assert first.header("etag") == second.header("etag") != ""
    part = server.client("GET", path, headers={"range": "bytes=0-7", "if-range": first.header("etag")})
    assert part.status == 206


def test_prepared_replays_make_room_by_when_they_were_used(duel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from openiads.faces.server import library

    made = served([Path(duel.path)])
    (run,) = made.ids
    sizes = [made.shelf.replay(run, k).stat().st_size for k in (0, 1)]
    made.shelf.replay(run, 0)
    monkeypatch.setattr(library, "PREPARED", sum(sizes))
    made.shelf.replay(run, 2)
    kept = sorted(path.stem.rpartition("-")[2] for path in made.shelf.folder.glob("*.oiads"))
    assert "1" not in kept
    assert "2" in kept
    made.shelf.close()


@pytest.mark.parametrize(
    "path",
    [
        "/api/runs/0000000000000000",
        "/api/runs/{run}/replays/40",
        "/api/runs/{run}/replays/-1",
        "/api/runs/../../etc",
        "/api/runs/{run}/replays/1e9",
        "/api/compare",
        "/api/compare?a={run}&b=x",
        "/nothing.js",
        "/../pyproject.toml",
        "/%2e%2e/secret",
        "/api/jobs/0000000000000000/events",
    ],
)
def test_what_is_not_there_says_so_in_one_line(server: Served, path: str) -> None:
    answer = server.client("GET", path.format(run=server.ids[0]))
    assert answer.status in (404, 422)
    told = answer.json()
    assert told["message"]
    assert told["todo"]
    assert "Traceback" not in answer.body.decode()


def test_a_run_compared_with_itself_differs_in_nothing(server: Served) -> None:
    run = server.ids[0]
    told = server.client("GET", f"/api/compare?a={run}&b={run}").json()
    assert told["pairs"] == 40
    assert all(row["difference"]["value"] in (0, None) for row in told["rows"])


def test_a_what_if_question_is_answered_on_the_same_dice(server: Served) -> None:
    panel = server.client("GET", f"/api/runs/{server.ids[0]}/whatif").json()
    (raid,) = [lever for lever in panel["levers"] if lever["path"].endswith(".count")]
    started = ask(server, {raid["path"]: raid["value"] + 1})
    assert started.status == 202
    told = news(server, started.json()["job"])
    assert [name for name, _ in told][-1] == "done"
    done = told[-1][1]
    assert done["compare"]["pairs"] == 20
    assert {row[side]["n"] for row in done["compare"]["rows"] for side in "ab" if row["metric"] == "leakers"} == {20}
    leakers = next(row for row in done["compare"]["rows"] if row["metric"] == "leakers")
    assert leakers["b"]["value"] - leakers["a"]["value"] == pytest.approx(leakers["difference"]["value"])
    assert "threats" not in {row["metric"] for row in done["compare"]["rows"]}
    assert done["compare"]["inputs"] == [{"label": "Threats in the raid", "a": 1.0, "b": 2.0}]
    assert done["run"]["id"] in server.ids
    assert server.client("GET", f"/api/runs/{done['run']['id']}").status == 200
    assert news(server, started.json()["job"])[-1][0] == "done"  # a page that comes back still learns it


def test_a_what_if_question_can_be_canceled_and_only_one_is_worked_on(server: Served) -> None:
    first = ask(server, {}, 2000)
    assert first.status == 202
    second = ask(server, {})
    job = first.json()["job"]
    panel = server.client("GET", f"/api/runs/{server.ids[0]}/whatif").json()
    assert panel["job"] == {"id": job, "run": server.ids[0], "label": "nothing changed"}
    assert server.client("DELETE", f"/api/jobs/{job}").json() == {"canceled": True}
    assert server.client("GET", f"/api/runs/{server.ids[0]}/whatif").json()["job"] is None  # at once
    assert second.status == 409
    assert "Another" in second.json()["message"]
    assert news(server, job)[-1][0] == "canceled"
    server.jobs.get(job).thread.join(timeout=30.0)
    assert len(server.shelf.cards()) == len(server.ids)


def test_an_answer_that_comes_after_its_cancel_is_not_kept(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(*args: Any, cancel: threading.Event, **named: Any) -> Any:
        begun.set()
        go.wait(30.0)  # a world that takes its time
        return ask_(*args, **named)

    ask_ = whatif.ask
    monkeypatch.setattr(whatif, "ask", slow)
    before = server.ids
    job = ask(server, {}).json()["job"]
    assert begun.wait(30.0)
    server.client("DELETE", f"/api/jobs/{job}")
    assert [name for name, _ in news(server, job)] == ["canceled"]
    go.set()
    server.jobs.get(job).thread.join(timeout=60.0)
    assert news(server, job)[-1][0] == "canceled"
    assert server.ids == before


def test_who_listens_to_a_question_is_let_go_when_the_server_ends(duel: Any) -> None:
    made = served([Path(duel.path)])
    job = ask(made, {}, 2000).json()["job"]
    threading.Timer(0.3, made.jobs.stop).start()
    assert "done" not in [name for name, _ in news(made, job)]
    made.jobs.close()
    made.shelf.close()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"raid[9].count": 1}, "no such lever"),
        ({"raid[1].count": -1}, "outside"),
        ({"raid[1].count": 1.5}, "whole number"),
        ({"raid[1].count": "many"}, "not a number"),
        ({"raid[1].count": True}, "not a number"),
        ({"site[1].doctrine.control": "berserk"}, "choose one of"),
        ({"__class__": 1}, "no such lever"),
        ({"raid[1].count": 10**400}, "outside"),
        ({"raid[1].count": -(10**400)}, "outside"),
        ({"\ud800": 1}, ""),
        ({"site[1].doctrine.control": "\ud800"}, ""),
    ],
)
def test_levers_take_only_what_they_offer(server: Served, values: dict[str, Any], said: str) -> None:
    answer = ask(server, values)
    assert answer.status == 422
    assert said in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"values": {}}',
        b'{"values": {}, "replications": 20, "more": 1}',
        b'{"values": {}, "replications": "20"}',
        b'{"values": {}, "replications": 5}',
        b"[" * 60_000,
        b'{"values": {"a": {"b": 1}}, "replications": 20}',
        b'{"values": {}, "replications": NaN}',
        b"\xff\xfe",
        b'{"values": {"\\ud800": 1}, "replications": 20}',
        b'{"\\udfff": 1}',
        b'{"values": {}, "\\ud800": 20}',
        b'{"values": {"raid[1].count": ' + b"9" * 400 + b'}, "replications": 20}',
        b'{"values": {"raid[1].count": ' + b"9" * 5000 + b'}, "replications": 20}',
        b'{"values": {"raid[1].count": 1e999}, "replications": 20}',
        b'{"values": {}, "replications": ' + b"9" * 400 + b"}",
    ],
)
def test_malformed_questions_are_refused_in_one_line(server: Served, body: bytes) -> None:
    answer = server.client("POST", f"/api/runs/{server.ids[0]}/whatif", body)
    assert answer.status in (400, 415, 422), answer.body
    assert set(answer.json()) == {"message", "todo"}


def test_what_goes_wrong_in_a_scenario_is_told_once(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise InputErrors([InputError("site[1].failures", "no such element.", "Choose another.")])

    monkeypatch.setattr(whatif, "changed", refuse)
    told = ask(server, {}).json()
    assert told == {"message": "site[1].failures: no such element.", "todo": "Choose another."}


def test_a_fault_of_the_program_is_told_in_the_page_s_words(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(server.shelf, "cards", fail)
    with pytest.raises(ZeroDivisionError):  # the server's own log gets it
        server.client("GET", "/api/runs")
    assert server.client.last.status == 500
    assert set(server.client.last.json()) == {"message", "todo"}
    assert "a fault" not in server.client.last.body.decode()


def test_a_list_of_runs_does_not_wait_for_a_dashboard(duel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from openiads.faces.server import library

    made = served([Path(duel.path)])
    (run,) = made.ids
    begun, go = threading.Event(), threading.Event()

    def slow(*_: Any) -> dict[str, Any]:
        begun.set()
        assert go.wait(30.0)
        return {}

    monkeypatch.setattr(library, "summary", slow)
    asking = threading.Thread(target=made.client, args=("GET", f"/api/runs/{run}"))
    asking.start()
    assert begun.wait(30.0)
    assert made.ids == [run]
    go.set()
    asking.join()
    made.shelf.close()


def test_runs_that_cannot_be_read_leave_the_page_alive(duel: Any, tmp_path: Path) -> None:
    unsealed, damaged, other, file = (tmp_path / name for name in ("unsealed", "damaged", "other", "file"))
    for folder in (unsealed, damaged, other):
        shutil.copytree(duel.path, folder)
    (unsealed / "SEALED.json").unlink()
    (other / "run.json").write_text("{}")
    chunk = sorted((damaged / "chunks").glob("c*.parquet"))[0]
    chunk.write_bytes(chunk.read_bytes()[:-99])
    file.write_text("no folder")
    made = served([unsealed, damaged, other, file, duel.path])
    cards = made.client("GET", "/api/runs").json()
    assert [card["state"] for card in cards][-1] == "ready"
    assert "not complete" in cards[0]["message"]
    assert all(card["message"] for card in cards if card["state"] == "unreadable")
    for card in cards[:-1]:
        for path in (f"/api/runs/{card['id']}", f"/api/runs/{card['id']}/replays/0", f"/api/runs/{card['id']}/whatif"):
            answer = made.client("GET", path)
            assert answer.status < 500, (path, answer.body)
    broken = made.client("GET", f"/api/runs/{cards[1]['id']}")
    assert broken.status == 409
    assert "damaged" in broken.json()["message"]
    shutil.copy(Path(duel.path) / "SEALED.json", unsealed / "SEALED.json")
    assert made.client("GET", "/api/runs").json()[0]["state"] == "ready"  # it has become complete meanwhile
    made.shelf.close()


def test_what_was_prepared_goes_with_the_server(duel: Any) -> None:
    made = served([Path(duel.path)])
    made.client("GET", f"/api/runs/{made.ids[0]}/replays/0")
    folder = made.shelf.folder
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir())
    made.shelf.close()
    assert not folder.exists()


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="in use by another program"):
            listening(other.getsockname()[1])


def test_a_free_port_is_taken_on_loopback_only() -> None:
    with listening(0) as door:
        assert door.getsockname()[0] == "127.0.0.1"
        assert door.getsockname()[1] > 0


def test_old_answers_make_room(server: Served, duel: Any) -> None:
    from openiads.faces.server.library import ANSWERS

    made = served([Path(duel.path)])
    folders = [made.shelf.folder / f"answer-{k}" for k in range(ANSWERS + 2)]
    for folder in folders:
        shutil.copytree(duel.path, folder)
    entries = [made.shelf.add(folder, f"answer {k}") for k, folder in enumerate(folders)]
    kept = made.ids
    assert [folder.exists() for folder in folders] == [False] * 2 + [True] * ANSWERS
    assert Path(duel.path).exists()
    assert entries[0].id not in kept
    assert entries[-1].id in kept
    assert made.client("GET", f"/api/runs/{entries[0].id}").status == 404
    made.shelf.close()

"""What a run is asked for and how it is computed, as the two objects that are handed down."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from openiads.base.errors import Interrupted, UsageError
from openiads.runs.stopping import MOST, Until
from openiads.runs.work import REPLICATIONS, Request, Work


@pytest.mark.parametrize(
    ("request_", "most"),
    [
        (Request(), REPLICATIONS),
        (Request(7), 7),
        (Request(until="0.1"), MOST),
        (Request(7, until="leakers:0.1"), 7),
        (Request(until=Until("leakers", 0.1)), MOST),
    ],
)
def test_how_many_replications_are_asked_for(request_: Request, most: int) -> None:
    assert request_.most == most
    request_.check()


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (Request(0), "replications"),
        (Request(2.0), "replications"),  # type: ignore[arg-type]
        (Request(True), "replications"),
        (Request(2**31 + 1), "replications"),
        (Request(seed=-1), "seed"),
        (Request(seed=2**32), "seed"),
        (Request(record=-1), "record"),
        (Request(until="leaker:0.1"), 'until-ci "leaker:0.1"'),
        (Work(jobs=0), "jobs"),
        (Work(chunk=0), "chunk"),
        (Work(chunk=1.5), "chunk"),  # type: ignore[arg-type]
    ],
)
def test_numbers_that_make_no_sense_are_named(wrong: Any, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        wrong.check()
    assert caught.value.place == name


def test_threads_lend_no_workers_and_an_open_cluster_stays_what_it_is() -> None:
    for on in (None, "threads"):
        with Work(on=on).place() as place:
            assert place is None
    cluster: Any = object()
    with Work(on=cluster).place() as place:
        assert place is cluster


def test_a_cancel_flag_is_heeded_and_warnings_are_told() -> None:
    flag, told = threading.Event(), []
    work = Work(cancel=flag, warn=told.append)
    work.heed()
    work.tell("mind")
    Work().tell("nobody listens")
    flag.set()
    with pytest.raises(Interrupted, match="before its first replication"):
        work.heed()
    assert told == ["mind"]

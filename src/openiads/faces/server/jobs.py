"""What-if questions under way: one at a time, told of as it goes, ended when asked.  A thread waits for each."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from typing import Any

from openiads.base.errors import Interrupted, OpeniadsError
from openiads.faces.server.library import Entry, Shelf
from openiads.faces.words.text import clean

#: Jobs remembered after their end, so that a page that lost its connection still learns how one ended.
REMEMBERED = 20


class Busy(Exception):
    """Another question is being worked on."""


class Job:
    """One question.  ``state()`` is (serial number, name of the event, what it tells); the serial grows with news."""

    def __init__(
        self, shelf: Shelf, entry: Entry, values: Mapping[str, Any], replications: int, label: str = ""
    ) -> None:
        """label : the changes in words."""
        self.id = secrets.token_hex(8)
        self.shelf, self.entry, self.values, self.replications = shelf, entry, dict(values), replications
        self.label = label
        self.cancel = threading.Event()
        self._lock = threading.Lock()
        self._state: tuple[int, str, dict[str, Any]] = (
            1,
            "progress",
            {"done": 0, "of": replications, "phase": "building the world", "findings": []},
        )
        self.thread = threading.Thread(target=self._work, name=f"what-if-{self.id}", daemon=True)

    def state(self) -> tuple[int, str, dict[str, Any]]:
        """The latest news."""
        with self._lock:
            return self._state

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state()[1] != "progress"

    def stop(self) -> None:
        """Give it up.  That is told at once; the thread ends within a replication, or when the world is built."""
        self.cancel.set()
        self._tell("canceled", {})

    def _tell(self, name: str, told: dict[str, Any]) -> bool:
        """Replace the news; False where it has ended already, which stays the last news."""
        with self._lock:
            if self._state[1] != "progress":
                return False
            self._state = (self._state[0] + 1, name, told)
            return True

    def _heard(self, news: dict[str, Any]) -> None:
        self._tell("progress", {"phase": "running", **news})

    def _work(self) -> None:
        try:
            out = self.shelf.folder / f"answer-{self.id}"
            answer = self.shelf.works.call(
                "ask",
                {
                    "run": str(self.entry.path),
                    "values": self.values,
                    "replications": self.replications,
                    "out": str(out),
                },
                heard=self._heard,
                cancel=self.cancel,
            )
            card = self.entry.card()
            made = self.shelf.add(out, f"{card['name']}, what if: {answer['label']}")
            kept = self._tell(
                "done",
                {
                    "compare": answer["compare"] | {"a": card, "b": made.card()},
                    "findings": answer["findings"],
                    "seconds": answer["seconds"],
                    "run": made.card(),
                },
            )
            if not kept:  # canceled in the last moment
                self.shelf.drop(made.id)
        except Interrupted:
            self._tell("canceled", {})
        except OpeniadsError as problem:
            self._tell("failed", {"message": str(problem)})
        finally:  # an error of the program itself, if it has not ended; the thread's own report goes to the terminal
            self._tell("failed", {"message": "The run ended with an error; the terminal tells more."})


class Jobs:
    """The one question at a time, and how the last ones ended."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.ending = False  # the server is about to end: who listens lets go
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, entry: Entry, values: Mapping[str, Any], replications: int, label: str = "") -> Job:
        """Begin to work on a question; Busy if another one is under way."""
        with self._lock:
            if any(job.thread.is_alive() and not job.over for job in self._jobs.values()):
                raise Busy
            job = Job(self.shelf, entry, values, replications, label)
            self._jobs[job.id] = job
            while len(self._jobs) > REMEMBERED:
                del self._jobs[next(iter(self._jobs))]
            job.thread.start()
        return job

    def get(self, identity: str) -> Job:
        """A question by its name; KeyError if there is none such."""
        with self._lock:
            return self._jobs[identity]

    def under_way(self) -> dict[str, str] | None:
        """The question that is being worked on, so that a page that was loaded anew can follow or cancel it."""
        with self._lock:
            for job in self._jobs.values():
                if job.thread.is_alive() and not job.over:
                    return {"id": job.id, "run": job.entry.id, "label": clean(job.label)}
        return None

    def stop(self) -> None:
        """Give up what is under way; it takes no lock that a thread may hold, since a signal may call it."""
        for job in list(self._jobs.values()):
            job.cancel.set()
        self.ending = True

    def close(self) -> None:
        """End what is under way, and wait for it; close the shelf's works before, if they may take long."""
        self.stop()
        for job in list(self._jobs.values()):
            job.thread.join(timeout=10.0)

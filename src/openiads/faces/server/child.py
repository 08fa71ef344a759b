"""The workshop in a process of its own, so that the server itself never loads the engine.

The process is begun early, kept while it is of use, and ended after a rest; it ends by itself when the server's end of
the pipe between them closes, so none is left behind whatever happens to the server.
"""

from __future__ import annotations

import itertools
import multiprocessing
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import ModuleType
from typing import Any

from openiads.base.errors import ResultsError
from openiads.faces.server import worker
from openiads.faces.server.workshop import Heard

#: Seconds without anything to do after which the process ends; the next thing begins another.
REST = 900.0
#: Seconds between looks at a cancel flag, and that the process has to end in.
_LOOK, _PATIENCE = 0.1, 2.0

_SPAWN = multiprocessing.get_context("spawn")


class Child:
    """``Works`` in another process.  What is written goes into ``folder``."""

    def __init__(self, folder: Path, rest: float = REST) -> None:
        self.folder, self.rest = folder, rest
        self._lock = threading.Lock()
        self._engine: tuple[SpawnProcess, Connection] | None = None
        self._numbers = itertools.count()
        self._waiting: dict[int, queue.SimpleQueue[tuple[str, Any]]] = {}
        self._resting: threading.Timer | None = None
        self._closed = False

    @property
    def process(self) -> int | None:
        """The number of the process, None if there is none."""
        engine = self._engine
        return engine[0].pid if engine is not None else None

    def begin(self) -> None:
        """Begin the process if there is none."""
        with self._lock:
            self._begun()

    def call(
        self,
        name: str,
        given: Mapping[str, Any],
        *,
        heard: Heard = lambda news: None,
        cancel: threading.Event | None = None,
    ) -> dict[str, Any]:
        """As ``Works.call``; ResultsError if the process ends on the way."""
        answers: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        with self._lock:
            self._begun()
            number = next(self._numbers)
            self._waiting[number] = answers
            self._send(number, name, dict(given))
        try:
            while True:
                if cancel is not None and cancel.is_set():
                    cancel = None
                    with self._lock:
                        self._send(number, worker.CANCEL, {})
                try:
                    kind, told = answers.get(timeout=None if cancel is None else _LOOK)
                except queue.Empty:
                    continue
                if kind == "error":
                    raise told
                if kind == "done":
                    return dict(told)
                heard(told)
        finally:
            with self._lock:
                self._waiting.pop(number, None)
                if not self._waiting and self._engine is not None:
                    self._resting = threading.Timer(self.rest, self._end_rested)
                    self._resting.daemon = True
                    self._resting.start()

    # -------------------------------------------------------------- the process; with the lock held

    def _begun(self) -> None:
        if self._closed:
            raise _ended("with the server")
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._engine is None:
            ours, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(target=worker.main, args=(theirs, self.folder), daemon=True)
            with _apart():
                process.start()
            theirs.close()  # else the end of the process would not be the end of what comes from it
            self._engine = process, ours
            threading.Thread(target=self._hear, args=self._engine, name="child", daemon=True).start()

    def _send(self, *told: object) -> None:
        if self._engine is not None:
            with suppress(OSError):  # it has ended: whoever waits for it is told
                self._engine[1].send(told)

    def _gone(self, how: str) -> None:
        self._engine = None
        for answers in self._waiting.values():
            answers.put(("error", _ended(how)))

    # -------------------------------------------------------------- on threads of their own

    def _end_rested(self) -> None:
        with self._lock:
            if not self._waiting:
                self._send(*worker.REST)
                self._engine = None

    def _hear(self, process: SpawnProcess, pipe: Connection) -> None:
        with suppress(EOFError, OSError):  # it has ended, perhaps in the middle of a word
            while True:
                number, kind, told = pipe.recv()
                answers = self._waiting.get(number)
                if answers is not None:
                    answers.put((kind, told))
        with self._lock:  # nothing is begun between the look at who waits and the news
            process.join()
            pipe.close()
            if self._engine == (process, pipe):
                code = process.exitcode or 0
                self._gone(f"killed by signal {-code}, as where memory runs out" if code < 0 else f"code {code}")

    def close(self) -> None:
        """End the process, and whatever it does."""
        with self._lock:
            self._closed, engine = True, self._engine
            if self._resting is not None:
                self._resting.cancel()
            self._gone("with the server")
            if engine is not None:
                engine[0].terminate()
                engine[0].join(_PATIENCE)
                engine[0].kill()
                engine[0].join()


@contextmanager
def _apart() -> Iterator[None]:
    """What is spawned here is not interrupted by Ctrl-C, which is for the server, and does not import the program that
    serves: a script that calls ``view`` would be run again from its first line."""
    program = sys.modules["__main__"]
    with _deaf() if hasattr(signal, "pthread_sigmask") else nullcontext():  # on Windows the process itself is deaf
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = program


@contextmanager
def _deaf() -> Iterator[None]:
    """Let what this thread begins be deaf to Ctrl-C."""
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # before the first process, else it would be begun below and let Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what this thread begins inherits it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ended(how: str) -> ResultsError:
    return ResultsError(
        "viewer", f"the process that runs replications has ended ({how})", "Ask again: another one is begun"
    )

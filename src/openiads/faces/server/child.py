"""The workshop in a process of its own, so that the server itself never loads the engine.

The process is begun early, kept while it is of use, and ended after a rest; it ends by itself when its input does, so
none is left behind whatever happens to the server.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from openiads.base.errors import BY_NAME, InputError, InputErrors, OpeniadsError, ResultsError
from openiads.faces.server.workshop import Heard

#: Seconds without anything to do after which the process ends; the next thing begins another.
REST = 900.0
#: Seconds between looks at a cancel flag, and that the process has to end in.
_LOOK, _PATIENCE = 0.1, 2.0


class Fault(RuntimeError):
    """The program failed in the other process; its terminal tells more."""


class Child:
    """``Works`` in another process.  What is written goes into ``folder``."""

    def __init__(self, folder: Path, rest: float = REST) -> None:
        self.folder, self.rest = folder, rest
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._number = 0
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._resting: threading.Timer | None = None
        self._closed = False

    @property
    def process(self) -> int | None:
        """The number of the process, None if there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

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
        answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        with self._lock:
            process = self._begun()
            self._number += 1
            number = self._number
            self._waiting[number] = answers
            self._send(process, {"number": number, "work": name, "given": dict(given)})
        try:
            return self._answer(process, number, answers, heard, cancel)
        finally:
            with self._lock:
                self._waiting.pop(number, None)
                self._may_rest()

    def _answer(
        self,
        process: subprocess.Popen[str],
        number: int,
        answers: queue.SimpleQueue[dict[str, Any]],
        heard: Heard,
        cancel: threading.Event | None,
    ) -> dict[str, Any]:
        while True:
            if cancel is not None and cancel.is_set():
                cancel = None
                with self._lock:
                    self._send(process, {"number": number, "work": "cancel"})
            try:
                told = answers.get(timeout=None if cancel is None else _LOOK)
            except queue.Empty:
                continue
            if "news" in told:
                heard(told["news"])
            elif "done" in told:
                return dict(told["done"])
            elif "error" in told:
                raise read(told["error"])
            else:
                raise Fault("the work failed in its own process")

    # -------------------------------------------------------------- the process; with the lock held

    def _begun(self) -> subprocess.Popen[str]:
        if self._closed:
            raise _ended("with the server")
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "openiads.faces.server.worker", str(self.folder)]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # Ctrl-C is for the server, which then ends it
            )
            threading.Thread(target=self._hear, args=(self._process,), name="child", daemon=True).start()
        return self._process

    def _send(self, process: subprocess.Popen[str], told: Mapping[str, Any] | str) -> None:
        assert process.stdin is not None
        with suppress(OSError):  # it has ended: whoever waits for it is told
            process.stdin.write("rest\n" if isinstance(told, str) else json.dumps(told) + "\n")
            process.stdin.flush()

    def _may_rest(self) -> None:
        if not self._waiting and not self._closed and self._process is not None:
            self._resting = threading.Timer(self.rest, self._end_rested)
            self._resting.daemon = True
            self._resting.start()

    def _end_rested(self) -> None:
        with self._lock:
            if not self._waiting and not self._closed and self._process is not None:
                self._send(self._process, "rest")
                self._process = None

    # -------------------------------------------------------------- what it tells, on a thread

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                told = json.loads(line)
            except ValueError:  # cut off, as it was ended in the middle of a word
                break
            answers = self._waiting.get(told["number"])
            if answers is not None:
                answers.put(told)
        process.wait()
        with self._lock:  # nothing is begun between the look at who waits and the news
            if self._process is not process and self._process is not None:
                return
            self._process = None
            gone = {"error": {"kind": "ended", "code": process.returncode}}
            for answers in self._waiting.values():
                answers.put(gone)

    def close(self) -> None:
        """End the process, and whatever it does."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
            if self._resting is not None:
                self._resting.cancel()
            for answers in self._waiting.values():
                answers.put({"error": {"kind": "ended", "code": None}})
        if process is None or process.stdin is None:
            return
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ended(how: str) -> ResultsError:
    return ResultsError(
        "viewer", f"the process that runs replications has ended ({how})", "Ask again: another one is begun"
    )


def read(told: Mapping[str, Any]) -> OpeniadsError:
    """An error as ``worker.written`` writes it."""
    kind = told["kind"]
    if kind == "ended":
        code = told["code"]
        by = f"killed by signal {-code}, as where memory runs out" if code is not None and code < 0 else f"code {code}"
        return _ended("with the server" if code is None else by)
    if kind == "InputErrors":
        return InputErrors([InputError(each["place"], each["reason"], each["remedy"]) for each in told["problems"]])
    return BY_NAME.get(kind, OpeniadsError)(told["place"], told["reason"], told["remedy"])

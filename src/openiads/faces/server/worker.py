"""The process that has the engine: ``python -m openiads.faces.server.worker FOLDER``, begun and spoken to by ``child``.

A line of JSON on its standard input asks for something (``number``, ``work``, ``given``) or gives it up (``work``
``cancel``); lines on its standard output tell (``number`` and ``news``, ``done``, ``error`` or ``fault``).  When its
input ends, whoever began it is gone, however that came about: it removes the folder of prepared files and ends too.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import threading
import traceback
from typing import Any

from openiads.base.errors import InputErrors, OpeniadsError
from openiads.faces.server.workshop import Workshop


class Worker:
    """Does what is asked for, each on a thread of its own."""

    def __init__(self, out: int) -> None:
        """out : the file descriptor to tell on."""
        self.out = out
        self.workshop = Workshop()
        self._cancel: dict[int, threading.Event] = {}
        self._lock = threading.Lock()

    def hear(self, line: str) -> None:
        """Begin with, or give up, what a line asks for."""
        asked = json.loads(line)
        number = asked["number"]
        if asked["work"] == "cancel":
            flag = self._cancel.get(number)
            if flag is not None:
                flag.set()
            return
        self._cancel[number] = threading.Event()
        threading.Thread(target=self._work, args=(number, asked["work"], asked["given"]), daemon=True).start()

    def _work(self, number: int, work: str, given: dict[str, Any]) -> None:
        told: dict[str, Any] = {"fault": True}
        try:
            done = self.workshop.do(work, given, lambda news: self._tell(number, {"news": news}), self._cancel[number])
            told = {"done": done}
        except OpeniadsError as problem:
            told = {"error": written(problem)}
        except OSError as problem:
            told = {
                "error": {
                    "kind": "ResultsError",
                    "place": str(problem.filename or work),
                    "reason": problem.strerror or str(problem),
                    "remedy": "",
                }
            }
        finally:
            if "fault" in told:
                traceback.print_exc()  # a fault of the program: whole on the terminal
            del self._cancel[number]
            self._tell(number, told)

    def _tell(self, number: int, told: dict[str, Any]) -> None:
        line = json.dumps({"number": number, **told}).encode() + b"\n"
        with self._lock:
            view = memoryview(line)
            while view:
                view = view[os.write(self.out, view) :]


def written(problem: OpeniadsError) -> dict[str, Any]:
    """An error as JSON; ``child.read`` is the inverse."""
    told: dict[str, Any] = {
        "kind": type(problem).__name__,
        "place": problem.place,
        "reason": problem.reason,
        "remedy": problem.remedy,
    }
    if isinstance(problem, InputErrors):
        told["problems"] = [written(each) for each in problem.problems]
    return told


def main(folder: str) -> None:
    """Work until standard input ends.  folder : removed then, unless the last line was ``rest``."""
    out, nowhere = os.dup(1), os.open(os.devnull, os.O_RDONLY)
    os.dup2(2, 1)  # what is printed by the way goes to the terminal
    given = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(nowhere, 0)  # no process that is begun here reads what is for this one
    gc.set_threshold(100_000, 20, 20)  # a replay is millions of objects that stay: to look through them is in vain
    worker = Worker(out)
    for line in given:
        if line == "rest\n":
            os._exit(0)
        worker.hear(line)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # a thread may be in compiled code, and nothing is to be kept


if __name__ == "__main__":
    main(sys.argv[1])

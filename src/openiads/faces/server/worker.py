"""The process that has the engine: ``main``, begun and spoken to by ``child`` over a pipe.

What comes in asks for something (number, name of the work, what is given) or gives it up (``CANCEL``); what goes out
tells (number, "news", "done" or "error", and what).  When the other end closes, whoever began this process is gone,
however that came about: it removes the folder of prepared files and ends too.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from openiads.base.errors import OpeniadsError, ResultsError
from openiads.faces.server.workshop import Workshop

#: The name of a work that gives up the one of its number; and what is sent in place of work to end the process.
CANCEL = "cancel"
REST: tuple[int, str, dict[str, Any]] = (0, "rest", {})


class Fault(RuntimeError):
    """The program failed in this process; its terminal tells more."""


class Worker:
    """Does what is asked for, each on a thread of its own."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.workshop = Workshop()
        self._cancel: dict[int, threading.Event] = {}
        self._lock = threading.Lock()

    def hear(self, number: int, work: str, given: dict[str, Any]) -> None:
        """Begin with, or give up, what is asked for."""
        if work != CANCEL:
            self._cancel[number] = threading.Event()
            threading.Thread(target=self._work, args=(number, work, given), daemon=True).start()
        else:
            self._cancel.get(number, threading.Event()).set()

    def _work(self, number: int, work: str, given: dict[str, Any]) -> None:
        told: object = Fault("the work failed in its own process")
        try:
            told = self.workshop.do(work, given, lambda news: self._tell(number, "news", news), self._cancel[number])
        except OpeniadsError as problem:
            told = problem
        except OSError as problem:
            told = ResultsError(str(problem.filename or work), problem.strerror or str(problem))
        except BaseException:  # noqa: BLE001 - whatever it was, who waits must hear of it
            traceback.print_exc()  # a fault of the program: whole on the terminal
        del self._cancel[number]
        self._tell(number, "error" if isinstance(told, Exception) else "done", told)

    def _tell(self, number: int, kind: str, told: object) -> None:
        with self._lock, suppress(OSError):  # nobody hears it where the server goes first: ``main`` sees that too
            self.pipe.send((number, kind, told))


def main(pipe: Connection, folder: Path) -> None:
    """Work until the other end of the pipe closes.  folder : removed then, unless ``REST`` came."""
    if hasattr(os, "setsid"):
        os.setsid()  # a terminal that closes ends the server, which ends this
    else:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    os.dup2(2, 1)  # what is printed by the way goes to the terminal, and nobody waits for it who reads the server
    gc.set_threshold(100_000, 20, 20)  # a replay is millions of objects that stay: to look through them is in vain
    worker = Worker(pipe)
    with suppress(EOFError, OSError):
        for asked in iter(pipe.recv, REST):
            worker.hear(*asked)
        os._exit(0)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # a thread may be in compiled code, and nothing is to be kept

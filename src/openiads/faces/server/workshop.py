"""What the viewer needs the engine for: replays of replications, and what-if questions.

A ``Workshop`` does it for runs named by their folders, and each thing that it does is a JSON object in and one out, so
that it can be in a process of its own (``child``); ``Here`` is the same within this process.
"""

from __future__ import annotations

import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from openiads.base.errors import UsageError

if TYPE_CHECKING:
    from openiads.runs.findings import Accumulator
    from openiads.runs.run import Run
    from openiads.world.prebuilt import Prebuilt

#: Metrics of a partial answer.
PARTIAL = ("leakers", "any_leaker", "killed", "asset_hits", "rounds_fired", "rounds_per_kill")
#: Runs whose worlds are kept; what was used longest ago goes first.
KEPT = 6

#: heard(news): called with what there is to tell before the end.
Heard = Callable[[dict[str, Any]], None]


def _unheard(news: dict[str, Any]) -> None:
    """Nobody listens."""


class Works(Protocol):
    """Where things are done."""

    def call(
        self, name: str, given: Mapping[str, Any], *, heard: Heard = ..., cancel: threading.Event | None = None
    ) -> dict[str, Any]:
        """Do one thing and return what it came to; its errors are those of ``openiads.base.errors``.

        cancel : once set, it is given up with Interrupted
        """

    def close(self) -> None:
        """Give up what is under way."""


@dataclass
class _Opened:
    """A run, and what its changed worlds share."""

    run: Run
    prebuilt: Prebuilt
    building: threading.Lock = field(default_factory=threading.Lock)
    rehearsed: bool = False
    rings: list[dict[str, Any]] | None = None  # of its backdrops

    def built(self) -> Run:
        """The run with its world, built once."""
        with self.building:
            self.run.build(self.prebuilt)
            return self.run


class Workshop:
    """Every thing that can be asked for is a method of one of the names in ``WORKS``."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, _Opened] = OrderedDict()
        self._lock = threading.Lock()

    def do(self, name: str, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """Do what is named; given : JSON, as the method tells."""
        return WORKS[name](self, given, heard, cancel)

    def _opened(self, path: str) -> _Opened:
        from openiads.runs.run import open_run
        from openiads.world.prebuilt import Prebuilt

        with self._lock:
            if path not in self._runs:
                self._runs[path] = _Opened(open_run(path), Prebuilt())
            self._runs.move_to_end(path)
            while len(self._runs) > KEPT:
                self._runs.popitem(last=False)
            return self._runs[path]

    def replay(self, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """Write the replay of a replication without its backdrop.

        given : run, replication, target; most : of replications, a longer run is left alone
        """
        from openiads.faces.replay import prepare
        from openiads.faces.replay.happenings import MOST_LOOKS
        from openiads.runs import disk

        opened = self._opened(given["run"])
        if opened.run.replications <= given.get("most", opened.run.replications):
            made = prepare(opened.built(), given["replication"]).packed(MOST_LOOKS)
            disk.write_file(Path(given["target"]), made, chunks=False)
        return {}

    def backdrop(self, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """Write what stands behind a replay.  given : run, replay (its file), target."""
        from openiads.faces.replay import backdrop, rings, unpacked
        from openiads.runs import disk

        opened = self._opened(given["run"])
        run, (header, _) = opened.built(), unpacked(Path(given["replay"]).read_bytes())
        with opened.building:
            if opened.rings is None:
                opened.rings = rings(run)
        disk.write_file(Path(given["target"]), backdrop(run, header["window"], opened.rings).packed(), chunks=False)
        return {}

    def compare(self, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """Two runs side by side.  given : a, b."""
        from openiads.experiments.compare import Comparison
        from openiads.faces.replay.summary import compared

        return compared(Comparison(self._opened(given["a"]).run, self._opened(given["b"]).run), {}, {})

    def panel(self, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """The levers of a run's scenario.  given : run."""
        from openiads.experiments.whatif import counts, levers
        from openiads.faces.words.text import clean

        run = self._opened(given["run"]).run
        told = []
        for lever in levers(run):
            row: dict[str, Any] = {
                "path": lever.path,
                "label": clean(lever.label),
                "group": clean(lever.group),
                "kind": lever.kind,
                "value": lever.value,
            }
            if lever.kind == "number":
                row |= {"minimum": lever.minimum, "maximum": lever.maximum, "step": lever.step, "unit": lever.unit}
            if lever.kind == "choice":
                row["choices"] = list(lever.choices)
            told.append(row)
        value, least, most = counts(run)
        return {
            "scenario": clean(run.name),
            "levers": told,
            "replications": {"value": value, "minimum": least, "maximum": most},
        }

    def settle(self, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """Refuse a question that cannot be run, before it is begun.  given : run, values, replications; its label."""
        from openiads.experiments.whatif import changed, counts

        run = self._opened(given["run"]).run
        _, least, most = counts(run)
        asked = given["replications"]
        if not least <= asked <= most:
            raise UsageError("replications", f"{asked}", f"Give a whole number from {least} to {most}")
        return {"label": changed(run, given["values"])[1]}

    def rehearse(self, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """Make ready for a question: what changed worlds share is built, and the engine loaded.  given : run."""
        from openiads.experiments.whatif import rehearse

        opened = self._opened(given["run"])
        if not opened.rehearsed:
            opened.rehearsed = True
            rehearse(opened.run, opened.prebuilt)
        return {}

    def ask(self, given: Mapping[str, Any], heard: Heard, cancel: threading.Event) -> dict[str, Any]:
        """Answer a question.  given : run, values, replications, out (the folder of the answer).

        News are ``done``, ``of`` and ``findings``; returns ``outcomes``, ``compare`` and ``seconds``.
        """
        from openiads.experiments.whatif import ask
        from openiads.faces.replay.summary import compared, finding

        opened, of, out = self._opened(given["run"]), given["replications"], Path(given["out"])

        def watch(done: int, of: int, gathered: Accumulator) -> None:
            found = [finding(metric, gathered.estimate(metric).as_dict()) for metric in PARTIAL]
            heard({"done": done, "of": of, "findings": found})

        try:
            answer = ask(opened.run, given["values"], of, watch=watch, cancel=cancel, prebuilt=opened.prebuilt, out=out)
        except BaseException:
            shutil.rmtree(out, ignore_errors=True)
            raise
        with self._lock:
            self._runs[str(out)] = _Opened(answer.run, opened.prebuilt, rehearsed=True)
        outcomes = answer.run.summary()["outcomes"]
        return {
            "findings": [finding(metric, told) for metric, told in outcomes.items()],
            "compare": compared(answer.comparison, {}, {}),
            "seconds": round(answer.seconds, 3),
            "label": answer.label,
        }


WORKS: dict[str, Callable[[Workshop, Mapping[str, Any], Heard, threading.Event], dict[str, Any]]] = {
    "replay": Workshop.replay,
    "backdrop": Workshop.backdrop,
    "compare": Workshop.compare,
    "panel": Workshop.panel,
    "settle": Workshop.settle,
    "rehearse": Workshop.rehearse,
    "ask": Workshop.ask,
}


class Here:
    """A workshop in this process."""

    def __init__(self) -> None:
        self._workshop = Workshop()
        self._never = threading.Event()

    def call(
        self, name: str, given: Mapping[str, Any], *, heard: Heard = _unheard, cancel: threading.Event | None = None
    ) -> dict[str, Any]:
        """As ``Works.call``."""
        return self._workshop.do(name, given, heard, cancel or self._never)

    def close(self) -> None:
        """Nothing to give up."""

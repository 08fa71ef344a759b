"""The runs that a server shows, under opaque names, and what has been prepared of them."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.errors import OpeniadsError, UsageError
from openiads.faces.replay.summary import card, summary
from openiads.faces.server.workshop import Here, Works
from openiads.faces.words.text import clean

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Runs that what-if questions have left and that are kept.
ANSWERS = 8
#: Replications beyond which a run is taken to be of interest as a whole: its engine is not loaded before it is needed.
LARGE = 20_000
#: Bytes of prepared replays kept; what was used longest ago goes first.
PREPARED = 1_000_000_000


class Unreadable(Exception):
    """A run that cannot be shown now; the message says why and what to do."""


class Entry:
    """One run: opened when first asked for, and again as long as it cannot be read."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.id = secrets.token_hex(8)
        self.path, self.name = path, name
        self._run: Run | None = None
        self._lock = threading.RLock()
        self._summing = threading.Lock()  # its own, so that the list of runs does not wait for a dashboard
        self._summary: dict[str, Any] | None = None

    def run(self) -> Run:
        """The run; Unreadable if it is not complete, damaged or of another version."""
        from openiads.runs.run import open_run

        with self._lock:
            if self._run is None:
                try:
                    self._run = open_run(self.path)
                except OpeniadsError as problem:
                    raise Unreadable(str(problem)) from problem
                except OSError as problem:
                    raise Unreadable(f"{self.path}: cannot be read ({problem.strerror}).") from problem
            return self._run

    def card(self) -> dict[str, Any]:
        """What the list shows, whatever state the run is in."""
        try:
            told = card(self.run(), self.id)
        except Unreadable as problem:
            return {
                "id": self.id,
                "name": self.name or clean(self.path.name),
                "question": "",
                "scenario": "",
                "seed": 0,
                "replications": 0,
                "failed": 0,
                "digest": "",
                "state": "unreadable",
                "message": str(problem),
            }
        return told | {"name": self.name} if self.name else told

    def summary(self) -> dict[str, Any]:
        """The dashboard of the run, worked out once; ResultsError if it turns out to be damaged."""
        with self._summing:
            if self._summary is None:
                self._summary = summary(self.run(), self.id) | {"name": self.card()["name"]}
            return self._summary


class Shelf:
    """All runs of a server.  Close it to remove what was prepared."""

    def __init__(self, paths: Sequence[Path], works: Works | None = None, folder: Path | None = None) -> None:
        """works : does what needs the engine, this process if left out;  folder : of what is prepared, private."""
        self.folder = folder or Path(tempfile.mkdtemp(prefix="openiads-view-"))  # only its owner may enter
        self.works = works or Here()
        self._entries = {entry.id: entry for path in paths for entry in _entries(path)}
        self._answers: list[str] = []
        self._lock = threading.Lock()
        self._busy: dict[tuple[str, str], threading.Lock] = {}
        self._prepared: OrderedDict[Path, int] = OrderedDict()  # -> bytes; what was used last stands last

    def cards(self) -> list[dict[str, Any]]:
        """A card for every run, in the order given, answers to what-if questions last."""
        with self._lock:
            entries = list(self._entries.values())
        return [entry.card() for entry in entries]

    def entry(self, identity: str) -> Entry:
        """A run by its opaque name; KeyError if there is none such."""
        with self._lock:
            return self._entries[identity]

    def add(self, path: Path, name: str) -> Entry:
        """Take in the answer to a what-if question; the oldest ones go, and their folders if they are ours."""
        entry = Entry(path, clean(name))
        with self._lock:
            self._entries[entry.id] = entry
            self._answers.append(entry.id)
            while len(self._answers) > ANSWERS:
                self._let_go(self._answers[0])
        return entry

    def drop(self, identity: str) -> None:
        """Let an answer go that nobody wants."""
        with self._lock:
            if identity in self._answers:
                self._let_go(identity)

    def _let_go(self, answer: str) -> None:
        self._answers.remove(answer)
        path = self._entries.pop(answer).path
        self._remove([file for file in self._prepared if file.name.startswith(f"{answer}-")])
        if path.parent == self.folder:
            shutil.rmtree(path, ignore_errors=True)

    def replay(self, identity: str, replication: int, *, backdrop: bool = False) -> Path:
        """The prepared file of a replication, or of its backdrop, made if it is not there yet."""
        entry = self.entry(identity)
        run = entry.run()
        if not 0 <= replication < run.replications:
            raise UsageError(
                "replication", f"{replication} is not in this run", f"Choose one of 0 to {run.replications - 1}"
            )
        replay = self._written(entry, f"{replication}", "replay", {"replication": replication})
        return self._backdrop(entry, replication, replay) if backdrop else replay

    def _backdrop(self, entry: Entry, replication: int, replay: Path) -> Path:
        return self._written(entry, f"{replication}-backdrop", "backdrop", {"replay": str(replay)})

    def _written(self, entry: Entry, name: str, work: str, given: dict[str, Any]) -> Path:
        target = self.folder / f"{entry.id}-{name}.oiads"
        with self._lock:
            alone = self._busy.setdefault((entry.id, name), threading.Lock())
        with alone:
            if not target.exists():
                self.works.call(work, {"run": str(entry.path), "target": str(target), **given})
            if target.exists():
                self._make_room(target)
        return target

    def begin(self) -> None:
        """Prepare ahead what is likely to be looked at first: a replay of the first run, unless that is a large one."""

        def work() -> None:
            with suppress(OpeniadsError, OSError):  # who asks for it is told
                entry = next(iter(self._entries.values()))
                replay = self._written(entry, "0", "replay", {"replication": 0, "most": LARGE})
                if replay.exists():
                    self._backdrop(entry, 0, replay)

        threading.Thread(target=work, name="prepare", daemon=True).start()

    def sum_up(self) -> None:
        """Work the dashboard of the first run out ahead, which the page asks for first."""

        def work() -> None:
            with suppress(OpeniadsError, Unreadable, OSError):  # who asks for it is told
                next(iter(self._entries.values())).summary()

        threading.Thread(target=work, name="sum up", daemon=True).start()

    def expect(self, entry: Entry) -> None:
        """Make ready for a what-if question, on a thread: what changed worlds share is built, and the engine loaded."""

        def work() -> None:
            with suppress(OpeniadsError):  # who asks the question is told
                self.works.call("rehearse", {"run": str(entry.path)})

        threading.Thread(target=work, name="rehearse", daemon=True).start()

    def _make_room(self, kept: Path) -> None:
        """Let prepared replays go, what was used longest ago first; files are left as they are, for their dates."""
        with self._lock:
            self._prepared[kept] = kept.stat().st_size
            self._prepared.move_to_end(kept)
            size, gone = sum(self._prepared.values()), []
            for path in self._prepared:
                if size > PREPARED and path != kept:
                    size -= self._prepared[path]
                    gone.append(path)
            self._remove(gone)

    def _remove(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self._prepared.pop(path, None)
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """End what is being prepared, and remove what was."""
        self.works.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _entries(path: Path) -> list[Entry]:
    """The run of a folder, or every run of a sweep's folder."""
    from openiads.experiments.sweep import is_sweep, open_sweep

    if not is_sweep(path):
        return [Entry(path)]
    try:
        sweep = open_sweep(path)
    except OpeniadsError:
        return [Entry(path)]  # its card tells why
    found = []
    for point in sweep.points:
        words = ", ".join(f"{name} = {value}" for name, value in point.label.items())
        found.append(Entry(Path(sweep.store.folder(point.index)), name=clean(f"{sweep.name}: {words or point.index}")))
    return found

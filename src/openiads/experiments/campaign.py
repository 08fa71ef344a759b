"""Campaigns of many raids: run them, and what they came to day by day.

``campaign`` makes (or continues) the replications of a campaign and returns a ``CampaignAnswer``.  A replication is one
whole course: every raid is a replication of its world that begins with what the raids before have left.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import Interrupted, OpeniadsError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.shown import Shown
from openiads.experiments.campaign_days import Band, cost_of, cost_so_far, day_bands, exchange_of, run_out, twins_of
from openiads.experiments.campaign_file import Campaign, load_campaign
from openiads.experiments.campaign_plan import Plan, plan_of
from openiads.experiments.campaign_store import CHUNK, CampaignStore, Rows, campaign_identity, rows_digest
from openiads.runs.folder import output_folder
from openiads.runs.jobs import Progress, default_jobs
from openiads.runs.simulator import Simulator, real_simulator
from openiads.runs.work import Work

if TYPE_CHECKING:
    import pyarrow as arrow


def default_campaign_folder(asked: Campaign) -> Path:
    """``runs/campaign-<name>-<seed>-<first 8 of a hash>``: where the command line stores a campaign by itself."""
    plain_name = "".join(c if c.isalnum() or c in "-_" else "-" for c in asked.name)
    return Path("runs") / f"campaign-{plain_name}-{asked.told.seed}-{asked.digest()[:8]}"


def campaign(
    asked: Campaign | str | Path,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    simulator: Simulator | None = None,
) -> CampaignAnswer:
    """Run a campaign of many raids, many times.

    Parameters
    ----------
    asked : Campaign, str or Path
        A campaign, its file, or the name of a packaged one.
    replications : int, optional
        Campaigns, each of all raids; the file's number if left out.
    seed : int, optional
        The seed; the file's if left out.
    jobs : int, optional
        Threads; all processors if left out.
    out : str or Path, optional
        The campaign's folder, continued if it holds a part of this campaign; nothing is kept if left out.
    progress : callable, optional
        Called with (raids done, raids).
    cancel : threading.Event, optional
        Stops the work within one raid when set.
    simulator : Simulator, optional
        The simulator; tests pass their own.

    Returns
    -------
    CampaignAnswer
        ``days()`` has a row for each day with a raid, ``table()`` the same as a pyarrow Table.

    Raises
    ------
    InputError
        For a bad campaign or scenario.
    ResultsError
        Where a raid fails, or the folder cannot be used.
    Interrupted
        Where the cancel flag is set; the same call continues.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.campaign("campaign_30_days", replications=100).run_out()  # doctest: +SKIP
    """
    work = Work(jobs, out, progress, None, cancel, simulator=simulator or real_simulator())
    work.check()
    if not isinstance(asked, Campaign):
        asked = load_campaign(asked)
    asked = asked.with_options(replications=replications, seed=seed)
    if out is not None:
        CampaignStore.refuse_foreign(Path(out))  # before anything takes time
    begun = time.monotonic()
    work.simulator.prepare()
    plan = plan_of(asked, work.simulator)
    catalog = work.simulator.catalog(asked.scenario).digest
    identity = campaign_identity(asked.scenario.digest(), catalog, asked.canonical())
    with output_folder(out) as path:
        store = CampaignStore.create_or_resume(path, identity, facts_of(plan))
        try:
            rows = _Courses(plan, store, work).all()
            digest = rows_digest(identity, rows)
            store.seal(digest, round(time.monotonic() - begun, 3))
        finally:
            store.close()
        if out is None:
            import shutil

            shutil.rmtree(path, ignore_errors=True)
    return CampaignAnswer(plan, rows, digest, None if out is None else Path(out))


def facts_of(plan: Plan) -> JsonObject:
    """What a reader of the folder needs; plain JSON."""
    told = plan.campaign.told
    return {
        "name": told.name,
        "question": told.question,
        "scenario": {"name": plan.campaign.scenario.name, "mapping": plan.campaign.scenario.mapping()},
        "days": [raid.day for raid in plan.raids],
        "kinds": list(plan.kinds),
        "threats": list(plan.threats),
        "assets": list(plan.assets),
        "notices": list(plan.notices),
    }


class _Courses:
    """Chunks of replications on threads, each with runners of its own."""

    def __init__(self, plan: Plan, store: CampaignStore, work: Work) -> None:
        from openiads.experiments.campaign_state import row_dtype

        self.plan, self.store, self.work = plan, store, work
        self.cancel = work.cancel or threading.Event()
        self.dtype = row_dtype(plan)
        self._own = threading.local()
        self._done = 0
        self._lock = threading.Lock()

    def all(self) -> Rows:
        """The rows of all replications, stored or computed; shape (replications, raids)."""
        many, raids = self.plan.campaign.told.replications, len(self.plan.raids)
        edges = [*range(0, many, CHUNK), many]
        rows: list[Rows | None] = [
            self.store.read(k, self.dtype, (last - first, raids))
            for k, (first, last) in enumerate(zip(edges, edges[1:], strict=False))
        ]
        self._counted(sum(len(each) for each in rows if each is not None) * raids)
        waiting = [k for k, each in enumerate(rows) if each is None]
        stop = threading.Event()
        with ThreadPoolExecutor(self.work.jobs or default_jobs()) as threads:
            out: dict[Future[Rows | None], int] = {
                threads.submit(self._chunk, edges[k], edges[k + 1], stop): k for k in waiting
            }
            try:
                for promise in as_completed(out):
                    found, k = promise.result(), out[promise]
                    if found is not None:
                        self.store.write(k, found)
                        rows[k] = found
                    self._counted(0)
            except BaseException:
                stop.set()
                for promise in out:
                    promise.cancel()
                raise
        if any(each is None for each in rows):
            raise self._interrupted(sum(each is not None for each in rows), len(rows))
        return np.concatenate([each for each in rows if each is not None])

    def _chunk(self, first: int, last: int, stop: threading.Event) -> Rows | None:
        from openiads.experiments.campaign_state import Days, Stage

        def goes_on() -> bool:
            return not (stop.is_set() or self.cancel.is_set())

        if not hasattr(self._own, "stages"):
            theaters = {id(raid.theater.world): raid.theater for raid in self.plan.raids}
            self._own.stages = {key: Stage(theater) for key, theater in theaters.items()}
        rows = np.zeros((last - first, len(self.plan.raids)), self.dtype)
        for replication in range(first, last):
            if not Days(self.plan, replication, self._own.stages).play(rows[replication - first], goes_on):
                return None
            with self._lock:
                self._done += len(self.plan.raids)
        return rows

    def _counted(self, more: int) -> None:
        with self._lock:
            self._done += more
            done = self._done
        if self.work.progress is not None:
            self.work.progress(done, self.plan.campaign.told.replications * len(self.plan.raids))

    def _interrupted(self, done: int, of: int) -> OpeniadsError:
        told = f"stopped with {done} of {of} chunks stored"
        if self.work.out is None:
            return Interrupted("campaign", told, "Nothing is kept without out; name a folder to be able to continue")
        return Interrupted(str(self.store.path), told, "Run the same command again with the same --out to continue")


# ------------------------------------------------------------------ what it came to


@dataclass(frozen=True)
class CampaignAnswer(Shown):
    """What a campaign came to, day by day, over all replications.

    Attributes
    ----------
    plan : Plan
    rows : ndarray, shape (replications, raids)
        What each raid came to (``campaign_state.row_dtype``).
    digest : str
        SHA-256 (hexadecimal) over what the campaign is and all rows.
    path : Path, optional
        Its folder.
    """

    plan: Plan
    rows: Rows = field(repr=False)
    digest: str
    path: Path | None = None

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self.plan.campaign.name

    @property
    def replications(self) -> int:
        """How many campaigns."""
        return len(self.rows)

    def band(self, name: str) -> list[Band]:
        """Of every day with a raid the mean of a count, its interval, and what nine of ten campaigns lie between.

        Parameters
        ----------
        name : str
            "threats", "killed", "leakers", "asset_hits", "fired", "stock", "stock.KIND", "lost", "down", "resting" or
            another count of the rows.
        """
        return day_bands(self.plan, self.rows, name)

    def run_out(self) -> list[JsonObject]:
        """Of each kind of round in which share of campaigns it ran out, with its interval, and on which day."""
        return run_out(self.plan, self.rows)

    def cost(self) -> JsonObject | None:
        """What both sides spent and lost, and the exchange ratio, with intervals; None without prices."""
        return None if self.plan.campaign.told.cost is None else cost_of(self.plan, self.rows)

    def cost_so_far(self) -> list[Band]:
        """What the rounds of all raids up to each day cost, with bands; empty without prices."""
        return [] if self.plan.campaign.told.cost is None else cost_so_far(self.plan, self.rows)

    def days(self) -> list[JsonObject]:
        """A mapping for every day with a raid: the day, and mean, low and high of each count."""
        names = ["threats", "killed", "leakers", "asset_hits", "fired", "stock"]
        names += [f"stock.{kind}" for kind in self.plan.kinds] if len(self.plan.kinds) > 1 else []
        names += ["lost", "down", "resting", "reloaded", "wasted"]
        bands = {name: self.band(name) for name in names}
        out = []
        for k, day in enumerate(self.plan.days):
            row: JsonObject = {"day": day}
            for name, band in bands.items():
                row |= {name: band[k].mean, f"{name}_low": band[k].low, f"{name}_high": band[k].high}
            out.append(row)
        return out

    def table(self) -> arrow.Table:
        """``days`` as a pyarrow Table."""
        from openiads.runs.parquet import table_of

        return table_of(self.days())

    def as_dict(self) -> JsonObject:
        """For JSON."""
        told = self.plan.campaign.told
        return plain(
            {
                "campaign": told.name,
                "question": told.question,
                "scenario": self.plan.campaign.scenario.name,
                "days": told.days,
                "raids": len(self.plan.raids),
                "replications": self.replications,
                "seed": told.seed,
                "digest": self.digest,
                "kinds": list(self.plan.kinds),
                "totals": self.totals(),
                "run_out": self.run_out(),
                "cost": self.cost(),
                "closed_forms": twins_of(self.plan, self.rows),
                "notices": list(self.plan.notices),
                "by_day": self.days(),
                "out": None if self.path is None else str(self.path),
            }
        )

    def totals(self) -> JsonObject:
        """Of whole campaigns: mean, low and high of counts, and kills and rounds in ratio."""
        found: JsonObject = {}
        for name in ("threats", "killed", "leakers", "asset_hits", "fired", "lost"):
            found[name] = day_bands(self.plan, self.rows, name, total=True)[0].as_dict()
        found["leak_rate"] = exchange_of(self.rows["leakers"].sum(1), self.rows["threats"].sum(1), share=True)
        found["rounds_per_kill"] = exchange_of(self.rows["fired"].sum((1, 2)), self.rows["killed"].sum(1))
        return found

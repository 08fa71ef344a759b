"""What closed forms need of a stored run, measured from its outcome rows and key events, class by class of threat."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openiads.textbook.raids import salvo_kill
from openiads.world.codes import Action, Event, FireRule, Gate, RoundEnd, Side, Terminal, ThreatClass

if TYPE_CHECKING:
    from openiads.catalog.records import Entry
    from openiads.runs.run import Run

#: Rules that look at the result before they fire again.
LOOKING = (FireRule.SHOOT_LOOK_SHOOT, FireRule.SHOOT_SHOOT_LOOK)

#: Sums of one replication over the hostile flights of one class.
TALLY = np.dtype(
    [
        (name, "f8")
        for name in (
            "threats",
            "killed",
            "leakers",
            "engaged",  # threats at which a round was launched
            "alive",  # of these, not killed
            "salvos",  # fired at those
            "rounds",  # launched at threats
            "ended",  # of these, ended as a kill or a miss
            "hits",  # of these, kills
            "unsupported",  # rounds that lost their support
            "looked",  # assessments of a threat that lived
            "let_go",  # of these, as killed, and no round was launched at it any more
            "looked_dead",  # assessments of a threat that was dead
            "refired",  # of these, followed by another round at it
            "detected",  # threats detected, and
            "detection_range",  # the sum of their slant ranges then, m
            "met",  # rounds that met their target, and
            "flown",  # the sums of their ground range, m,
            "flying",  # and time of flight, s
        )
    ]
)

#: Sums of one replication over all hostile flights.
CHANNELS = np.dtype(
    [
        (name, "f8")
        for name in (
            "asked",  # threats for which the post wanted a target channel
            "refused",  # of these, found none free when first asked for
            "span",  # from the first to the last such time, s
            "assigned",  # engagements of threats begun
            "engagements",  # of these, ended, and
            "held",  # the sum of the times for which they held a channel, s
            "exchange",  # from the first time a channel is asked for to the last kill or arrival, s
        )
    ]
)


@dataclass(frozen=True)
class Ingredients:
    """Of n good replications.

    Attributes
    ----------
    classes : ndarray
        Dtype TALLY, shape (n, classes), column = codes.ThreatClass.
    channels : ndarray
        Dtype CHANNELS, shape (n,).
    fired : Counter[tuple[int, int]]
        (class, launcher row) -> rounds launched in all replications together.
    """

    classes: np.ndarray
    channels: np.ndarray
    fired: Counter[tuple[int, int]]

    def total(self, name: str, of: int | None = None) -> float:
        """The sum of a field over all replications, of one class or of all."""
        column = self.classes[name]
        return float(column.sum() if of is None else column[:, of].sum())

    @property
    def engaged_classes(self) -> list[ThreatClass]:
        """The classes at which a round was launched."""
        return [c for c in ThreatClass if c and self.total("engaged", int(c)) > 0]


def ingredients(run: Run) -> Ingredients:
    """Measure a run (`runs.run.Run`); failed replications are left out."""
    kinds, sides = np.asarray(run.facts["flight_class"]), np.asarray(run.facts["flight_side"])
    hostile = sides == Side.HOSTILE
    rows = run.rows()
    good = rows[rows["status"] == 0]
    classes = np.zeros((len(good), len(ThreatClass)), TALLY)
    for c in ThreatClass:
        for name in ("threats", "killed", "leakers") if c else ():
            classes[name][:, c] = good[f"{c.name.lower()}_{name}"]
    channels = np.zeros(len(good), CHANNELS)
    fired: Counter[tuple[int, int]] = Counter()
    place = {int(replication): k for k, replication in enumerate(good["replication"])}
    for chunk in run.chunks:
        for replication, events in zip(range(chunk.first, chunk.last), run.store.events(chunk), strict=True):
            if replication in place:
                flight = events["flight"]
                mine = events[(flight >= 0) & hostile[np.maximum(flight, 0)]]
                k = place[replication]
                _shots(mine, kinds, classes[k], fired)
                _looks(mine, kinds, classes[k])
                _detections(mine, kinds, classes[k])
                channels[k] = _channels(mine)
    return Ingredients(classes, channels, fired)


def _of(events: np.ndarray, kind: Event) -> np.ndarray:
    return events[events["kind"] == kind]


def _add(tally: np.ndarray, name: str, kinds: np.ndarray, values: np.ndarray | None = None) -> None:
    """Add to a field of each class: 1, or a value, for each row of that class."""
    tally[name] += np.bincount(kinds, values, len(tally))


def _shots(events: np.ndarray, kinds: np.ndarray, tally: np.ndarray, fired: Counter[tuple[int, int]]) -> None:
    launches, ends, met = (_of(events, kind) for kind in (Event.LAUNCH, Event.ROUND_END, Event.INTERCEPT))
    ended = ends[np.isin(ends["code"], (RoundEnd.KILL, RoundEnd.MISS))]
    _add(tally, "rounds", kinds[launches["flight"]])
    _add(tally, "ended", kinds[ended["flight"]])
    _add(tally, "hits", kinds[ends["flight"][ends["code"] == RoundEnd.KILL]])
    _add(tally, "unsupported", kinds[ends["flight"][ends["code"] == RoundEnd.SUPPORT_LOST]])
    _add(tally, "met", kinds[met["flight"]])
    _add(tally, "flown", kinds[met["flight"]], met["value"][:, 3])
    _add(tally, "flying", kinds[met["flight"]], met["value"][:, 5])
    fired.update(zip(kinds[launches["flight"]].tolist(), launches["launcher"].tolist(), strict=True))
    engaged = np.unique(launches["flight"])
    terminals = _of(events, Event.TERMINAL)
    alive = np.setdiff1d(engaged, terminals["flight"][terminals["code"] == Terminal.KILLED])
    _add(tally, "engaged", kinds[engaged])
    _add(tally, "alive", kinds[alive])
    decided = _of(events, Event.DECIDE)
    decided = decided[decided["code"] == Action.FIRE]
    salvos = set()  # a salvo: the launches of one unit at one flight between two decisions to fire
    for row in launches[np.isin(launches["flight"], alive)]:
        of = (decided["flight"] == row["flight"]) & (decided["unit"] == row["unit"]) & (decided["time"] <= row["time"])
        salvos.add((int(row["flight"]), int(row["unit"]), int(of.sum())))
    _add(tally, "salvos", kinds[[flight for flight, _, _ in sorted(salvos)]].astype(int))


def _looks(events: np.ndarray, kinds: np.ndarray, tally: np.ndarray) -> None:
    """Assessments by what was true, and what they led to: a launch at the same flight after them, or none."""
    looks, launches = _of(events, Event.ASSESS), _of(events, Event.LAUNCH)
    last = np.full(len(kinds), -np.inf)
    np.maximum.at(last, launches["flight"], launches["time"])
    dead = looks["value"][:, 0] > 0.0
    again = last[looks["flight"]] > looks["time"]
    _add(tally, "looked", kinds[looks["flight"][~dead]])
    _add(tally, "let_go", kinds[looks["flight"][~dead & (looks["code"] == 1) & ~again]])
    _add(tally, "looked_dead", kinds[looks["flight"][dead]])
    _add(tally, "refired", kinds[looks["flight"][dead & again]])


def _detections(events: np.ndarray, kinds: np.ndarray, tally: np.ndarray) -> None:
    seen = _of(events, Event.DETECT)
    flights, first = np.unique(seen["flight"], return_index=True)
    _add(tally, "detected", kinds[flights])
    _add(tally, "detection_range", kinds[flights], seen["value"][first, 0])


def _channels(events: np.ndarray) -> tuple[float, ...]:
    """One row of CHANNELS."""
    asks = channel_asks(events)
    released = _of(events, Event.RELEASE)
    ends = _of(events, Event.TERMINAL)
    ends = ends[np.isin(ends["code"], (Terminal.KILLED, Terminal.HIT_ASSET, Terminal.REACHED_MISSED))]
    if not asks:
        return (0.0,) * len(CHANNELS.names or ())
    times = [time for time, _ in asks.values()]
    exchange = max(0.0, float(ends["time"].max()) - min(times)) if len(ends) else 0.0
    refused = sum(not granted for _, granted in asks.values())
    held = float(released["value"][:, 0].sum())
    assigned = float((events["kind"] == Event.ASSIGN).sum())
    return float(len(asks)), float(refused), max(times) - min(times), assigned, float(len(released)), held, exchange


def channel_asks(events: np.ndarray) -> dict[int, tuple[float, bool]]:
    """Flight -> (when a target channel was first wanted for it, whether one was had at once), from key events.

    Wanted is what is assigned, and what is not for want of a channel alone: the fire unit that came furthest met
    NO_CHANNEL.  Gates of one instant belong together.
    """
    rows = events[np.isin(events["kind"], (Event.GATE, Event.ASSIGN))]
    met: dict[int, dict[int, int]] = {}
    asks: dict[int, tuple[float, bool]] = {}
    touched: dict[int, bool] = {}  # flights of this instant: whether assigned
    now = -np.inf

    def settle() -> None:
        for flight, assigned in touched.items():
            wanted = assigned or max(met[flight].values(), default=0) == Gate.NO_CHANNEL
            if wanted and flight not in asks:
                asks[flight] = (now, assigned)
        touched.clear()

    columns = (rows[name].tolist() for name in ("time", "kind", "flight", "unit", "code"))
    for time, kind, flight, unit, code in zip(*columns, strict=True):
        if time != now:
            settle()
            now = time
        gates = met.setdefault(flight, {})
        touched[flight] = touched.get(flight, False) or kind == Event.ASSIGN
        if kind == Event.GATE:
            gates[unit] = code
    settle()
    return asks


# ------------------------------------------------------------------ what was measured beside what was given


class Measured:
    """A run with its ingredients and with what its scenario and world give.

    Parameters
    ----------
    run : Run

    Attributes
    ----------
    units, magazines, launchers : ndarray
        Rows of the world.
    parts : Ingredients
    n : int
        Good replications.
    classes : list of ThreatClass
        Those at which a round was launched.
    shooters : list of int
        Rows of the fire units that launched one.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.world, self.scenario, self.catalog = run, run.world, run.scenario, run.catalog
        self.units, self.magazines = self.world.rows["units"], self.world.rows["magazines"]
        self.launchers = self.world.rows["launchers"]
        self.parts: Ingredients = ingredients(run)
        self.n = len(self.parts.channels)
        self.classes = self.parts.engaged_classes
        fired = {launcher for _, launcher in self.parts.fired}
        self.shooters = sorted({int(self.launchers["unit"][row]) for row in fired})

    def sums(self, name: str) -> np.ndarray:
        """A field of the classes, summed over them, for each replication."""
        return np.asarray(self.parts.classes[name].sum(axis=1))

    def kill(self, of: ThreatClass) -> float:
        """Share of kills among rounds that ended at a threat of a class as a kill or a miss; 0 without any."""
        ended = self.parts.total("ended", of)
        return self.parts.total("hits", of) / ended if ended else 0.0

    def works(self) -> float:
        """Least probability that what the rounds of a salvo share works, among the fire units that shot."""
        mine = self.launchers["magazine"][np.isin(self.launchers["unit"], self.shooters)]
        return float(self.magazines["common_mode"][mine].min()) if len(mine) else 1.0

    def salvo_kill(self, kill: float, rounds: float) -> float:
        """Probability that a salvo kills, of rounds whose kill share, as measured, holds what they share already."""
        works = self.works()
        return salvo_kill(min(1.0, kill / works) if works else 0.0, rounds, works)

    def errs(self, of: ThreatClass) -> tuple[float, float]:
        """Shares of looks: at what lived, that let it go; at what was dead, after which it was fired at again."""
        total = self.parts.total
        pairs = (("let_go", "looked"), ("refired", "looked_dead"))
        found = [total(up, of) / total(down, of) if total(down, of) else 0.0 for up, down in pairs]
        return found[0], found[1]

    def weighted(self, figures: dict[ThreatClass, float]) -> float:
        """The mean of a figure of each class over the engaged threats."""
        weight = {c: self.parts.total("engaged", c) for c in self.classes}
        return sum(weight[c] * figures[c] for c in self.classes) / sum(weight.values())

    def looking(self) -> bool:
        """Whether every fire unit that shot has a built-in rule that looks before it fires again."""
        return bool(np.isin(self.units["fire_rule"][self.shooters], LOOKING).all())

    def salvo_of(self, unit: int) -> int:
        """Rounds of one salvo of a fire unit; 0 where a rule of the user's own decides."""
        rule = FireRule(int(self.units["fire_rule"][unit]))
        fixed = {FireRule.SHOOT_SHOOT_LOOK: 2, FireRule.SINGLE: 1, FireRule.USER: 0}
        return fixed.get(rule, int(self.units["salvo"][unit]))

    def rounds(self, unit: int | None = None) -> float:
        """Rounds ready at the start, of one fire unit or of all; infinite with endless magazines."""
        if self.scenario.model.magazine == "infinite":
            return math.inf
        mine = slice(None) if unit is None else self.launchers["unit"] == unit
        return float(self.launchers["loaded"][mine].sum())

    def speed(self, of: ThreatClass) -> float:
        """Mean ground speed (m/s) of the hostile flights of a class, by scenario and catalog; NaN without one."""
        found: list[tuple[int, float]] = []
        for raid in self.scenario.raids:
            if raid.side == "hostile":
                entry = self.catalog[raid.threat]
                found += _speed(of, entry, raid.count, raid.speed)
                if raid.weapon is not None:
                    found += _speed(of, self.catalog[raid.weapon], raid.count * raid.weapons, None)
        for flight in self.scenario.flights:
            if flight.side == "hostile":
                found += _speed(of, self.catalog[flight.kind], 1, flight.speed)
        flown = sum(count for count, _ in found)
        return sum(count * speed for count, speed in found) / flown if flown else math.nan


def _speed(of: ThreatClass, entry: Entry, count: int, given: float | None) -> list[tuple[int, float]]:
    if entry.text.get("class") != of.name.lower() or not count:
        return []
    return [(count, given if given is not None else entry.si("speed"))]

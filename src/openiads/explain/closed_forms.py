"""Closed-form twins beside a run: what a textbook formula says on the run's own ingredients, and why it differs.

Each twin takes its ingredients from the run (measured) or from the catalog and the scenario (given), and stands beside
the figure that the simulation gives for the same thing.  A twin that makes no sense for a run says why not.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.explain.ingredients import Measured
from openiads.physics.encounter import firing_opportunities
from openiads.statistics.intervals import mean_interval, ratio_interval
from openiads.statistics.moments import Moments
from openiads.textbook import exchanges, raids
from openiads.textbook.looks import imperfect_looks
from openiads.textbook.uncoordinated import random_leakers
from openiads.world.codes import ThreatClass

if TYPE_CHECKING:
    from openiads.runs.run import Run

MEASURED = "measured in the run"


@dataclass(frozen=True, slots=True)
class Input:
    """One ingredient of a twin; ``unit`` is empty for a count and ``share`` for a probability."""

    name: str
    value: float
    unit: str
    origin: str


@dataclass(frozen=True, slots=True)
class Twin:
    """A closed form beside the simulated figure.

    Attributes
    ----------
    name : str
        Of the figure.
    model : str
        The textbook model, in two words.
    formula : str
        In words and signs.
    why : str
    inputs : tuple of Input
    closed : float, optional
        None if the twin is not given, and ``why`` then says why not, in lower case.
    simulated, low, high : float, optional
        The run's figure and its 95 % interval; None where the run has no such figure.
    share : bool
        Whether the figures are probabilities.
    """

    name: str
    model: str
    formula: str
    why: str
    inputs: tuple[Input, ...] = ()
    closed: float | None = None
    simulated: float | None = None
    low: float | None = None
    high: float | None = None
    share: bool = False

    @property
    def given(self) -> bool:
        """Whether the closed form makes sense for the run."""
        return self.closed is not None

    def as_dict(self) -> JsonObject:
        """Plain data; what is infinite or undefined is None."""
        numbers = {key: _finite(getattr(self, key)) for key in ("closed", "simulated", "low", "high")}
        inputs = [{"name": i.name, "value": _finite(i.value), "unit": i.unit, "from": i.origin} for i in self.inputs]
        head = {
            "name": self.name,
            "model": self.model,
            "formula": self.formula,
            "given": self.given,
            "share": self.share,
        }
        return {**head, **numbers, "inputs": inputs, "why": self.why}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


#: A simulated figure and the ends of its interval; None where there is none.
Figure = tuple[float | None, float | None, float | None]


def _ratio(up: np.ndarray, down: np.ndarray, most: float = math.inf) -> Figure:
    """Sum over sum with its jackknife interval over replications; None where it is 0/0 or has no interval."""
    pairs = Counter(zip(up.astype(float).tolist(), down.astype(float).tolist(), strict=True))
    ratio, low, high = (_finite(v) for v in ratio_interval(pairs, bounds=(0.0, most)))
    return ratio, low, high


def because(closed: float, found: Figure, more: str, less: str) -> str:
    """The sentence for a simulated figure above (``more``) or below (``less``) the closed one, or for neither."""
    simulated, low, high = found
    if simulated is None:
        return "The run gives no figure beside it."
    if low is not None and closed < low:
        return more
    if high is not None and closed > high:
        return less
    return "The figure lies inside the interval: this run cannot tell the two apart."


#: Classes in words, several of them.
WORDS = {
    ThreatClass.AIRCRAFT: "aircraft",
    ThreatClass.CRUISE: "cruise missiles",
    ThreatClass.DRONE: "drones",
    ThreatClass.BALLISTIC: "ballistic missiles",
    ThreatClass.AIRLINER: "airliners",
}


def _kills(run: Measured) -> tuple[Input, ...]:
    """The kill shares as inputs."""
    return tuple(Input(f"kill share of a round, {WORDS[c]}", run.kill(c), "share", MEASURED) for c in run.classes)


def _magazine(run: Measured) -> tuple[Input, ...]:
    """The rounds ready as an input, if they are limited."""
    return (Input("rounds ready", run.rounds(), "", "scenario"),) if math.isfinite(run.rounds()) else ()


# ------------------------------------------------------------------ the twins


def _leak_of_engaged(run: Measured) -> Twin:
    head = "Leak of an engaged threat", "independent shots"
    formula = "(1 − p)^n, p the kill share of a round and n the mean rounds per engaged threat, class by class"
    if not run.classes:
        return Twin(*head, formula, "no round was launched at a threat")
    rounds = {c: run.parts.total("rounds", c) / run.parts.total("engaged", c) for c in run.classes}
    closed = run.weighted({c: 1.0 - raids.salvo_kill(run.kill(c), rounds[c]) for c in run.classes})
    found = _ratio(run.sums("alive"), run.sums("engaged"), 1.0)
    less = (
        "Crews look before they fire again, so rounds go to the threats that still live."
        if run.looking()
        else "Threats do not draw equal numbers of rounds, and those within reach for long draw more than the mean."
    )
    inputs = tuple(Input(f"rounds per engaged threat, {WORDS[c]}", rounds[c], "", MEASURED) for c in run.classes)
    why = because(closed, found, _together(run), less)
    return Twin(*head, formula, why, _kills(run) + inputs, closed, *found, True)


def _at_random(run: Measured) -> Twin:
    head = "Engaged threats that live", "random allocation"
    formula = "T (1 − p/T)^M: M rounds that each go to one of T engaged threats at random, p the kill share of a round"
    if not run.classes or not run.n:
        return Twin(*head, formula, "no round was launched at a threat")
    rounds, ended = run.parts.total("rounds") / run.n, run.parts.total("ended")
    targets = run.parts.total("engaged") / run.n
    if targets < 1.0 or not ended:
        return Twin(*head, formula, "less than one threat a raid is engaged, or no round came to its end at one")
    kill = run.parts.total("hits") / ended
    closed = random_leakers(targets, rounds, kill)
    alive = run.sums("alive")
    interval = mean_interval(Moments.of(alive.tolist()), bounds=(0.0, float(run.sums("threats").max())))
    found = float(alive.mean()), *interval
    why = because(
        closed,
        found,
        "Fire is worse placed than at random: rounds lose their support, fail together or go to threats that others "
        "kill.",
        "Fire is better placed than at random, which is what the post, its looks and its assignment are for.",
    )
    inputs = (
        Input("engaged threats", targets, "", MEASURED),
        Input("rounds at threats", rounds, "", MEASURED),
        Input("kill share of a round", kill, "share", MEASURED),
    )
    return Twin(*head, formula, why, inputs, closed, *found)


def _together(run: Measured) -> str:
    """Why more engaged threats live than independent shots would leave, with what was measured."""
    causes = []
    works = run.works()
    if works < 1.0:
        causes.append(f"rounds of a salvo fail together (all of it works with probability {works:.2g})")
    lost = run.parts.total("unsupported") / run.parts.total("rounds")
    if lost > 0.005:
        causes.append(f"{100.0 * lost:.0f} % of rounds lose their support")
    if run.parts.total("alive"):
        drawn = run.parts.total("salvos") / run.parts.total("alive")
        causes.append(f"those that live on drew {drawn:.1f} salvos, often late")
    return f"Shots are neither independent nor evenly spread: {', '.join(causes)}."


def _salvos_in_time(run: Measured, of: ThreatClass) -> Twin:
    head = f"Salvos in time, {WORDS[of]}", "closing target"
    formula = "intercepts of a head-on target at constant speeds, each launch after the last intercept's assessment"
    if of == ThreatClass.BALLISTIC:
        return Twin(*head, formula, "a ballistic missile does not close at a constant speed")
    if not run.looking():
        return Twin(*head, formula, "not every fire unit fires again after a look by a built-in rule")
    if not run.parts.total("met", of):
        return Twin(*head, formula, "no round met such a target, so the speed of rounds is not known")
    inputs = _geometry(run, of)
    if not all(math.isfinite(i.value) for i in inputs) or not inputs[-1].value > 0.0:
        return Twin(*head, formula, "the catalog lacks a speed, a time or a range", inputs)
    closed = float(len(firing_opportunities(*(i.value for i in inputs))))
    found = _ratio(run.parts.classes["salvos"][:, of], run.parts.classes["alive"][:, of], run.rounds())
    if found[0] is None:
        why = "The run gives no figure beside it: all that were engaged died, so none drew all the salvos it could."
        return Twin(*head, formula, why, inputs, closed)
    why = because(
        closed,
        found,
        "Several fire units shoot at one target side by side.",
        "The run counts those that lived on, and these were mostly seen, identified or given a channel late.",
    )
    return Twin(*head, formula, why, inputs, closed, *found)


def _geometry(run: Measured, of: ThreatClass) -> tuple[Input, ...]:
    """The arguments of ``firing_opportunities`` for the launchers that fired most at a class."""
    launcher = -max((count, -row) for (c, row), count in run.parts.fired.items() if c == of)[1]
    unit = int(run.launchers["unit"][launcher])
    kind = run.world.names.interceptors[int(run.magazines["interceptor"][run.launchers["magazine"][launcher]])]
    system = {site.name: site.system for site in run.scenario.sites}[run.world.names.units[unit].rpartition("/")[0]]
    weapon, row, total = run.catalog[kind], run.units[unit], run.parts.total
    cycle = float(row["assess_delay"] + row["crew_delay"] + (run.salvo_of(unit) - 1) * row["salvo_interval"])
    reaction = run.catalog[system].si("reaction_time")
    return (
        Input("slant range at detection", total("detection_range", of) / total("detected", of), "m", MEASURED),
        Input("target speed", run.speed(of), "m/s", "scenario or catalog"),
        Input("mean speed of a round", total("flown", of) / total("flying", of), "m/s", MEASURED),
        Input("time to the first launch", reaction, "s", f"catalog ({system}.reaction_time)"),
        Input("time from intercept to launch", cycle, "s", f"catalog ({system}, assessment, crew and salvo)"),
        Input("greatest range", weapon.si("max_range"), "m", f"catalog ({kind}.max_range)"),
        Input("least range", weapon.si("min_range"), "m", f"catalog ({kind}.min_range)"),
    )


def _rounds_of_engaged(run: Measured, salvos: dict[ThreatClass, float]) -> Twin:
    head = "Rounds per engaged threat", "shoot-look-shoot, looks that err"
    formula = (
        "k × the salvos of k rounds fired while it lives and is not let go, or is dead and not seen to be, m at most, "
        "as far as rounds go; a salvo kills with c (1 − (1 − p/c)^k), c what its rounds share"
    )
    if not run.classes:
        return Twin(*head, formula, "no round was launched at a threat")
    sizes = {run.salvo_of(unit) for unit in run.shooters}
    if not run.looking():
        return Twin(*head, formula, "not every fire unit fires again after a look by a built-in rule")
    if len(sizes) > 1:
        return Twin(*head, formula, "fire units fire salvos of different size")
    most = {c: max(1.0, salvos.get(c, math.inf)) for c in run.classes}
    works, errs = run.works(), {c: run.errs(c) for c in run.classes}
    if any((run.kill(c) == 0.0 and not errs[c][0] and c not in salvos) or errs[c][1] == 1.0 for c in run.classes):
        return Twin(*head, formula, "no round killed one class of threat, so its salvos would have no end")
    needed = {
        c: imperfect_looks(
            min(1.0, run.kill(c) / works) if works else 0.0,
            most[c],
            min(sizes),
            false_kill=errs[c][0],
            false_miss=errs[c][1],
            works=works,
        ).rounds
        for c in run.classes
    }
    engaged = run.parts.total("engaged") / run.n
    closed = min(run.weighted(needed), run.rounds() / engaged)
    found = _ratio(run.sums("rounds"), run.sums("engaged"))
    lost = run.parts.total("unsupported") / run.parts.total("rounds")
    why = because(
        closed,
        found,
        f"Salvos overlap and rounds lose their support ({100.0 * lost:.0f} %), so a threat draws more.",
        "Salvos are cut short or not fired again: magazines and launchers are empty, or the target is out of reach.",
    )
    inputs = (
        *_kills(run),
        Input("rounds of a salvo", min(sizes), "", "scenario (doctrine)"),
        Input("what a salvo shares works", works, "share", "catalog (common_mode)"),
        *(Input(f"looks that let a living one go, {WORDS[c]}", errs[c][0], "share", MEASURED) for c in run.classes),
        *(Input(f"looks that fire at a dead one, {WORDS[c]}", errs[c][1], "share", MEASURED) for c in run.classes),
        *(Input(f"salvos in time, {WORDS[c]}", m, "", "the twin of this name") for c, m in salvos.items()),
        *_magazine(run),
        Input("engaged threats", engaged, "", MEASURED),
    )
    return Twin(*head, formula, why, inputs, closed, *found)


def _refused(run: Measured) -> Twin:
    head = "No target channel free at first", "Erlang loss"
    formula = "share of Poisson arrivals that find every channel taken and are lost; load = rate × time"
    parts = run.parts.channels
    channels, many = int(run.units["target_channels"].sum()), parts["asked"] >= 2
    span = float(parts["span"][many].sum())
    if not channels or not span > 0.0 or not parts["engagements"].any():
        return Twin(*head, formula, "there is no stream of threats that ask for channels one after another")
    rate = float((parts["asked"][many] - 1.0).sum()) / span
    lost = run.scenario.model.queue == "lost"
    served = parts["asked"].sum() - (parts["refused"].sum() if lost else 0.0)
    held = float(parts["held"].sum() / parts["engagements"].sum() * parts["assigned"].sum() / served)
    closed = raids.erlang_loss(channels, rate * held)
    found = _ratio(parts["refused"], parts["asked"], 1.0)
    waits = "" if lost else "; who finds no channel waits for one instead of being lost"
    why = because(
        closed,
        found,
        f"Threats come in groups that ask together, and sectors keep units from serving them all{waits}.",
        f"Threats come more evenly than at random, in the order of the raid and of the post's decisions{waits}.",
    )
    inputs = (
        Input("threats that ask for a channel", rate, "1/s", MEASURED),
        Input("channel time of a threat, all engagements", held, "s", MEASURED),
        Input("offered load", rate * held, "", "from these"),
        Input("target channels", channels, "", "catalog and scenario"),
    )
    return Twin(*head, formula, why, inputs, closed, *found, True)


def _exchange(run: Measured) -> Twin:
    head = "Leakers of the exchange", "Hughes salvo equations"
    formula = (
        "raid − fire units × intercepts of each, at least 0; intercepts: P × the salvos that channels and rounds allow"
    )
    parts, leaked = run.parts.channels, run.sums("leakers").astype(float)
    raid = float((run.sums("killed") + leaked).mean()) if run.n else 0.0
    ended = run.parts.total("ended")
    if raid < 2.0:
        return Twin(*head, formula, "fewer than two threats press home")
    if not ended or not parts["held"].any():
        return Twin(*head, formula, "no round came to its end at a threat")
    units = range(len(run.units))
    if not all(run.salvo_of(unit) for unit in units):
        return Twin(*head, formula, "a rule of the user's own decides on salvos")
    held, lasts = float(parts["held"].sum() / parts["engagements"].sum()), float(parts["exchange"].mean())
    kill, turns = run.parts.total("hits") / ended, max(1.0, lasts / held)
    salvo = [run.salvo_kill(kill, run.salvo_of(unit)) for unit in units]
    by_channels = [float(run.units["target_channels"][u]) * turns * salvo[u] for u in units]
    by_rounds = [run.rounds(u) / run.salvo_of(u) * salvo[u] for u in units]
    stopped = sum(map(min, by_channels, by_rounds))
    defense = exchanges.Force(len(units), 0.0, stopped / len(units), 1.0)
    closed = exchanges.unstopped(exchanges.Force(raid, 1.0, 0.0, 1.0), defense)
    most = float(run.sums("threats").max())
    interval = mean_interval(Moments.of(leaked.tolist()), bounds=(0.0, most))
    found = float(leaked.mean()), *interval
    why = because(
        closed,
        found,
        "The formula lets all channels and rounds work all the time; in the run threats are hidden, out of reach or "
        "unidentified for part of it, and rounds are spent on dead ones.",
        "The formula spends every round and channel in full salvos; in the run crews look first, and save some.",
    )
    inputs = (
        Input("threats killed or through", raid, "", MEASURED),
        Input("kill share of a round", kill, "share", MEASURED),
        Input("channel time of an engagement", held, "s", MEASURED),
        Input("time of the exchange", lasts, "s", MEASURED),
        Input("fire units", len(units), "", "scenario"),
        *_magazine(run),
        Input("target channels", float(run.units["target_channels"].sum()), "", "catalog and scenario"),
        Input("intercepts that channels allow", sum(by_channels), "", "from these"),
        *((Input("intercepts that rounds allow", sum(by_rounds), "", "from these"),) if _magazine(run) else ()),
        Input("intercepts, the lesser for each fire unit", stopped, "", "from these"),
    )
    return Twin(*head, formula, why, inputs, closed, *found)


def _any_leaker(run: Measured) -> Twin:
    head = "At least one leaker", "independent threats"
    formula = "1 − product of (1 − l)^N, l the leak share and N the number of threats of each class"
    counts = {c: run.parts.total("threats", c) / run.n if run.n else 0.0 for c in ThreatClass if c}
    present = {c: count for c, count in counts.items() if count > 0.0}
    if sum(present.values()) < 2.0:
        return Twin(*head, formula, "there are no two threats whose fates could go together")
    leaks = {c: run.parts.total("leakers", c) / run.parts.total("threats", c) for c in present}
    closed = 1.0 - math.prod((1.0 - leaks[c]) ** present[c] for c in present)
    found = run.run.estimate("any_leaker")
    more = (
        "Leakers are spread over raids more evenly than chance would: what limits the defense limits it in every raid."
    )
    less = (
        "Leakers come together: what lets one through, a late track or an empty magazine, lets others through with it."
    )
    inputs = tuple(Input(f"leak share, {WORDS[c]}", leaks[c], "share", MEASURED) for c in present)
    inputs += tuple(Input(f"threats, {WORDS[c]}", present[c], "", MEASURED) for c in present)
    why = because(closed, (found.mean, found.low, found.high), more, less)
    return Twin(*head, formula, why, inputs, closed, found.mean, found.low, found.high, True)


def twins_beside(run: Run) -> list[Twin]:
    """The closed-form twins of a stored run (`runs.run.Run`); one that makes no sense for it says why not."""
    measured = Measured(run)
    time = {c: _salvos_in_time(measured, c) for c in measured.classes}
    salvos = {c: twin.closed for c, twin in time.items() if twin.closed is not None}
    return [
        _leak_of_engaged(measured),
        _at_random(measured),
        _any_leaker(measured),
        _rounds_of_engaged(measured, salvos),
        *time.values(),
        _refused(measured),
        _exchange(measured),
    ]

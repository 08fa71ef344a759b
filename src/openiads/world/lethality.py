"""Kill probability: what is known of an interceptor becomes a lethal radius for each class of threat.

The catalog quotes a kill probability of a reference engagement (``pk_catalog``).  The lethal radius is the one with
which that engagement has it in the world at hand, with the errors, lag and lift that were drawn: these move only how
the probability falls off elsewhere.  What crews count on (``pk_believed``) is the number that they were told, the same
in every world, whatever the rounds do in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.catalog.records import Entry
from openiads.physics.flyout import Guidance
from openiads.physics.lethality import (
    Miss,
    ReferenceTarget,
    lethal_radius,
    mean_kill_probability,
    miss_at,
    quiet_flight,
)
from openiads.scenario.load import Scenario
from openiads.world.codes import ThreatClass
from openiads.world.draft import Row
from openiads.world.interceptors import quiet_interceptor
from openiads.world.prebuilt import Prebuilt
from openiads.world.values import Values

CLASS_FIELDS = {c: f"pk_{c.name.lower()}" for c in ThreatClass if c}
LOW_FLYERS = (ThreatClass.CRUISE, ThreatClass.DRONE)
MOST_QUIET = 0.25  # what a round may miss by without noise where it arrives, in deviations of its miss with noise
MOST_CERTAIN = 0.999  # of the rounds that work kill at the reference engagement; all of them would at any miss


@dataclass(frozen=True)
class Capped:
    """A kill probability that a draw of knobs put too high: what was asked, and what is used."""

    field: str
    asked: float
    used: float


@dataclass(frozen=True)
class Nearer:
    """A reference engagement that a round as drawn does not reach: where it stands, and where it is put, m."""

    field: str
    asked: float
    used: float


@dataclass(frozen=True)
class Lethality:
    """How an interceptor kills, by `codes.ThreatClass`.

    Parameters
    ----------
    reliability
        Probability that a round works by itself.
    common_mode
        Probability that nothing which the rounds of a salvo share fails.
    pk_believed
        Kill probability that crews count on, (6,).
    radius
        Lethal radius, m, (6,); 0 where the kill probability is constant.
    certain
        Probability of a kill by a round that works and does not miss, (6,): below 1 where the least lethal radius
        leaves a part of the quoted probability unexplained.
    aim
        Of a round led by command, (6, 3), else 0: how far what crews count on stands up to a poor track (`_aim`).
    capped
        Kill probabilities that a draw of knobs put too high.
    nearer
        Reference engagements that lie nearer in this world, since the round as drawn does not arrive at their own.
    """

    reliability: float
    common_mode: float
    pk_believed: NDArray[np.float64]
    radius: NDArray[np.float64]
    certain: NDArray[np.float64]
    aim: NDArray[np.float64]
    capped: tuple[Capped, ...]
    nearer: tuple[Nearer, ...]

    @property
    def works(self) -> float:
        """Probability that a round works: by itself, and in what it shares with its salvo."""
        return self.reliability * self.common_mode


@dataclass(frozen=True)
class KillModel:
    """What of a scenario bears on lethality.

    Parameters
    ----------
    constant
        Kill probability by class alone, whatever the miss (a teaching switch).
    fixed
        Kill probability that replaces the catalog's, None for none.
    common_mode_scale
        Factor on the probability that what a salvo shares fails.
    """

    constant: bool
    fixed: float | None
    common_mode_scale: float

    @classmethod
    def of(cls, scenario: Scenario) -> KillModel:
        """The switches of a scenario."""
        scale = scenario.world.common_mode_scale
        constant = scenario.model.kill == "constant"
        return cls(constant, scenario.model.kill_probability, 1.0 if scale is None else scale)

    def common_mode(self, values: Values, entry: Entry) -> float:
        """Probability that nothing which the rounds of a salvo share fails, with the world's scale on it."""
        scale = values.knob("world.common_mode", self.common_mode_scale)
        return min(max(1.0 - (1.0 - values.of(entry, "common_mode")) * scale, 0.0), 1.0)

    def pk_catalog(self, values: Values, entry: Entry, field: str) -> float:
        """The kill probability of a class that the scenario or the catalog gives."""
        return values.pk(entry, field) if self.fixed is None else self.fixed

    def pk_believed(self, entry: Entry, field: str) -> float:
        """The kill probability that crews were told: the scenario's, the entry's own field, or the catalog's number."""
        return entry.si("pk_believed", entry.values[field].si) if self.fixed is None else self.fixed


def lethality_of(entry: Entry, values: Values, model: KillModel, row: Row, prebuilt: Prebuilt) -> Lethality:
    """Lethal radius per class, so that the reference engagement has the catalog's kill probability.

    Parameters
    ----------
    row
        The interceptor's row as drawn.

    Raises
    ------
    InputError
        A kill probability that exceeds how often a round works, without any draw of knobs.
    """
    reliability = values.of(entry, "reliability")
    common_mode = 1.0 if model.constant else model.common_mode(values, entry)
    works = reliability * common_mode
    pk_believed, radius, certain = np.zeros(len(ThreatClass)), np.zeros(len(ThreatClass)), np.ones(len(ThreatClass))
    aim = np.zeros((len(ThreatClass), 3))
    least = values.of(entry, "least_lethal_radius")
    capped: list[Capped] = []
    nearer: list[Nearer] = []
    for threat, field in CLASS_FIELDS.items():
        pk = model.pk_catalog(values, entry, field)
        if not model.constant:
            met, miss = reference_flight(entry, values, threat, row, prebuilt)
            said = reference_target(entry, values, threat)
            if met.range != said.range and pk > 0.0:
                nearer.append(Nearer(f"{entry.name}.{field}", said.range, met.range))
            elif met.height != said.height and pk > 0.0:
                away = (math.hypot(each.range, each.height) for each in (said, met))
                nearer.append(Nearer(f"{entry.name}.{field}", *away))
            miss = _by_noise(miss)
            asked, pk = pk, _possible(entry, field, values, model, pk, works, miss)
            if pk != asked:
                capped.append(Capped(f"{entry.name}.{field}", asked, pk))
            radius[int(threat)] = max(lethal_radius(pk, works, miss, f"{entry.name}.{field}"), least)
            if radius[int(threat)] == least:
                certain[int(threat)] = pk / max(mean_kill_probability(least, works, miss), pk, 1e-12)
            if row["guidance"] == Guidance.COMMAND and math.isfinite(miss.offset):
                told = min(model.pk_believed(entry, field), MOST_CERTAIN * works)
                aim[int(threat)] = _aim(told / works, miss.deviation, met, values.model("reference_radar_error"))
        # with a constant kill probability there is no lethal radius, and this number is also what is drawn
        pk_believed[int(threat)] = pk if model.constant else model.pk_believed(entry, field)
    return Lethality(reliability, common_mode, pk_believed, radius, certain, aim, tuple(capped), tuple(nearer))


def _aim(kills: float, deviation: float, met: ReferenceTarget, error: float) -> tuple[float, float, float]:
    """What is left of a told kill probability of a round led by command on other tracks than the reference one.

    Its told share of kills by rounds that work is L^2 / (L^2 + s^2), s^2 = K^2 (g^2 + d^2) by glint g and the radar's
    error d at the reference engagement.  Returns L^2 + s^2 and L^2 + K^2 g^2, m2, and K.
    """
    place = error * math.hypot(met.range, met.height)
    gain = deviation / math.hypot(met.glint, place)
    whole = deviation * deviation / (1.0 - kills)
    return whole, whole - (gain * place) ** 2, gain


def reference_target(entry: Entry, values: Values, threat: ThreatClass) -> ReferenceTarget:
    """What a kill probability of an interceptor against a class of threat is taken to have been said of."""
    farthest = values.of(entry, "max_range")
    reach = values.of(entry, "ballistic_max_range", farthest) if threat == ThreatClass.BALLISTIC else farthest
    away, height = 0.5 * reach, values.model("reference_height") * values.of(entry, "max_altitude")
    if threat in LOW_FLYERS:
        away, height = values.model("reference_share_low") * farthest, values.model("reference_height_low")
    name = threat.name.lower()
    glint = values.model("glint_share") * values.model(f"reference_span_{name}")
    return ReferenceTarget(away, height, values.model(f"reference_speed_{name}"), glint)


def reference_flight(
    entry: Entry, values: Values, threat: ThreatClass, row: Row, prebuilt: Prebuilt
) -> tuple[ReferenceTarget, Miss]:
    """The reference engagement of an interceptor with a class of threat in the world at hand, and the misses there.

    It is the one that the model names, where the round as drawn arrives there; otherwise the farthest one nearer by,
    in tenths, at which it does; where it arrives at none of these, the highest one below it, in tenths too.  A round
    that is drawn slow, and flies by half of its published range, was never said
    to kill four of five there; without this its lethal radius would be solved for a meeting that does not take place,
    and its kill probability would be near nothing in that world, whatever was published.

    The flight without noise is flown once for all worlds whose interceptor flies alike; what noise adds is in closed
    form, so that a world with other errors costs no flight.
    """
    target, quiet = reference_target(entry, values, threat), quiet_interceptor(row)
    error = values.model("reference_radar_error")
    least, best, best_miss, arrived = math.inf, target, Miss(0.0, math.inf), False
    for tenths in range(10, 0, -1):
        nearer = _nearer(target, 0.1 * tenths, low=threat in LOW_FLYERS) if tenths < 10 else target
        key = ("quiet flight", quiet.tobytes(), nearer.range, nearer.height, nearer.speed)
        flight = prebuilt.once(key, partial(quiet_flight, quiet, nearer))
        miss = miss_at(row, nearer, flight, error)
        off = miss.offset / miss.deviation if math.isfinite(miss.offset) else math.inf
        if off <= MOST_QUIET and (tenths == 10 or arrived):
            return nearer, miss
        arrived = off <= MOST_QUIET  # one step nearer: where it just arrives it has no turn left for what noise asks
        if off < least:
            least, best, best_miss = off, nearer, miss
    if math.isfinite(best_miss.offset) or entry.values[CLASS_FIELDS[threat]].si_high == 0.0:
        return best, best_miss
    for tenths in range(9, 0, -1):  # so steep that nearer by is no easier: a round of short reach against what is high
        lower = replace(target, height=0.1 * tenths * target.height)
        key = ("quiet flight", quiet.tobytes(), lower.range, lower.height, lower.speed)
        flight = prebuilt.once(key, partial(quiet_flight, quiet, lower))
        miss = miss_at(row, lower, flight, error)
        if math.isfinite(miss.offset) and miss.offset <= MOST_QUIET * miss.deviation:
            return lower, miss
    return best, best_miss


def _nearer(target: ReferenceTarget, part: float, low: bool) -> ReferenceTarget:
    """An engagement at a part of the range; what does not fly low is met lower too, along the same line of sight."""
    return replace(target, range=part * target.range, height=target.height * (1.0 if low else part))


def _by_noise(miss: Miss) -> Miss:
    """A miss without the offset of a round that arrives.

    What the heading at handover leaves is the geometry's and not of what was quoted; only a round that does not arrive
    at all has an offset, inf.
    """
    return Miss(miss.deviation, 0.0 if math.isfinite(miss.offset) else math.inf)


def _possible(
    entry: Entry,
    field: str,
    values: Values,
    model: KillModel,
    pk_catalog: float,
    works: float,
    miss: Miss,
) -> float:
    """A kill probability, or the most that a round can have that works so often, if it is a draw that asks more.

    A draw of knobs that are each possible can be impossible together; it is capped and told.  Numbers that
    contradict each other without any draw are refused.
    """
    written = Values(values.catalog)
    could = written.of(entry, "reliability") * model.common_mode(written, entry)
    possible = model.pk_catalog(written, entry, field) < could
    if pk_catalog > works and not possible:
        reliability, common = values.of(entry, "reliability"), model.common_mode(values, entry)
        raise InputError(
            f"{entry.name}.{field}",
            f"{pk_catalog:g} is more than reliability {reliability:g} x common mode {common:g}",
            "A round that works that often cannot kill more often.",
        )
    most = MOST_CERTAIN * works * float(np.isfinite(miss.offset))
    if not (values.knobs and possible and pk_catalog > most):
        return pk_catalog  # what cannot be in it is refused with the lethal radius
    return most

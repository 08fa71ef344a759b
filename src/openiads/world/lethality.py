"""Kill probability: what is known of an interceptor becomes a lethal radius for each class of threat.

The catalog quotes a kill probability of a reference engagement (``pk_catalog``).  The lethal radius is the one with
which that engagement has it.  What crews count on (``pk_believed``) is the number that they were told, the same
in every world, whatever the rounds do in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.catalog.records import Entry
from openiads.physics.lethality import lethal_radius, reference_misses
from openiads.scenario.load import Scenario
from openiads.world.codes import ThreatClass
from openiads.world.draft import Row
from openiads.world.prebuilt import Prebuilt
from openiads.world.values import Values

CLASS_FIELDS = {c: f"pk_{c.name.lower()}" for c in ThreatClass if c}
REFERENCE_SHOTS = 200  # in the sample of misses
MOST_CERTAIN = 0.999  # of the rounds that work kill at the reference engagement; all of them would at any miss


@dataclass(frozen=True)
class Capped:
    """A kill probability that a draw of knobs put too high: what was asked, and what is used."""

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
    capped
        Kill probabilities that a draw of knobs put too high.
    """

    reliability: float
    common_mode: float
    pk_believed: NDArray[np.float64]
    radius: NDArray[np.float64]
    capped: tuple[Capped, ...]

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


def lethality_of(entry: Entry, values: Values, model: KillModel, nominal: Row, prebuilt: Prebuilt) -> Lethality:
    """Lethal radius per class, so that the reference engagement has the catalog's kill probability.

    Parameters
    ----------
    nominal
        The interceptor's row with nominal terminal error: what the kill probability was said of.

    Raises
    ------
    InputError
        A kill probability that exceeds how often a round works, without any draw of knobs.
    """
    reliability = values.of(entry, "reliability")
    common_mode = 1.0 if model.constant else model.common_mode(values, entry)
    works = reliability * common_mode
    pk_believed, radius = np.zeros(len(ThreatClass)), np.zeros(len(ThreatClass))
    capped: list[Capped] = []
    for threat, field in CLASS_FIELDS.items():
        pk = model.pk_catalog(values, entry, field)
        if not model.constant:
            key, misses = _reference(entry, values, threat, nominal, prebuilt)
            asked, pk = pk, _possible(entry, field, values, model, pk, works, misses)
            if pk != asked:
                capped.append(Capped(f"{entry.name}.{field}", asked, pk))
            place = f"{entry.name}.{field}"
            solve = partial(lethal_radius, pk, works, misses, place)
            radius[int(threat)] = prebuilt.once(("lethal", *key, pk, works), solve)
        # with a constant kill probability there is no lethal radius, and this number is also what is drawn
        pk_believed[int(threat)] = pk if model.constant else model.pk_believed(entry, field)
    return Lethality(reliability, common_mode, pk_believed, radius, tuple(capped))


def _reference(
    entry: Entry, values: Values, threat: ThreatClass, nominal: Row, prebuilt: Prebuilt
) -> tuple[tuple[object, ...], NDArray[np.float64]]:
    """Key and misses (m) of the reference engagement of an interceptor with a class of threat."""
    farthest = values.of(entry, "max_range")
    reach = values.of(entry, "ballistic_max_range", farthest) if threat == ThreatClass.BALLISTIC else farthest
    height = values.model("reference_height") * values.of(entry, "max_altitude")
    engagement = (reach, height, values.model(f"reference_speed_{threat.name.lower()}"))
    key = ("misses", nominal.tobytes(), *engagement)
    fly = partial(reference_misses, nominal, *engagement, samples=REFERENCE_SHOTS)
    misses: NDArray[np.float64] = prebuilt.once(key, fly)
    return key, misses


def _possible(
    entry: Entry,
    field: str,
    values: Values,
    model: KillModel,
    pk_catalog: float,
    works: float,
    misses: NDArray[np.float64],
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
    most = MOST_CERTAIN * works * float(np.isfinite(misses).mean())
    if not (values.knobs and possible and pk_catalog > most > 0.0):
        return pk_catalog  # what cannot be in it is refused with the lethal radius
    return most

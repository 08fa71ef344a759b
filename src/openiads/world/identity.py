"""How likely each sign of identity is by side: of replies it follows from how they are drawn, of the rest from a table.

Hypotheses stand in the order hostile, friend, neutral.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.words import listed

if TYPE_CHECKING:
    from openiads.catalog.records import Entry
    from openiads.scenario.settings import IdentificationSettings
    from openiads.world.draft import Row
    from openiads.world.values import Values

SIDES = ("hostile", "friend", "neutral")
MOTION = ("civil_band", "low_fast_inbound", "small_slow_inbound", "ballistic_trajectory")
TABLE = ("civil_transponder", "in_corridor", "flight_plan", *MOTION)
CARRIES_IFF = (0.0, 1.0, 0.0)  # whose aircraft have a military mode that answers the post's questions
LEAST_REST = 0.01  # of the motions that are none of the named ones, where samples leave less

Floats = NDArray[np.float64]


def silence(persistent: float, lost: float, asked: int) -> float:
    """Probability that working equipment never answers.

    Parameters
    ----------
    persistent
        Share of flights whose equipment or code is wrong all along.
    lost
        Probability that one question gets no reply from equipment that is right.
    asked
        Number of questions.

    Returns
    -------
    float
        f + (1 - f) q^n.
    """
    return persistent + (1.0 - persistent) * lost**asked


def both(first: float, second: float, correlation: float) -> float:
    """Probability of two signs together.

    Parameters
    ----------
    first, second
        Probability of each.
    correlation
        Share of cases in which one cause decides both; in the others they are independent.

    Returns
    -------
    float
        rho min(p, q) + (1 - rho) p q; p^2 + rho p (1 - p) for equal ones.
    """
    return correlation * min(first, second) + (1.0 - correlation) * first * second


def joint(first: float, second: float, correlation: float) -> Floats:
    """Probabilities of two signs, indexed by whether the first and the second are seen; shape (2, 2)."""
    p = both(first, second, correlation)
    return np.array([[1.0 - first - second + p, second - p], [first - p, p]])


def replies(squawks: float, carries: float, silent: float, false: float, correlation: float) -> Floats:
    """Probabilities of a military reply and a civil code from one side.

    Parameters
    ----------
    squawks, carries
        Share of its flights with a civil transponder and with a military mode, independent of each other.
    silent
        Probability that one that works is never heard.
    false
        Probability that one that is not there appears to be heard.
    correlation
        Share of aircraft with both that have them in one box.

    Returns
    -------
    ndarray, shape (2, 2)
        Index 1 where heard: the military reply first, the civil code second.
    """
    heard = 1.0 - silent
    return np.asarray(
        carries * squawks * joint(heard, heard, correlation)
        + carries * (1.0 - squawks) * joint(heard, false, 0.0)
        + (1.0 - carries) * squawks * joint(false, heard, 0.0)
        + (1.0 - carries) * (1.0 - squawks) * joint(false, false, 0.0)
    )


def motion(shares: Floats) -> Floats:
    """Probabilities of the signs of motion, the rest last: exactly one is seen.

    Parameters
    ----------
    shares
        Of the named signs by side, shape (4, 3); where samples add up to nearly 1 or more they shrink together.
    """
    rest = np.maximum(1.0 - shares.sum(axis=0), LEAST_REST)
    full = np.vstack([shares, rest])
    return np.asarray(full / full.sum(axis=0))


def set_identification(row: Row, values: Values, fixed: IdentificationSettings) -> None:
    """Fill in a situation's priors, error rates, likelihoods and thresholds; what the scenario gives goes first.

    Likelihoods are what posts believe: they follow from the scenario's or the catalog's numbers in every parameter
    sample, while the rates at which replies come and go are those of the sample.
    """
    ident = values.catalog.identification
    _interrogation(row, values, fixed)
    _thresholds(row, values)
    shares = _shares(ident)
    silent, false = _believed_errors(ident, fixed, int(row["interrogations"]))
    together, route = ident.si("transponder_correlation"), ident.si("route_correlation")
    for h in range(len(SIDES)):
        row["replies"][:, :, h] = replies(shares["civil_transponder"][h], CARRIES_IFF[h], silent, false, together)
        row["procedure"][:, :, h] = joint(shares["in_corridor"][h], shares["flight_plan"][h], route)
    row["motion"] = motion(np.array([shares[name] for name in MOTION]))


def _believed_errors(ident: Entry, fixed: IdentificationSettings, asked: int) -> tuple[float, float]:
    """Probabilities that posts reckon with: that working equipment is never heard, and that a reply is false."""

    def told(given: float | None, name: str) -> float:
        return ident.si(name) if given is None else given

    persistent = told(fixed.iff_persistent_failure, "iff_persistent_failure")
    lost = told(fixed.iff_reply_failure, "iff_reply_failure")
    return silence(persistent, lost, asked), told(fixed.iff_false_reply, "iff_false_reply")


def _interrogation(row: Row, values: Values, fixed: IdentificationSettings) -> None:
    """Prior beliefs and the errors of interrogation."""
    ident = values.catalog.identification

    def chosen(given: float | None, name: str) -> float:
        return values.of(ident, name) if given is None else given

    row["prior"][0] = chosen(fixed.prior_hostile, "prior_hostile")
    row["prior"][1] = chosen(fixed.prior_friend, "prior_friend")
    row["prior"][2] = chosen(fixed.prior_neutral, "prior_neutral")
    row["prior"] /= row["prior"].sum()
    row["iff_persistent"] = chosen(fixed.iff_persistent_failure, "iff_persistent_failure")
    row["iff_reply"] = chosen(fixed.iff_reply_failure, "iff_reply_failure")
    row["iff_false_reply"] = chosen(fixed.iff_false_reply, "iff_false_reply")
    row["iff_together"] = values.of(ident, "transponder_correlation")
    row["interrogations"] = values.count(ident, "interrogations")


def _thresholds(row: Row, values: Values) -> None:
    """What motion is called what, how far one cause may count, and the ladder of belief."""
    ident = values.catalog.identification
    row["evidence_cap"] = values.of(ident, "log_ratio_cap")
    row["ballistic_cap"] = values.of(ident, "ballistic_ratio_cap")
    for name in ("hostile", "suspect", "friend", "neutral"):
        row[f"identity_{name}"] = values.of(ident, f"threshold_{name}")
    row["identity_assumed"] = values.of(ident, "threshold_assumed_friend")
    row["civil_speed"] = [values.of(ident, "civil_speed_low"), values.of(ident, "civil_speed_high")]
    row["civil_height"] = [values.of(ident, "civil_altitude_low"), values.of(ident, "civil_altitude_high")]
    row["low_height"], row["fast_speed"] = values.of(ident, "low_altitude_limit"), values.of(ident, "fast_speed_limit")
    row["inbound_angle"] = values.of(ident, "inbound_angle")


def _shares(ident: Entry) -> dict[str, list[float]]:
    """The table by name; InputError where it is not the one that the likelihoods are made of."""
    rows = ident.tables["evidence"]
    place = f"catalog.identification.{ident.name}.evidence"
    names = [row.text["name"] for row in rows]
    if sorted(names) != sorted(TABLE):
        odd = next((n for n in names if n not in TABLE or names.count(n) > 1), None)
        reason = f"has no row {next(n for n in TABLE if n not in names)}" if odd is None else f"a row {odd} too many"
        raise InputError(place, reason, f"Give each of these once: {listed(TABLE)}. Everything else follows from them.")
    for side in SIDES:
        total = sum(row.si(side) for row in rows if row.text["name"] in MOTION)
        if total >= 1.0:
            reason = f"the signs of motion of {side} add up to {total:g}"
            raise InputError(place, reason, "A flight shows one of them or none: let them add up to less than 1.")
    return {row.text["name"]: [row.si(side) for side in SIDES] for row in rows}

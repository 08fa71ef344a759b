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
    from openiads.scenario.load import Scenario
    from openiads.scenario.settings import IdentificationSettings
    from openiads.world.draft import Row
    from openiads.world.values import Values

SIDES = ("hostile", "friend", "neutral")
MOTION = ("civil_band", "low_fast_inbound", "small_slow_inbound", "ballistic_trajectory")
TABLE = ("civil_transponder", "in_corridor", "flight_plan", *MOTION)
ORIGINS = tuple(f"from_{side}" for side in SIDES)  # asked for only where a scenario declares origins
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


def replies(
    squawks: float,
    carries: float,
    silent: float,
    false: float,
    correlation: float,
    code: float = 0.0,
    mute: float | None = None,
) -> Floats:
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
    code
        Probability that the military mode has the wrong code of the day, which silences no civil one.
    mute
        Probability that one box is never heard in either mode; None: as ``silent``, its modes answer alike.

    Returns
    -------
    ndarray, shape (2, 2)
        Index 1 where heard: the military reply first, the civil code second.
    """
    heard = 1.0 - silent
    right = joint(heard, heard, correlation)
    if mute is not None:
        box = np.array([[mute, silent - mute], [silent - mute, 1.0 - 2.0 * silent + mute]])
        right = correlation * box + (1.0 - correlation) * joint(heard, heard, 0.0)
    return np.asarray(
        carries * squawks * ((1.0 - code) * right + code * joint(0.0, heard, 0.0))
        + carries * (1.0 - squawks) * ((1.0 - code) * joint(heard, false, 0.0) + code * joint(0.0, false, 0.0))
        + (1.0 - carries) * squawks * joint(false, heard, 0.0)
        + (1.0 - carries) * (1.0 - squawks) * joint(false, false, 0.0)
    )


def motion(shares: Floats) -> Floats:
    """Probabilities of signs of which exactly one is seen, as of motion; the rest, none of the named, last.

    Parameters
    ----------
    shares
        Of the named signs by side, shape (n, 3); where samples add up to nearly 1 or more they shrink together.
    """
    rest = np.maximum(1.0 - shares.sum(axis=0), LEAST_REST)
    full = np.vstack([shares, rest])
    return np.asarray(full / full.sum(axis=0))


def set_identification(row: Row, values: Values, scenario: Scenario) -> None:
    """Fill in a situation's priors, error rates, likelihoods and thresholds; what the scenario gives goes first.

    Likelihoods are what posts believe: they follow from the scenario's or the catalog's numbers in every parameter
    sample, while the rates at which replies come and go are those of the sample.
    """
    ident, fixed = values.catalog.identification, scenario.identification
    _interrogation(row, values, fixed)
    _thresholds(row, values)
    if fixed.least_belief is not None:
        row["identity_hostile"] = fixed.least_belief
    shares = _shares(ident, bool(scenario.origins))
    code = fixed.iff_code_failure or 0.0
    silent, false, mute = _believed_errors(ident, fixed, int(row["interrogations"]))
    together, route = ident.si("transponder_correlation"), ident.si("route_correlation")
    for h in range(len(SIDES)):
        row["replies"][:, :, h] = replies(
            shares["civil_transponder"][h], CARRIES_IFF[h], silent, false, together, code, mute
        )
        row["procedure"][:, :, h] = joint(shares["in_corridor"][h], shares["flight_plan"][h], route)
    row["motion"] = motion(np.array([shares[name] for name in MOTION]))
    row["code_failure"], row["in_turn"] = code, int(fixed.modes == "in_turn")
    row["zones"] = len(scenario.zones) + len(scenario.origins)
    if scenario.zones:
        error = fixed.notice_error
        row["notice_error"] = ident.si("notice_error") if error is None else error
    if scenario.origins:
        row["origin"] = motion(np.array([shares[name] for name in ORIGINS]))


def _believed_errors(ident: Entry, fixed: IdentificationSettings, asked: int) -> tuple[float, float, float | None]:
    """Probabilities that posts reckon with: that equipment is never heard, that a reply is false, and where modes are
    asked in turn that one box is never heard in either."""

    def told(given: float | None, name: str) -> float:
        return ident.si(name) if given is None else given

    persistent = told(fixed.iff_persistent_failure, "iff_persistent_failure")
    lost = told(fixed.iff_reply_failure, "iff_reply_failure")
    mute = silence(persistent, lost, 2 * asked) if fixed.modes == "in_turn" else None
    return silence(persistent, lost, asked), told(fixed.iff_false_reply, "iff_false_reply"), mute


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


def _shares(ident: Entry, origins: bool) -> dict[str, list[float]]:
    """The table by name; InputError where it is not the one that the likelihoods are made of.

    origins : whether the scenario declares any; else a table may lack their rows
    """
    rows = ident.tables["evidence"]
    place = f"catalog.identification.{ident.name}.evidence"
    names = [row.text["name"] for row in rows]
    wanted = (*TABLE, *ORIGINS) if origins else TABLE
    odd = next((n for n in names if n not in (*TABLE, *ORIGINS) or names.count(n) > 1), None)
    lacking = next((n for n in wanted if n not in names), None)
    if odd is not None or lacking is not None:
        reason = f"has no row {lacking}" if odd is None else f"a row {odd} too many"
        raise InputError(
            place, reason, f"Give each of these once: {listed(wanted)}. Everything else follows from them."
        )
    for side in SIDES:
        for what, named in (("motion", MOTION), ("origin", ORIGINS)):
            total = sum(row.si(side) for row in rows if row.text["name"] in named)
            if total >= 1.0:
                reason = f"the signs of {what} of {side} add up to {total:g}"
                raise InputError(place, reason, "A flight shows one of them or none: let them add up to less than 1.")
    return {row.text["name"]: [row.si(side) for side in SIDES] for row in rows}

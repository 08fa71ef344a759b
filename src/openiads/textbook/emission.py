"""Emission control and anti-radiation weapons in closed form: memory, decoys, blinking, and the game of emitting.

Every function is general inside the domain that its docstring states and raises InputError outside it.

Sources: damage functions and games [washburn2009; washburn2014]; expendables that share the risk [ball2003].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from openiads.base.errors import InputError
from openiads.textbook.domain import FINITE, count, within

# ------------------------------------------------------------------ a weapon that has lost its emitter


def memory_spread(emitting: float, growth: float, time: float) -> float:
    """Standard deviation of a miss on each of two axes after the emitter fell silent: sqrt(s0^2 + (c t)^2).

    Parameters
    ----------
    emitting : float
        Deviation s0 against an emitter that stays on, m, at least 0.
    growth : float
        Growth c of the deviation once there is nothing to home on, m/s, at least 0.
    time : float
        From shutdown to impact, s, at least 0; 0 stands for an emitter that was never shut down.

    Returns
    -------
    float
        m

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.memory_spread(emitting=3.0, growth=2.0, time=2.0)
    5.0
    """
    at_first = within("emitting", emitting, 0.0, FINITE)
    return math.hypot(at_first, within("growth", growth, 0.0, FINITE) * within("time", time, 0.0, FINITE))


def hit_within(radius: float, deviation: float) -> float:
    """Probability that a circular normal miss is at most a radius: 1 - exp(-R^2 / (2 s^2)).

    Parameters
    ----------
    radius : float
        Lethal radius R, m, at least 0; may be infinite.
    deviation : float
        Of the miss on each of two axes, m, at least 0; at 0 every miss is 0, within any radius.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.hit_within(radius=30.0, deviation=30.0), 4)
    0.3935
    """
    reach, spread = within("radius", radius, 0.0), within("deviation", deviation, 0.0, FINITE)
    if spread == 0.0:
        return 1.0
    ratio = reach / spread
    return -math.expm1(-0.5 * ratio * ratio)


def gaussian_damage(length: float, deviation: float) -> float:
    """Mean of the damage function exp(-m^2 / (2 L^2)) over a circular normal miss m: L^2 / (L^2 + s^2).

    Parameters
    ----------
    length : float
        Scale L of the damage function (Carleton's, of equal scales), m, at least 0.
    deviation : float
        Of the miss on each of two axes, m, at least 0; not 0 together with ``length``.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.gaussian_damage(length=20.0, deviation=20.0)
    0.5
    """
    scale, spread = within("length", length, 0.0, FINITE), within("deviation", deviation, 0.0, FINITE)
    greater = max(scale, spread)
    if greater == 0.0:
        raise InputError("length", "it and the deviation are both 0", "Give one of them above 0")
    scale, spread = scale / greater, spread / greater
    return scale * scale / (scale * scale + spread * spread)


# ------------------------------------------------------------------ decoys


def emitter_shares(weights: Sequence[float]) -> list[float]:
    """Share of weapons that each of several emitters draws, resolved and not told apart: its part of all weights.

    Parameters
    ----------
    weights : sequence of float
        One for each emitter, at least 0 and not all 0: how attractive it is, in any unit (power toward the weapon).

    Returns
    -------
    list of float
        In the order given; they add up to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.emitter_shares([2.0, 1.0, 1.0])
    [0.5, 0.25, 0.25]
    """
    found = [within(f"weights[{i}]", weight, 0.0, FINITE) for i, weight in enumerate(weights)]
    most = max(found, default=0.0)
    if most == 0.0:
        raise InputError("weights", "no emitter has any weight", "Give at least one number above 0")
    total = math.fsum(weight / most for weight in found)
    return [weight / most / total for weight in found]


def decoyed_kill(kill: float, decoys: int, weight: float = 1.0, salvo: int = 1) -> float:
    """Probability that a salvo kills a radar among decoys: 1 - (1 - p / (1 + n w))^k, each weapon choosing by itself.

    Parameters
    ----------
    kill : float
        Probability p that a weapon kills the radar if it chose it, 0 to 1.
    decoys : int
        Number n of decoys, at least 0.
    weight : float
        Weight w of a decoy over that of the radar, at least 0; infinity draws every weapon.
    salvo : int
        Weapons k, at least 0.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.decoyed_kill(0.8, decoys=3), 12), round(textbook.decoyed_kill(0.8, decoys=3, salvo=2), 12)
    (0.2, 0.36)
    """
    alike, many = within("weight", weight, 0.0), count("decoys", decoys)
    one = within("kill", kill, 0.0, 1.0) / (1.0 + (many * alike if many else 0.0))
    return _at_least_once(one, count("salvo", salvo))


def _at_least_once(probability: float, trials: float) -> float:
    """1 - (1 - p)^n, with the digits of small p."""
    if trials == 0.0:
        return 0.0
    return -math.expm1(trials * math.log1p(-probability)) if probability < 1.0 else 1.0


# ------------------------------------------------------------------ blinking


class Blinking(NamedTuple):
    """Probability of at least one detection by a radar that emits a share of its frames, at random or regularly."""

    random: float
    periodic: float


def blinking_detection(pd: float, frames: int, duty: float) -> Blinking:
    """Detection by a radar that emits in a share of its frames: each frame at random, or every k-th.

    At random a frame detects with f p, and n frames with 1 - (1 - f p)^n.  Regularly it emits in n f of n frames; where
    that is not whole, in the whole number below or above it, with the probabilities that make n f the mean (a phase
    that nobody knows).  Random blinking detects less than regular blinking of the same duty, both less than
    emitting all the time.

    Parameters
    ----------
    pd : float
        Probability p to detect in one frame with emission, 0 to 1.
    frames : int
        Number n, at least 0.
    duty : float
        Share f of frames with emission, 0 to 1.

    Returns
    -------
    Blinking
        Probability of at least one detection, at ``random`` and ``periodic``.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.blinking_detection(pd=0.5, frames=4, duty=0.5)
    Blinking(random=0.68359375, periodic=0.75)
    """
    one, share = within("pd", pd, 0.0, 1.0), within("duty", duty, 0.0, 1.0)
    many = count("frames", frames)
    emitted = many * share
    if abs(emitted - round(emitted)) <= 1e-9:  # a third of twelve frames is four, whatever the digits of a third
        emitted = float(round(emitted))
    whole = math.floor(emitted)
    more = emitted - whole
    regular = (1.0 - more) * _at_least_once(one, whole) + (more and more * _at_least_once(one, whole + 1))
    return Blinking(_at_least_once(share * one, many), regular)


# ------------------------------------------------------------------ to emit or not


class Game(NamedTuple):
    """Solution of a two-by-two game: value to the row player, and how often each plays its first choice.

    The probabilities are None where the game has a saddle point: both then play one choice, ``saddle`` (row, column).
    """

    value: float
    first_row: float | None
    first_column: float | None
    saddle: tuple[int, int] | None


def two_by_two_game(payoff: Sequence[Sequence[float]]) -> Game:
    """Value and best mixtures of a zero-sum game of two choices against two, saddle point first.

    Without a saddle point, of [[a, b], [c, d]]: value (a d - b c) / (a - b - c + d), first row with
    (d - c) / (a - b - c + d), first column with (d - b) / (a - b - c + d).  Where a - b - c + d is 0, or a row or a
    column dominates the other, there is a saddle point.  With rows for emitting and silence and columns for an
    anti-radiation attack and another one, a fixed policy of emission can be exploited unless there is a saddle point.

    Parameters
    ----------
    payoff : sequence of two sequences of two floats
        To the row player, finite, of any sign.

    Returns
    -------
    Game
        The ``value``, ``first_row`` and ``first_column`` (None with a saddle point), and the ``saddle`` point or None.

    Raises
    ------
    InputError
        For a table of another shape, or a number that is not finite.

    Examples
    --------
    >>> from openiads import textbook
    >>> game = textbook.two_by_two_game([[3.0, 1.0], [0.0, 2.0]])
    >>> game.value, game.first_row, game.first_column
    (1.5, 0.5, 0.25)
    >>> textbook.two_by_two_game([[2.0, 1.0], [0.0, 0.5]]).saddle
    (0, 1)
    """
    if len(payoff) != 2 or any(len(row) != 2 for row in payoff):
        raise InputError("payoff", f"{payoff} is no table of two rows and two columns", "Give [[a, b], [c, d]]")
    rows = [[within(f"payoff[{i}][{j}]", row[j], -FINITE, FINITE) for j in (0, 1)] for i, row in enumerate(payoff)]
    for i in (0, 1):
        for j in (0, 1):
            if rows[i][j] == min(rows[i]) and rows[i][j] == max(rows[0][j], rows[1][j]):
                return Game(rows[i][j], None, None, (i, j))
    (a, b), (c, d) = ([Fraction(entry) for entry in row] for row in rows)  # exact: differences may cancel
    under = a - b - c + d
    return Game(float((a * d - b * c) / under), float((d - c) / under), float((d - b) / under), None)

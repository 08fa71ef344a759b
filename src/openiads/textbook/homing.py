"""Homing in closed form: misses and commands of linear proportional navigation.

Source: [zarchan2012], chapters 2 and 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.errors import InputError


def single_lag_miss(
    flight_time: ArrayLike, lag: float, navigation: float, target_acceleration: float
) -> NDArray[np.float64]:
    """Miss (m) of linear proportional navigation with a single lag after a step of target acceleration.

    flight_time : s, from the step to the end; lag : s, > 0.  Equals n_T T^2 x^2/2 1F1(N'; 3; -x) with x = t_F/T, the
    inverse transform of s^(N'-3)/(s+1)^N'.  Source: [zarchan2012], chapter 3 (adjoint of the single-lag loop).
    """
    from scipy.special import hyp1f1

    x = np.asarray(flight_time, dtype=np.float64) / lag
    return target_acceleration * lag * lag * 0.5 * x * x * hyp1f1(navigation, 3.0, -x)


def linear_homing(
    flight_time: float,
    navigation: float,
    times: ArrayLike,
    *,
    heading_error: float = 0.0,
    speed: float = 0.0,
    target_acceleration: float = 0.0,
    augmented: bool = False,
) -> tuple[NDArray[np.float64], float]:
    """Commanded acceleration (m/s^2) at ``times`` (s) and miss (m) of linear homing without lag.

    flight_time : s; navigation : N' > 1.  heading_error : rad, of a round flying at ``speed`` (m/s);
    target_acceleration : m/s^2, constant; augmented : half N' times it is added to the command.
    Without lag or limits the miss is exactly 0.  Source: [zarchan2012], chapter 2: the solution of
    y'' = n_T - n_c, n_c = N' (y + y' t_go) / t_go^2.
    """
    if not navigation > 1.0:
        raise InputError("navigation", f"{navigation}", "a ratio above 1, or the round does not close in")
    t = np.asarray(times, dtype=np.float64)
    if np.any(t < 0.0) or np.any(t > flight_time):
        raise InputError("times", "outside the flight", f"times between 0 and {flight_time} s")
    left = 1.0 - t / flight_time
    power = navigation - 2.0
    with np.errstate(divide="ignore"):
        decay = left**power
        growth = -np.log(left) if power == 0.0 else (1.0 - decay) / power
    command = -speed * heading_error * navigation / flight_time * decay
    if augmented:
        return command + 0.5 * navigation * target_acceleration * decay, 0.0
    return command + navigation * target_acceleration * growth, 0.0


def sampled_noise_miss(
    lag: float,
    navigation: float,
    closing_speed: float,
    begins: ArrayLike,
    angle: ArrayLike,
    displacement: ArrayLike,
) -> float:
    """Deviation (m) of the miss that independent samples of noise make in the linear loop of one lag.

    Parameters
    ----------
    lag : float
        T, s.
    navigation : float
        Effective navigation ratio N.
    closing_speed : float
        V, m/s.
    begins : array_like
        Falling times to go at which samples begin, s; each holds until the next, the last to the end.
    angle, displacement : array_like
        Deviations of each sample, as an angle of the line of sight (rad) and as a displacement of the target (m).

    Returns
    -------
    float

    Notes
    -----
    With x the time to go in lags, the miss is as sensitive to a place of the target as P(x) = 1F1(N; 1; -x), the
    second derivative of `single_lag_miss` by x. A displacement held from x1 down to x0 moves it by P(x1) - P(x0), an
    angle by V T (Q(x1) - Q(x0)), Q(x) = x P(x) - x 1F1(N; 2; -x). Source: [zarchan2012], chapter 3 (adjoint of the
    single-lag loop).
    """
    from scipy.special import hyp1f1

    x = np.append(np.asarray(begins, dtype=np.float64) / lag, 0.0)
    place = hyp1f1(navigation, 1.0, -x)
    turned = x * place - x * hyp1f1(navigation, 2.0, -x)
    moved = np.concatenate(
        [
            closing_speed * lag * (turned[:-1] - turned[1:]) * np.asarray(angle),
            (place[:-1] - place[1:]) * np.asarray(displacement),
        ]
    )
    return float(np.sqrt(np.add.reduce(moved * moved)))


def white_noise_miss(navigation: float) -> tuple[float, float]:
    """Deviations of the miss under white noise of unit spectral density, for a flight of many lags.

    Returns
    -------
    tuple of float
        Of a displacement of the target, in units of T^-1/2 (m for 1 m2/Hz), and of an angle of the line of sight, in
        units of V T^1/2 (m for 1 rad2/Hz): the roots of the integrals of P'^2 and (x P')^2 over x, with P as in
        `sampled_noise_miss`. For N = 3 the latter is sqrt(9/32), for N = 4 sqrt(5/16).
    """
    from scipy.integrate import quad
    from scipy.special import hyp1f1

    def slope(x: float) -> float:
        return float(navigation * hyp1f1(navigation + 1.0, 2.0, -x))

    displaced, _ = quad(lambda x: slope(x) ** 2, 0.0, 60.0)
    turned, _ = quad(lambda x: (x * slope(x)) ** 2, 0.0, 60.0)
    return float(np.sqrt(displaced)), float(np.sqrt(turned))

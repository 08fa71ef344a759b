"""How good a picture of the air is over time: complete, unambiguous, without false tracks.

Attributes of the single integrated air picture.  At each time a track stands for the object nearest to it, if that is
near enough; several tracks may stand for one object.  An object with a track is held.  Summed over times:

    completeness   objects held / objects                      best 1
    ambiguity      tracks that stand for one / objects held    best 1, at least 1
    spuriousness   tracks that stand for none / tracks         best 0

Unlike OSPA and GOSPA in `textbook.tracking` these are no distances: each tells one fault by itself.

Source: Votruba, Nisley, Rothrock and Zombro, Single Integrated Air Picture (SIAP) Metrics Implementation (2001), in the
form for one fused picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from openiads.base.errors import UsageError
from openiads.textbook.tracking import distances

#: Positions of tracks and positions of objects at one time, a row each.
Picture = tuple[ArrayLike, ArrayLike]


class PictureQuality(NamedTuple):
    """Completeness, ambiguity and spuriousness; NaN where there is nothing to hold, nothing held, no track."""

    completeness: float
    ambiguity: float
    spuriousness: float


def picture_quality(pictures: Iterable[Picture], cutoff: float) -> PictureQuality:
    """Completeness, ambiguity and spuriousness of tracks over times.

    Parameters
    ----------
    pictures : iterable of (tracks, objects)
        Positions (m) at each time, shapes (n, d) and (m, d).
    cutoff : float
        Distance (m) up to which a track stands for the object nearest to it, above 0; of equally near ones the first.

    Returns
    -------
    PictureQuality
        0 to 1, at least 1, 0 to 1.

    Raises
    ------
    UsageError
        For a cutoff that is not above 0.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.picture_quality([([[0.0], [1.0], [9.0]], [[0.0], [5.0]])], cutoff=2.0)
    PictureQuality(completeness=0.5, ambiguity=2.0, spuriousness=0.3333333333333333)
    """
    if not cutoff > 0.0:
        raise UsageError("cutoff", f"{cutoff} is not above 0", "Give the greatest error of a track that is still one")
    objects = held = standing = tracks = 0
    for seen, there in pictures:
        apart = distances(seen, there)
        tracks += apart.shape[0]
        objects += apart.shape[1]
        if apart.size:
            nearest = apart.argmin(axis=1)[apart.min(axis=1) <= cutoff]
            held += len(np.unique(nearest))
            standing += len(nearest)
    return PictureQuality(_share(held, objects), _share(standing, held), _share(tracks - standing, tracks))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan

"""Everything that is asked about one fire unit against one target: envelope, passes, kill probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from openiads.reach.envelope import Envelope
from openiads.reach.opportunities import Pass
from openiads.reach.straight import Target
from openiads.world.build import World


@dataclass(frozen=True)
class EnvelopeAnswer:
    """Everything that the command asks about one fire unit."""

    world: World
    target: Target
    facing: float  #: rad
    cuts: Mapping[str, Envelope]  #: by arm
    side: Mapping[str, Envelope]  #: in the vertical plane of the facing, by arm
    passes: Mapping[float, Sequence[Pass]]  #: by height, m
    kill: tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None = None  #: ranges m, heights m, probability

"""What a scenario sets besides who meets whom: which models run, the ground, knobs of the world, prior beliefs.

Models as in `scenario.model`: strict and frozen, quantities as text with units in a file and SI floats here.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from openiads.base.fields import refusal
from openiads.scenario.measures import (
    Azimuth,
    Decibels,
    Distance,
    Duration,
    EarthFactor,
    FileNames,
    GroundHeight,
    Measure,
    Part,
    Position,
    Probability,
    Rate,
    Reach,
    Share,
    Weight,
)


class ModelSwitches(Part):
    """Teaching and test switches: which models run.

    With all switches at their defaults every feature that needs no opt-in is on.
    """

    limits: Literal["emergent", "published"] = "emergent"
    detection: Literal["radar", "range"] = "radar"
    kill: Literal["encounter", "constant"] = "encounter"
    assessment: Literal["imperfect", "perfect"] = "imperfect"
    magazine: Literal["finite", "infinite"] = "finite"
    arrivals: Literal["scheduled", "poisson"] = "scheduled"
    service: Literal["crew", "fixed", "exponential"] = "crew"
    queue: Literal["wait", "lost"] = "wait"
    false_alarms: bool = True
    diffraction: bool = False
    multipath: bool = False
    attenuation: bool = True
    service_time: Duration | None = Field(None, description="mean service time with service = fixed or exponential")
    arrival_rate: Rate | None = Field(None, description="mean arrivals with arrivals = poisson")
    detection_range: Reach | None = Field(
        None, description='radius with detection = "range"; default: the instrumented range'
    )
    kill_probability: Probability | None = Field(
        None, description='single-shot probability with kill = "constant"; default: the catalog'
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.service != "crew" and self.service_time is None:
            raise refusal(f'service = "{self.service}" needs service_time', 'Add service_time = "10 s".', "service")
        if self.arrivals == "poisson" and not self.arrival_rate:
            reason = 'arrivals = "poisson" needs an arrival_rate above 0'
            raise refusal(reason, 'Add arrival_rate = "0.1 1/s".', "arrivals")
        return self


class Terrain(Part):
    """The ground: a packaged grid, the user's files, or a simple shape with exact answers.

    Attributes
    ----------
    source : {'levant', 'world', 'flat', 'ridge', 'coastal_range', 'valley', 'files', 'library'}
        Left out, the packaged Levant where all sites and assets stand in it, else the packaged world.
        `library`: tiles that `openiads terrain add` has indexed, picked by place.
    origin : Position, optional
        Where a shape is placed (default: the first site).
    bearing : Azimuth, optional
        Direction from the origin to the shape.
    distance : Distance, optional
        From the origin to its crest or axis.
    height : GroundHeight, optional
        Of the crest.
    width : Distance, optional
        From crest to foot, or from floor to rim.
    length : Distance, optional
        Of a ridge's crest.
    shore : float, optional
        From the origin to the coast (negative: behind it).
    base : GroundHeight
        Ground height elsewhere, the plain's, or the valley's floor.
    files : FileNames
        Height files, and folders of them; where they overlap the first one that has data counts.
    on_missing : {'error', 'sea'}
        Where files or the library have no data: an error, or the sea.
    below_sea : {'ground', 'sea'}, optional
        What lies below the sea in files or the library (None: ground, with a warning).
    """

    source: Literal["levant", "world", "flat", "ridge", "coastal_range", "valley", "files", "library"] = "levant"
    origin: Position | None = None
    bearing: Azimuth | None = None
    distance: Distance | None = None
    height: GroundHeight | None = None
    width: Distance | None = None
    length: Distance | None = None
    shore: Annotated[float, Measure("length", -1_000_000.0, 1_000_000.0, "-2 km")] | None = None
    base: GroundHeight = 0.0
    files: FileNames = ()
    on_missing: Literal["error", "sea"] = "error"
    below_sea: Literal["ground", "sea"] | None = None

    @property
    def packaged(self) -> bool:
        """Whether the ground comes with openiads and has a coastline and borders of its own."""
        return self.source in ("levant", "world")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.below_sea is not None and self.source not in ("files", "library"):
            raise refusal("below_sea goes with files and the library", "Leave it out.", "below_sea")
        if self.source in ("ridge", "coastal_range", "valley"):
            lacking = [key for key in ("bearing", "distance", "height", "width") if getattr(self, key) is None]
            if lacking:
                raise refusal(f'source = "{self.source}" needs {", ".join(lacking)}', "Add what is missing.", "source")
        if (self.source == "files") != bool(self.files):
            key = "files" if self.files else "source"
            raise refusal('files = [...] goes with source = "files", and only with it', "Give both or neither.", key)
        return self


class WorldSettings(Part):
    """World knobs at fixed values; None leaves the nominal value and the interval of the knob list.

    Attributes
    ----------
    earth_factor : EarthFactor, optional
    crest_factor : Share, optional
    clutter_offset : Decibels, optional
    common_mode_scale : float, optional
    sea_roughness : float, optional
        Rms height of the sea's surface where two-ray propagation applies (None: 0.3 m, a slight sea).
    ducting : str
        State of the air near the surface, which bends rays more than usual in a duct: the effective earth radius is
        then greater by a factor of the catalog's `model`, for all radars and directions alike.  "drawn": each parameter
        sample has the state that its `world.ducting` falls on, by the shares of time of the catalog's `model`.
    """

    earth_factor: EarthFactor | None = None
    crest_factor: Share | None = None
    clutter_offset: Decibels | None = None
    common_mode_scale: Annotated[float, Measure("number", 0.0, 5.0, "1")] | None = None
    sea_roughness: Annotated[float, Measure("length", 0.0, 5.0, "0.3 m")] | None = None
    ducting: Literal["none", "evaporation", "surface", "drawn"] = "none"


PRIORS = ("prior_hostile", "prior_friend", "prior_neutral")


class IdentificationSettings(Part):
    """Prior beliefs and error parameters that replace the catalog's, and what the posts' policy is.

    Attributes
    ----------
    prior_hostile, prior_friend, prior_neutral : Probability, optional
        Together, with a sum of 1.
    iff_persistent_failure, iff_reply_failure, iff_false_reply : Probability, optional
    iff_code_failure : Probability, optional
        That all flights of a unit have the wrong code of the day in the military mode; None: never.
    modes : {'together', 'in_turn'}, optional
        Whether each question is asked in the military and the civil mode at once (None), or in the civil mode only
        after all those in the military one have found no answer.
    notice_error : Probability, optional
        That a hostile track lies in a block that was notified.
    threshold_hostile : Probability, optional
        Belief from which a track is hostile; or
    cost_wrong, cost_leak : Weight, optional
        Cost of shooting at a flight that is not hostile, and of sparing one that is: hostile from a belief of
        cost_wrong / (cost_wrong + cost_leak).
    """

    prior_hostile: Probability | None = None
    prior_friend: Probability | None = None
    prior_neutral: Probability | None = None
    iff_persistent_failure: Probability | None = None
    iff_reply_failure: Probability | None = None
    iff_false_reply: Probability | None = None
    iff_code_failure: Probability | None = None
    modes: Literal["together", "in_turn"] | None = None
    notice_error: Probability | None = None
    threshold_hostile: Probability | None = None
    cost_wrong: Weight | None = None
    cost_leak: Weight | None = None

    @model_validator(mode="after")
    def _one_policy(self) -> Self:
        costs = [key for key in ("cost_wrong", "cost_leak") if getattr(self, key) is not None]
        if len(costs) == 1 or (costs and self.cost_wrong == self.cost_leak == 0.0):
            reason = "cost_wrong and cost_leak go together, and one of them is above 0"
            raise refusal(reason, "Give the costs of both errors, or neither.", costs[0])
        if costs and self.threshold_hostile is not None:
            reason = "the costs of both errors are a threshold already"
            raise refusal(reason, "Give threshold_hostile, or cost_wrong and cost_leak.", "threshold_hostile")
        return self

    @property
    def least_belief(self) -> float | None:
        """Belief from which a track is hostile, as the scenario says; None where it says nothing.

        Source: [duda2001], section 2.2, the decision of least expected cost between two actions.
        """
        if self.cost_wrong is None or self.cost_leak is None:
            return self.threshold_hostile
        return self.cost_wrong / (self.cost_wrong + self.cost_leak)

    @model_validator(mode="after")
    def _priors_add_up(self) -> Self:
        given = [prior for key in PRIORS if (prior := getattr(self, key)) is not None]
        if given and (len(given) < 3 or abs(sum(given) - 1.0) > 1e-9):
            reason = f"the three priors are given together and add up to 1 (they give {sum(given):g})"
            remedy = "Give prior_hostile, prior_friend and prior_neutral with a sum of 1, or none of them."
            key = next(key for key in PRIORS if getattr(self, key) is not None)
            raise refusal(reason, remedy, key)
        return self

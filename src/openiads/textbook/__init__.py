"""Closed forms of raids and defenses, for teaching and for checking the simulation: `textbook.raids`,
`textbook.looks`, `textbook.uncoordinated`, `textbook.exchanges` and `textbook.allocation`, whose functions this package
has too, with the metrics of a track picture of `textbook.tracking` and `textbook.picture`.  The contested sky:
`textbook.jamming`, `textbook.jammed_tracks`, `textbook.emission`, `textbook.early_warning` and
`textbook.point_defense`."""

from openiads.textbook.allocation import best_allocation, greedy_allocation, surviving_value
from openiads.textbook.early_warning import (
    LookDown,
    clutter_limited_range,
    cue_search,
    cue_spread,
    signal_to_clutter,
    successive_shots,
    warning,
)
from openiads.textbook.emission import (
    blinking_detection,
    decoyed_kill,
    emitter_shares,
    gaussian_damage,
    hit_within,
    memory_spread,
    two_by_two_game,
)
from openiads.textbook.exchanges import Force, salvo_exchange, salvo_losses
from openiads.textbook.jammed_tracks import cross_range_deviation, firm_track_range, support_gap
from openiads.textbook.jamming import (
    Jammer,
    Radar,
    beam_pattern,
    echo_to_noise,
    jammed_detection,
    jamming_to_noise,
    noise_limited_range,
    self_screening_range,
    sidelobe_angle,
    stand_off_range,
)
from openiads.textbook.looks import imperfect_looks
from openiads.textbook.picture import picture_quality
from openiads.textbook.point_defense import (
    burst_hit,
    command_guided_kill,
    gun_round_hit,
    layer_behind_layer,
    leakers_law,
    stream_shots,
)
from openiads.textbook.raids import (
    erlang_loss,
    erlang_wait,
    even_allocation,
    layers_leak,
    magazine,
    raid_leakage,
    salvo_kill,
    shoot_look_shoot,
)
from openiads.textbook.tracking import gospa, ospa
from openiads.textbook.uncoordinated import random_leakers, random_leakers_law

__all__ = [
    "Force",
    "Jammer",
    "LookDown",
    "Radar",
    "beam_pattern",
    "best_allocation",
    "blinking_detection",
    "burst_hit",
    "clutter_limited_range",
    "command_guided_kill",
    "cross_range_deviation",
    "cue_search",
    "cue_spread",
    "decoyed_kill",
    "echo_to_noise",
    "emitter_shares",
    "erlang_loss",
    "erlang_wait",
    "even_allocation",
    "firm_track_range",
    "gaussian_damage",
    "gospa",
    "greedy_allocation",
    "gun_round_hit",
    "hit_within",
    "imperfect_looks",
    "jammed_detection",
    "jamming_to_noise",
    "layer_behind_layer",
    "layers_leak",
    "leakers_law",
    "magazine",
    "memory_spread",
    "noise_limited_range",
    "ospa",
    "picture_quality",
    "raid_leakage",
    "random_leakers",
    "random_leakers_law",
    "salvo_exchange",
    "salvo_kill",
    "salvo_losses",
    "self_screening_range",
    "shoot_look_shoot",
    "sidelobe_angle",
    "signal_to_clutter",
    "stand_off_range",
    "stream_shots",
    "successive_shots",
    "support_gap",
    "surviving_value",
    "two_by_two_game",
    "warning",
]

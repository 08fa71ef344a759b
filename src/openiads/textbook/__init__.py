"""Closed forms of raids and defenses, for teaching and for checking the simulation: `textbook.raids`,
`textbook.looks`, `textbook.uncoordinated`, `textbook.exchanges` and `textbook.allocation`, whose functions this package
has too, with the metrics of a track picture of `textbook.tracking` and `textbook.picture`."""

from openiads.textbook.allocation import best_allocation, greedy_allocation, surviving_value
from openiads.textbook.exchanges import Force, salvo_exchange, salvo_losses
from openiads.textbook.looks import imperfect_looks
from openiads.textbook.picture import picture_quality
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
    "best_allocation",
    "erlang_loss",
    "erlang_wait",
    "even_allocation",
    "gospa",
    "greedy_allocation",
    "imperfect_looks",
    "layers_leak",
    "magazine",
    "ospa",
    "picture_quality",
    "raid_leakage",
    "random_leakers",
    "random_leakers_law",
    "salvo_exchange",
    "salvo_kill",
    "salvo_losses",
    "shoot_look_shoot",
    "surviving_value",
]

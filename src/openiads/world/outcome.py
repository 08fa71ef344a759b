"""The outcome row: what one replication came to.  One fixed layout, so that every run's table looks alike."""

from __future__ import annotations

import numpy as np

from openiads.world.codes import Element, Resource, RoundEnd, Terminal, ThreatClass

CLASSES = [c.name.lower() for c in ThreatClass if c]
TERMINALS = [c.name.lower() for c in Terminal if c]
ROUND_ENDS = [c.name.lower() for c in RoundEnd if c]

#: Resources that can bind; ``bound_*`` counts flight-seconds during which a hostile flight waited for it.
BOUNDS = [r.name.lower() for r in Resource if r]

#: What of a site can be lost to a hit, in the order of ``codes.Element``.
LOST = [f"{e.name.lower()}s_lost" for e in Element if e]

#: What is counted of each class of hostile flight.
OF_CLASS = ["threats", "killed", "leakers", "engaged"]

#: What ``parts.outcomes.tally`` counts.  A scalar is the column of that name in ``OUTCOME``; an array is spread over
#: the columns that ``SPREAD`` names.
TALLY = np.dtype(
    [
        ("threats", "i8"),
        ("detected", "i8"),
        ("tracked", "i8"),
        ("identified", "i8"),
        ("engaged", "i8"),
        ("killed", "i8"),
        ("leakers", "i8"),
        ("platform_leakers", "i8"),
        ("asset_hits", "i8"),
        ("civil_engaged", "i8"),
        ("friend_engaged", "i8"),
        ("overkill_rounds", "i8"),
        ("first_detection_s", "f8"),
        ("first_launch_s", "f8"),
        ("waited", "f8", (len(BOUNDS),)),
        ("terminal", "i8", (len(TERMINALS),)),
        ("round_end", "i8", (len(ROUND_ENDS),)),
        ("by_class", "i8", (len(CLASSES), len(OF_CLASS))),
        ("lost", "i8", (len(LOST),)),
        ("civil", "i8", (len(TERMINALS),)),
        ("friend", "i8", (len(TERMINALS),)),
    ],
    align=True,
)

#: Array of ``TALLY`` -> the columns that its elements fill, in order.
SPREAD = {
    "waited": [f"bound_{name}" for name in BOUNDS],
    "terminal": [f"end_{name}" for name in TERMINALS],  # over all flights, hostile or not
    "round_end": [f"round_{name}" for name in ROUND_ENDS],
    "by_class": [f"{name}_{count}" for name in CLASSES for count in OF_CLASS],  # hostile flights by class
    "lost": LOST,
    "civil": [f"civil_{name}" for name in TERMINALS],  # neutral flights: `civil_killed` are those shot down
    "friend": [f"friend_{name}" for name in TERMINALS],
}

#: Columns that rows stored by openiads 0.1.0 lack; there they hold ``UNCOUNTED``.
ADDED = ["elements_lost", *SPREAD["lost"], *SPREAD["civil"], *SPREAD["friend"]]
UNCOUNTED = -1

#: Columns that are the situation's field of the same name.
OF_SITUATION = [
    "replication",
    "status",
    "status_time",
    "status_entity",
    "false_tracks",
    "swaps",
    "looks",
    "updates",
    "steps",
]

#: Digests are over the columns in this order: new ones go to the end.
OUTCOME = np.dtype(
    [
        ("replication", "i8"),
        ("status", "i8"),  # codes.Status; 0 is a good replication
        ("status_time", "f8"),  # when it failed, s
        ("status_entity", "i8"),  # row of what failed
        ("threats", "i8"),  # hostile flights at the start plus those released
        ("detected", "i8"),  # threats that some radar detected
        ("engaged", "i8"),  # threats at which a round was launched
        ("killed", "i8"),  # threats killed
        ("leakers", "i8"),  # HIT_ASSET + REACHED_MISSED
        ("any_leaker", "i8"),  # 1 if leakers > 0
        ("platform_leakers", "i8"),  # RELEASED_LEFT
        ("asset_hits", "i8"),  # hits on defended assets
        ("rounds_fired", "i8"),
        ("round_kills", "i8"),  # kills credited to rounds
        ("first_detection_s", "f8"),  # of a threat; inf for never
        ("first_launch_s", "f8"),  # inf for never
        ("civil_engaged", "i8"),  # neutral flights at which a round was launched
        ("friend_engaged", "i8"),
        ("overkill_rounds", "i8"),  # rounds whose flight was already dead or would have died by another round
        ("false_tracks", "i8"),
        ("swaps", "i8"),
        ("tracked", "i8"),  # threats with a confirmed track
        ("identified", "i8"),  # threats believed hostile at some time
        *((name, "f8") for name in SPREAD["waited"]),
        *((name, "i8") for name in SPREAD["terminal"]),
        *((name, "i8") for name in SPREAD["round_end"]),
        *((name, "i8") for name in SPREAD["by_class"]),
        ("looks", "i8"),  # work done, for the benchmarks
        ("updates", "i8"),
        ("steps", "i8"),
        ("events_key", "i8"),
        *((name, "i8") for name in ADDED),  # elements of the defense hit: all, by kind; flights of other sides by end
    ],
    align=True,
)

_SCALARS = [name for name in TALLY.names or () if name not in SPREAD]
_COLUMNS: tuple[str, ...] = OUTCOME.names or ()


def outcome_row(tally: np.void, situation: np.void, events_key: int) -> np.ndarray:
    """The outcome row of a replication.

    Parameters
    ----------
    tally : row of dtype ``TALLY``
    situation : row of ``layout.SITUATION`` at the end
    events_key : key events logged

    Returns
    -------
    One row of dtype ``OUTCOME``, every column filled by its name.
    """
    value = {name: situation[name] for name in OF_SITUATION} | {name: tally[name] for name in _SCALARS}
    for name, columns in SPREAD.items():
        value.update(zip(columns, tally[name].ravel().tolist(), strict=True))
    notional = int(situation["notional"])  # rounds of the teaching service switch
    value["any_leaker"] = int(value["leakers"] > 0)
    value["rounds_fired"] = int(situation["rounds_count"]) + notional
    value["round_kills"] = value["killed"] if notional else value["round_kill"]
    value["events_key"] = events_key
    value["elements_lost"] = int(tally["lost"].sum())
    return np.array([tuple(value[name] for name in _COLUMNS)], dtype=OUTCOME)


#: Metrics every `run --json` carries (definitions in docs/reference/metrics.md).
METRICS = [
    "threats",
    "detected",
    "engaged",
    "killed",
    "leakers",
    "any_leaker",
    "platform_leakers",
    "asset_hits",
    "elements_lost",
    "rounds_fired",
    "rounds_per_kill",
    "first_detection_s",
    "first_launch_s",
    "civil_engaged",
    "civil_killed",
    "friend_engaged",
    "friend_killed",
    "overkill_rounds",
]

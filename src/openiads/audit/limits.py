"""What a world declares about itself, against which its logs are audited."""

from __future__ import annotations

#: key of ``limits`` -> (table, column, meaning).  One value a row of the noun; None or missing: not declared.
LIMITS: dict[str, tuple[str, str, str]] = {
    "flight_side": ("flights", "side", "codes.Side"),
    "flight_class": ("flights", "class", "codes.ThreatClass"),
    "flight_aloft": ("flights", "aloft", "time in the air as planned, within the run, s"),
    "unit_target_channels": ("units", "target_channels", "targets engaged at once"),
    "unit_missile_channels": ("units", "missile_channels", "rounds that hold a missile channel at once"),
    "unit_leaves": ("units", "leaves", "1: leaves tracks to point defense"),
    "unit_self_defense": ("units", "self_defense", "above 0: may shoot at hostile tracks under hold"),
    "unit_control": ("units", "control", "codes.Control or its name in lower case"),
    "unit_assign_delay": ("units", "assign_delay", "least time from a confirmed track to its assignment, s"),
    "unit_launch_delay": ("units", "launch_delay", "least time from assignment to launch, s"),
    "unit_assess_delay": ("units", "assess_delay", "least time from intercept to assessment, s"),
    "unit_interceptor_life": ("units", "round_life", "longest time of flight, s"),
    "unit_burn_time": ("units", "burn_time", "time from launch after which no round has thrust, s"),
    "unit_round_speed": ("units", "round_speed", "greatest speed of a round, m/s"),
    "unit_round_load": ("units", "round_load", "greatest lateral acceleration of a round, m/s2"),
    "launcher_unit": ("launchers", "unit", "owning fire unit, row"),
    "launcher_rounds": ("launchers", "rounds", "rounds at the start, and of every reload"),
    "launcher_loads": ("launchers", "loads", "spare loads"),
    "launcher_reload_time": ("launchers", "reload_time", "least time from the last launch to a new load, s"),
    "launcher_channel": ("launchers", "channel", "codes.ChannelPhase of its rounds"),
    "launcher_fails_at": ("launchers", "fails_at", "s; None: never"),
    "launcher_interval": ("launchers", "interval", "least time between launches, s"),
    "radar_range_max": ("radars", "range_max", "m"),
    "radar_fails_at": ("radars", "fails_at", "s; None: never"),
    "radar_emitting": ("radars", "emitting", "1: on, 0: off"),
    "radar_range_min": ("radars", "range_min", "m"),
    "radar_boresight": ("radars", "boresight", "azimuth of the sector's middle, rad"),
    "radar_track_half": (
        "radars",
        "track_half",
        "half width of the sector in which it may detect, rad; >= pi all round",
    ),
}

#: A look is logged when its batch is handled, up to so many seconds after the look itself.
LOOK_SLACK = 3.0

#: Single values of ``limits``: duration (s), magazine_infinite, mask_open (true when diffraction or the teaching switch
#: lets radars see below the mask), teaching_service (rounds and services are notional: only the checks named in
#: ``ledger.ALWAYS`` apply), radar_position, (radars, 3) ECEF m at the start, and radar_velocity, (radars, 3) m/s, of
#: ships.
NOUNS = ("flights", "units", "launchers", "radars")

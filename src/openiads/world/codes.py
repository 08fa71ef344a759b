"""The codes that state, events and outcomes are written in.  Every set has ``NONE = 0``; numbers are never reused."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Side(IntEnum):
    """Whose a flight is in truth."""

    NONE = 0
    HOSTILE = 1
    FRIEND = 2
    NEUTRAL = 3


class ThreatClass(IntEnum):
    """What kind of flight it is in truth, and what kind a track is believed to be."""

    NONE = 0
    AIRCRAFT = 1
    CRUISE = 2
    DRONE = 3
    BALLISTIC = 4
    AIRLINER = 5


class Identity(IntEnum):
    """The ladder of belief about a track."""

    NONE = 0
    PENDING = 1
    UNKNOWN = 2
    ASSUMED_FRIEND = 3
    FRIEND = 4
    NEUTRAL = 5
    SUSPECT = 6
    HOSTILE = 7


class Evidence(IntEnum):
    """Kinds of evidence about identity; a track holds a bit each.  Rows of the catalog's likelihood table."""

    IFF_REPLY = 0
    IFF_NO_REPLY = 1
    CIVIL_TRANSPONDER = 2
    NO_CIVIL_TRANSPONDER = 3
    IN_CORRIDOR = 4
    OFF_CORRIDOR = 5
    CIVIL_BAND = 6
    OUTSIDE_BAND = 7
    FLIGHT_PLAN = 8
    NO_FLIGHT_PLAN = 9
    BALLISTIC_TRAJECTORY = 10
    LOW_FAST_INBOUND = 11
    SMALL_SLOW_INBOUND = 12
    NOTIFIED = 13  # in a block that its post knows to be notified
    NO_FIRE = 14  # in a zone where its post may not shoot; no evidence, but an order
    FREE_FIRE = 15  # and where weapons are free
    FROM_HOSTILE = 16  # first seen in an area whence the flights of a side come, or in none
    FROM_FRIEND = 17
    FROM_NEUTRAL = 18
    FROM_ELSEWHERE = 19


class Cause(IntFlag):
    """What stood behind a shot at a flight that is not hostile; a bit each, several at once as they come."""

    NONE = 0
    NO_REPLY = 1  # it carries a mode that answers, and none was heard
    NO_EQUIPMENT = 2  # it carries none that the post understands
    OFF_PLAN = 4  # the post holds its plan, and the track did not fit it
    WRONG_HEIGHT = 8  # beside no corridor, but above or below one
    MERGED_TRACK = 16  # the track was asked about while it followed another flight
    CUT_LINK = 32  # its unit fights under a lower post than the highest it is declared to have
    WEAPONS_FREE = 64  # it was not believed hostile: the control state or a zone let fire at the unknown
    NO_NOTICE = 128  # a block that it flies in was notified, and the post has not heard of it


class Control(IntEnum):
    """Weapons control state."""

    NONE = 0
    FREE = 1
    TIGHT = 2
    HOLD = 3


class Terminal(IntEnum):
    """How a flight ended; exactly one each."""

    NONE = 0
    KILLED = 1
    HIT_ASSET = 2
    REACHED_MISSED = 3
    IMPACT_UNDEFENDED = 4
    RELEASED_LEFT = 5
    TURNED_AWAY = 6
    FUEL_OUT = 7
    CRASHED = 8
    TRANSITED = 9
    AIRBORNE_AT_END = 10


class RoundEnd(IntEnum):
    """How a round ended; exactly one each."""

    NONE = 0
    KILL = 1
    MISS = 2
    TARGET_GONE = 3
    SUPPORT_LOST = 4
    SELF_DESTRUCT = 5
    AIRBORNE_AT_END = 6


class Gate(IntEnum):
    """What keeps a fire unit from shooting at a flight; ``ASKED`` has the order in which they are asked."""

    NONE = 0
    HORIZON = 1
    MASK = 2
    SECTOR = 3
    SEARCH_MODE = 4
    NOT_DETECTED = 5
    NO_FIRM_TRACK = 6
    NOT_ACQUIRED = 7
    NOT_IDENTIFIED = 8
    RULES_OF_ENGAGEMENT = 9
    OUT_OF_RANGE = 10
    OUT_OF_HEIGHT = 11
    OUT_OF_SPEED = 12
    NOT_ENOUGH_G = 13
    NO_TIME = 14
    SUPPORT_WILL_BE_LOST = 15
    NO_CHANNEL = 16
    NO_LAUNCHER_READY = 17
    NO_ROUND = 18
    PROBABILITY_FLOOR = 19
    OPERATOR_BUSY = 20
    HELD_FOR_ASSESSMENT = 21
    ENGAGED_ELSEWHERE = 22
    LINK_DOWN = 23
    UNIT_NOT_READY = 24
    NOT_THREATENING = 25
    RULE_HELD = 26
    ENGAGING = 27
    NO_RADAR = 28
    BEYOND_RADAR = 29
    TOO_EARLY = 30
    RESERVED = 31
    JAMMED = 32
    SILENT = 33
    POINT_DEFENSE = 34  # left to a point defense that is believed to take it


#: Gates from the first that is asked to the last; the further along, the nearer a unit is to a shot.
ASKED = (
    Gate.NONE,
    Gate.NO_RADAR,
    Gate.BEYOND_RADAR,
    Gate.HORIZON,
    Gate.MASK,
    Gate.SECTOR,
    Gate.SEARCH_MODE,
    Gate.JAMMED,
    Gate.NOT_DETECTED,
    Gate.NO_FIRM_TRACK,
    Gate.LINK_DOWN,
    Gate.NOT_IDENTIFIED,
    Gate.RULES_OF_ENGAGEMENT,
    Gate.NOT_THREATENING,
    Gate.SILENT,
    Gate.UNIT_NOT_READY,
    Gate.OUT_OF_RANGE,
    Gate.OUT_OF_HEIGHT,
    Gate.OUT_OF_SPEED,
    Gate.NOT_ENOUGH_G,
    Gate.NO_TIME,
    Gate.PROBABILITY_FLOOR,
    Gate.SUPPORT_WILL_BE_LOST,
    Gate.TOO_EARLY,
    Gate.OPERATOR_BUSY,
    Gate.NO_CHANNEL,
    Gate.NOT_ACQUIRED,
    Gate.RESERVED,
    Gate.NO_ROUND,
    Gate.NO_LAUNCHER_READY,
    Gate.RULE_HELD,
    Gate.HELD_FOR_ASSESSMENT,
    Gate.POINT_DEFENSE,
    Gate.ENGAGED_ELSEWHERE,
    Gate.ENGAGING,
)


class Detail(IntEnum):
    """What the number of a gate is; ``trace.GATE_DETAIL`` says which of them each gate names."""

    NONE = 0  # it carries no number
    HEIGHT = 1  # m above the sea that the flight must rise above
    ANGLE = 2  # rad off the middle of a sector
    DISTANCE = 3  # m from the radar
    SPEED = 4  # m/s
    PROBABILITY = 5
    DURATION = 6  # s to wait
    POLICY = 7  # codes.Emission


class Look(IntEnum):
    """How the last look of a radar at a flight came out."""

    NONE = 0  # it has not looked yet
    VISIBLE = 1  # in view, not detected
    JAMMED = 2  # in view, not detected because of noise jamming: without it the same look would have seen it
    DETECTED = 9
    BELOW_HORIZON = -1
    BELOW_MASK = -2
    OUT_OF_SECTOR = -3
    OUT_OF_MODE = -4  # elevations of the active mode, or those in which it can hold tracks
    OUT_OF_RANGE = -5
    TOO_SLOW = -6  # radial speed below what the radar shows
    SILENT = -7  # it does not look: its emission is switched off


class TrackState(IntEnum):
    """How far a track has come; its row is free at NONE."""

    NONE = 0
    ONE_PLOT = 1
    TENTATIVE = 2  # two plots and more: it has a velocity
    CONFIRMED = 3


class Drop(IntEnum):
    """Why a track was dropped; one let go with its engagement has NONE."""

    NONE = 0
    MISSES = 1
    MERGED = 2
    PICTURE_FULL = 3
    POST_GONE = 4


class TakenBack(IntEnum):
    """Why a track that was left to a point defense is its post's own again; NONE: it is not."""

    NONE = 0
    MISSED = 1  # its salvo has missed
    IDLE = 2  # it has not taken the track by the time by which it should have
    NO_LONGER = 3  # the post's own last chance comes


class Milestone(IntFlag):
    """What has happened to a flight at least once; a bit each."""

    NONE = 0
    DETECTED = 1
    TRACKED = 2
    IDENTIFIED = 4  # believed hostile
    ENGAGED = 8  # a round was launched at it


class Resource(IntEnum):
    """What a hostile flight in the air can wait for."""

    NONE = 0
    PICTURE = 1
    OPERATOR = 2
    CHANNEL = 3
    LAUNCHER = 4
    MAGAZINE = 5


class ServiceTime(IntEnum):
    """What occupies a target channel: a crew and its rounds, or a teaching switch."""

    NONE = 0
    CREW = 1
    FIXED = 2
    EXPONENTIAL = 3


class JammerFaces(IntEnum):
    """Where a jammer radiates: all around, or in a sector about the direction of flight or across it."""

    NONE = 0
    AROUND = 1
    AHEAD = 2
    AHEAD_AND_ASTERN = 3
    ABEAM = 4


class Evasion(IntEnum):
    """What a flight does, as declared, some seconds before a round would meet it."""

    NONE = 0
    TURN_AWAY = 1
    CONSTANT_G = 2


class Emission(IntEnum):
    """When a radar emits, as declared; NONE: always."""

    NONE = 0
    SHUTDOWN = 1  # silent for a while when a weapon is believed to come at it
    BLINK = 2  # on for a share of every period
    CUED = 3  # silent until its post holds a track near enough


class Down(IntEnum):
    """Why an element works no more."""

    NONE = 0  # it failed, or left
    HIT = 1
    NOT_READY = 2  # it was not ready when the raid came


class Element(IntEnum):
    """What of a site can be aimed at and put out of action."""

    NONE = 0
    RADAR = 1
    LAUNCHER = 2
    POST = 3


class ChannelPhase(IntEnum):
    """While a round holds one of its unit's missile channels."""

    NONE = 0
    FLIGHT = 1  # from launch to intercept
    TERMINAL = 2  # from handover to intercept
    MIDCOURSE = 3  # from launch to handover


class Assignment(IntEnum):
    """How a post gives tracks to fire units."""

    NONE = 0
    GREEDY = 1  # the most urgent track takes the unit that reaches it first
    EXCHANGE = 2  # greedy, then one exchange of two tracks' units where both together gain
    EXACT = 3  # least total cost over all waiting tracks


class Stage(IntEnum):
    """What an engagement is doing; it holds a target channel in all stages but NONE."""

    NONE = 0
    ACQUIRING = 1  # the engagement radar looks for the track
    DECIDING = 2  # own track is firm, the crew decides
    FIRING = 3  # rounds are to be launched as launchers become ready
    FLYING = 4  # rounds are in the air
    ASSESSING = 5
    SERVICE = 6  # teaching switch: the channel is held for a drawn service time


class Status(IntEnum):
    """How a replication ended; everything but OK is a failed replication."""

    OK = 0
    OVERFLOW_TRACKS = 1
    OVERFLOW_ROUNDS = 2
    OVERFLOW_PLOTS = 3
    OVERFLOW_EVENTS = 4
    OVERFLOW_ENGAGEMENTS = 5
    BAD_STATE = 6
    RULE_RAISED = 7
    RULE_BAD_ORDER = 8
    TOO_MUCH_WORK = 9


class Action(IntEnum):
    """What a fire rule orders."""

    NONE = 0
    HOLD = 1
    FIRE = 2
    BREAK_OFF = 3


class FireRule(IntEnum):
    """Built-in fire rules, and the user's."""

    NONE = 0
    SHOOT_LOOK_SHOOT = 1  # a salvo, then wait for its assessment, then again
    SALVO = 2  # one salvo and no more
    SINGLE = 3  # one round and no more
    SHOOT_SHOOT_LOOK = 4  # two rounds, then look, then two again
    USER = 9  # a rule from the user's file


class Event(IntEnum):
    """Kinds of event; ``world.trace`` says what each row's columns hold."""

    NONE = 0
    DETECT = 1
    TRACK = 2
    TRACK_DROP = 3
    IDENTIFY = 4
    ASSIGN = 5
    ACQUIRE = 6
    DECIDE = 7
    LAUNCH = 8
    INTERCEPT = 9
    ASSESS = 10
    REVOKE = 11
    RELEASE = 12
    ROUND_END = 13
    TERMINAL = 14
    DAMAGE = 15
    GATE = 16
    ELEMENT_DOWN = 17
    SLEW = 18
    SWAP = 19
    FALSE_TRACK = 20
    OVERLOAD = 21
    RELOAD = 22
    EVADE = 23
    DEVOLVE = 24
    HANDOVER = 25
    SHORTEN = 26
    EMISSION = 27
    STROBE = 28
    DECOYED = 29
    BURST = 30
    JAMMING = 31
    LOOK = 32
    TRACK_UPDATE = 33
    FLIGHT_STATE = 34
    ROUND_STATE = 35
    NOTICE = 40
    MISIDENTIFIED = 41
    LEAVE = 46

"""Whatever is wrong with a file of a user, the message has file, line and field, what is wrong and what to do.

Files of each kind are changed at each of their keys in turn; none may end in anything but a result or such a message.
"""

import copy
import re
from importlib import resources
from pathlib import Path

import pytest

from openiads.base.errors import InputError
from openiads.base.toml import parse_toml, toml_text
from openiads.catalog.load import read_catalog
from openiads.catalog.records import KINDS
from openiads.claims.statement import claim_of, packaged_claims
from openiads.experiments.design import load_study
from openiads.scenario.load import load, loads

#: Words of programs and not of whoever writes a file.
PROGRAM = re.compile(
    r"valid (tuple|integer|number|string|dict|list|boolean)|should be|\btuple\b|\bdict(ionary)?\b|NoneType|regex"
    r"|pattern|fields\.toml says|[A-Z][a-z]+Error\b|instance of|\^\\|\binput\b|<class|object at",
)
PLACE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+)(: (?P<field>.+))?$", re.DOTALL)

OWN = """
[catalog.radars.mine]
based_on = "76n6"
instrumented_range = { value = 150, unit = "km", low = 100, high = 200, status = "assumption", note = "a test" }

[[catalog.radars.mine.modes]]
name = "all"
elevation_low = { value = 0, unit = "deg", status = "assumption", exact = true, note = "a test" }
elevation_high = { value = 5, unit = "deg", status = "assumption", note = "a test" }
azimuth_width = { value = 360, unit = "deg", status = "assumption", exact = true, note = "a test" }
frame_time = { value = 6, unit = "s", source = ["calc"], status = "derived", scale = "log" }
shared = true
steered = false

[catalog.interceptors.arrow]
based_on = "48n6e2"
title = "An invented round"
cd = { mach = [0.0, 1.0, 2.0], value = [0.3, 0.5, 0.4], status = "assumption", note = "a test" }

[catalog.launchers.rack]
based_on = "5p85se"
carries = ["arrow"]

[catalog.systems.own]
based_on = "s300pmu2"
surveillance = ["mine"]
low_altitude = "mine"
engage_on_remote = true

[[catalog.systems.own.launchers]]
launcher = "rack"
interceptor = "arrow"
count = { value = 2, status = "assumption", note = "a test" }
rounds = { value = 4, status = "assumption", note = "a test" }
"""

EVERYTHING = (
    """\
format = 1
name = "everything"
question = "What is told of it?"
date = "2016-10"
duration = "600 s"

[model]
kill = "constant"
kill_probability = 0.7
false_alarms = false
service = "fixed"
service_time = "4 s"

[terrain]
source = "ridge"
origin = "34.9 N 35.9 E"
bearing = "90 deg"
distance = "30 km"
height = "800 m"
width = "5 km"

[world]
earth_factor = 1.3
sea_roughness = "0.2 m"

[identification]
prior_hostile = 0.4
prior_friend = 0.3
prior_neutral = 0.3

[[asset]]
name = "Port"
at = "34.90 N 35.87 E"
radius = "500 m"
value = 2.0

[[site]]
name = "Tartus"
system = "s300pmu2"
at = "34.92 N 35.90 E"
facing = "270 deg"
fire_units = 2
launchers = 4
rounds = 4
defends = ["Port"]
doctrine = { fire = "salvo", salvo = 2, goal = 0.8, control = "free", keep = { 48n6e2 = "cruise" }, dials = [1.0] }
low_altitude = "76n6"
mast = "24 m"
radars_off = ["76n6"]
failures = [{ element = "30n6e2/1", at = "60 s" }]
fire_unit_positions = ["34.92 N 35.90 E", "34.93 N 35.91 E"]

[[site]]
name = "Second"
system = "own"
at = "34.95 N 35.92 E"
facing = "270 deg"
defends = ["Port"]

[[command]]
name = "Sector"
post = "54k6e2"
at = "34.97 N 35.95 E"
commands = ["Tartus", "Second"]
fails_at = "500 s"

[[link]]
from = "Tartus"
delay = "1 s"
loss = 0.1
range = "80 km"

[[raid]]
name = "west"
threat = "f16"
count = 4
target = "Port"
route = ["34.9 N 34.5 E", "34.9 N 35.2 E"]
altitude = "7 km"
speed = "250 m/s"
weapon = "arm"
weapons = 2
release_range = "40 km"
evasion = "turn_away"

[[raid]]
name = "element"
threat = "f16"
count = 1
strikes = "Tartus/54k6e2"
origin = "34.9 N 34.5 E"
agl = "100 m"
time_on_target = "300 s"

[[flight]]
name = "liner"
kind = "a320"
route = ["34.0 N 34.5 E", "35.5 N 34.6 E"]
altitude = "10 km"
corridor = "G2"

[[corridor]]
name = "G2"
points = ["34.0 N 34.5 E", "35.5 N 34.6 E"]
width = "20 km"
floor = "6 km"
ceiling = "12 km"
"""
    + OWN
)

STUDY = """\
format = 1
name = "study"
question = "What matters?"
scenario = "one_on_one"
seed = 3
seeds = "common"
replications = 20
until = "leakers:0.1"
metrics = ["leakers"]
design = "grid"

[set]
"site.Guard.launchers" = 2
"knob.48n6e2.drag" = 1.1

[vary]
"site.Guard.rounds" = [1, 2]
"raid.Intruder.speed" = { from = "200 m/s", to = "300 m/s", step = "50 m/s" }
"knob.48n6e2.pk" = [0.4, 0.6]
"""


def paths(item, path=()):
    """Every key path in a mapping."""
    inner = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    for key, part in inner:
        yield (*path, key)
        yield from paths(part, (*path, key))


def changes(value):
    """What may stand in place of a value: the wrong type, an unknown value or unit, out of range; and no key at all."""
    yield "deleted", None
    for odd in (3, -7, 10**15, 2.5, -1e30, float("nan"), True, "", "no such thing", "75 furlongs", "-9999999 km"):
        yield repr(odd), odd
    for odd in ([], ["no such thing"], [3], [[1]], {}, {"odd": 1}, [{"odd": 1}]):
        yield repr(odd), odd
    if isinstance(value, str):
        yield "misspelled", value + "x"
    if isinstance(value, dict):
        yield "unknown key", {**value, "odd key": 1}
        yield "another unknown key", {**value, "odd": {"odd": 1}}
    if isinstance(value, list):
        yield "twice", value + value
        yield "first alone", value[:1]
        yield "more of another kind", [*value, 3]
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield "a thousand times", value * 1000
        yield "as text", str(value)


def changed(mapping, path, value):
    """A copy with the value at a path replaced, or its key left out."""
    out = copy.deepcopy(mapping)
    place = out
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return out


def toml_of(mapping):
    """TOML of a mapping, kinds and entries of a catalog as tables of their own, so that they have lines."""
    from openiads.base.toml import toml_value

    plain = {key: value for key, value in mapping.items() if key != "catalog"}
    text = toml_text(plain)
    own = mapping.get("catalog", {})
    if not isinstance(own, dict):
        return f"catalog = {toml_value(own)}\n" + text
    for kind, entries in own.items():
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            text += f"\n[catalog]\n{toml_value(kind)} = {toml_value(entries)}\n"
            continue
        for name, entry in entries.items():
            text += f"\n[catalog.{toml_value(kind)}.{toml_value(name)}]\n"
            text += "".join(f"{toml_value(key)} = {toml_value(value)}\n" for key, value in entry.items())
    return text


def complaints(read):
    """What is wrong with the messages about a file; empty where it reads or all of them are as they should be."""
    try:
        read()
    except InputError as error:
        return faults_of(error)
    return []


def faults_of(error):
    """What a message lacks: a place, a remedy, words of whoever writes a file."""
    found = []
    for problem in getattr(error, "problems", (error,)):
        said = str(problem)
        if PLACE.match(problem.place) is None:
            found.append(f"no place: {said}")
        if not problem.remedy:
            found.append(f"no remedy: {said}")
        if PROGRAM.search(f"{problem.reason} {problem.remedy}"):
            found.append(f"words of a program: {said}")
    return found


def walk(mapping, read, within=()):
    """Complaints of every change at every key path that begins with `within`."""
    found = []
    for path in paths(mapping):
        if path[: len(within)] != within:
            continue
        value = mapping
        for step in path:
            value = value[step]
        for name, odd in changes(value):
            text = toml_of(changed(mapping, path, odd))
            try:
                told = complaints(lambda text=text: read(text))
            except Exception as error:
                error.add_note(f"{'.'.join(map(str, path))} {name}")
                raise
            found += [f"{'.'.join(map(str, path))} {name}: {each}" for each in told]
    return found


def test_the_files_that_are_changed_are_right(tmp_path):
    """The walk begins with files that load."""
    assert loads(EVERYTHING, "f.toml").name == "everything"
    assert loads(toml_of(parse_toml(EVERYTHING, "f")), "f.toml") == loads(EVERYTHING, "f.toml")
    assert read_study(tmp_path)(STUDY).size == 12


@pytest.mark.parametrize(
    "part",
    [
        *("format", "name", "question", "date", "duration", "model", "terrain", "world", "identification", "asset"),
        *("site", "command", "link", "raid", "flight", "corridor"),
    ],
)
def test_every_fault_of_a_scenario_is_told_with_place_and_remedy(part):
    """Each key of a scenario that uses every table, deleted or with something in its place that it does not take."""
    assert walk(parse_toml(EVERYTHING, "f"), lambda text: loads(text, "f.toml"), (part,)) == []


@pytest.mark.parametrize("kind", ["", "radars", "interceptors", "launchers", "systems"])
def test_every_fault_of_an_own_entry_is_told_with_place_and_remedy(kind):
    """The same of entries of one's own in a scenario."""
    mapping = parse_toml(EVERYTHING, "f")
    if kind:
        assert walk(mapping, lambda text: loads(text, "f.toml"), ("catalog", kind)) == []
        return
    for odd in (3, [], "x", {}, {"radars": 3}, {"radars": {"mine": 3}}, {"radar": {"mine": {}}}, {"radars": {"m": {}}}):
        text = toml_of({**mapping, "catalog": odd})
        assert complaints(lambda text=text: loads(text, "f.toml")) == [], odd


def read_study(folder: Path):
    def read(text):
        file = folder / "study.toml"
        file.write_text(text, encoding="utf-8")
        return load_study(file)

    return read


def test_every_fault_of_a_study_is_told_with_place_and_remedy(tmp_path):
    """Each key of a study file, of what it sets and of what it varies."""
    assert walk(parse_toml(STUDY, "f"), read_study(tmp_path)) == []


@pytest.mark.parametrize("name", packaged_claims())
def test_every_fault_of_a_claim_is_told_with_place_and_remedy(name):
    """Each key of each packaged claim."""
    text = (resources.files("openiads.shelf") / "claims" / f"{name}.toml").read_text(encoding="utf-8")
    assert walk(parse_toml(text, "f"), lambda text: claim_of(text, "f.toml")) == []


@pytest.fixture(scope="module")
def catalog_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("entries")
    for file in (resources.files("openiads.catalog") / "entries").iterdir():
        if file.name.endswith(".toml"):
            (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", [*KINDS, "sources"])
def test_every_kind_of_fault_of_a_catalog_file_is_told_with_place_and_remedy(catalog_files, kind):
    """The first two fields of the last entry of each file: deleted, unknown, of the wrong type or out of range."""
    file = catalog_files / f"{kind}.toml"
    text = file.read_text(encoding="utf-8")
    mapping = parse_toml(text, "f")
    name = list(mapping)[-1]
    key = next(key for key, value in mapping[name].items() if isinstance(value, dict) or kind == "sources")
    head = text.rindex(f"[{name}]")
    line = text.index(f"\n{key} = ", head) + 1
    end = text.index("\n", line)
    number = '{ value = %s, unit = "%s", status = "%s", note = "a test" }'
    wrong = [
        "",
        f"{key} = 3",
        f"{key} = []",
        f"{key}x = 3\n{text[line:end]}",
        f"{key} = {number % ('1e300', '', 'read')}",
    ]
    wrong += [f"{key} = {number % ('1', 'furlong', 'assumption')}", f"{key} = {number % ('1', '', 'guessed')}"]
    try:
        for each in wrong:
            file.write_text(text[:line] + each + text[end:], encoding="utf-8")
            with pytest.raises(InputError) as caught:
                read_catalog(catalog_files)
            assert faults_of(caught.value) == []
            at = int(PLACE.match(caught.value.place)["line"])
            assert text[:head].count("\n") + 1 <= at <= text[:line].count("\n") + 2
    finally:
        file.write_text(text, encoding="utf-8")


def test_a_chain_whose_lower_end_is_nowhere_is_told():
    """A command that commands a name nobody has, with a link from it: both are told, with their lines."""
    mapping = parse_toml(EVERYTHING, "f")
    mapping["command"][0]["commands"] = ["Tartus", "Nowhere"]
    mapping["link"][0] |= {"from": "Nowhere"}
    with pytest.raises(InputError) as caught:
        loads(toml_of(mapping), "f.toml")
    (told,) = caught.value.problems
    assert re.match(r"f\.toml:\d+: command\[1\]\.commands\[2\] = \"Nowhere\"", told.place)
    assert "no site or command of that name" in told.reason


def test_a_route_of_one_place_is_told_with_its_line():
    """It was told when the flight was to be built, without a line."""
    mapping = parse_toml(EVERYTHING, "f")
    for route in (["34.9 N 34.5 E"], ["34.9 N 34.5 E", "34.9 N 34.5 E"]):
        mapping["raid"][0]["route"] = route
        with pytest.raises(InputError, match=r"^f\.toml:\d+: raid\[1\]\.route.* (Give two places|Remove one)"):
            loads(toml_of(mapping), "f.toml")
    assert load("one_on_one").raids[0].route == ()

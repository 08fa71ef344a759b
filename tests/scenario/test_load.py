"""Reading: every error at once, each with file, line, field and what to do; the scanner agrees with the TOML parser."""

import math
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError, InputErrors
from openiads.base.toml import merged, parse_toml, scan
from openiads.scenario.load import load, loads, packaged_scenarios

GOOD = """\
name = "test"
duration = "600 s"

[terrain]
source = "levant"

[[asset]]
name = "Port"
at = "34.90 N 35.87 E"
radius = "500 m"

[[site]]
name = "Tartus"
system = "s300pmu2"
at = "34.92 N 35.90 E"
facing = "270 deg"
defends = ["Port"]
doctrine = { fire = "shoot_look_shoot", salvo = 2 }

[[raid]]
name = "west"
threat = "f16"
count = 8
target = "Port"
origin = "34.9 N 34.5 E"
altitude = "7 km"
speed = "250 m/s"

[[raid]]
name = "scuds"
threat = "scud_b"
count = 2
target = "Port"
origin = "33.0 N 34.7 E"
"""

LINES = GOOD.split("\n")


def errors(text, **keywords):
    with pytest.raises(InputError) as caught:
        loads(text, "f.toml", **keywords)
    return str(caught.value).split("\n")


def line_of(start):
    return next(number + 1 for number, line in enumerate(LINES) if line.startswith(start))


def test_the_good_text_loads():
    assert loads(GOOD).sites[0].name == "Tartus"


def test_an_unknown_system_is_named_with_line_and_nearest():
    found = errors(GOOD.replace("s300pmu2", "s300pmu3"))
    expected = f'f.toml:{line_of("system")}: site[1].system = "s300pmu3": not in the catalog. Nearest: "s300pmu2". '
    assert found == [expected + "List them: openiads catalog list"]


CASES = {
    "unknown threat": (
        'threat = "f16"',
        'threat = "f17"',
        'raid[1].threat = "f17": not in the catalog. Nearest: "f16"',
    ),
    "a radar as a threat": ('threat = "f16"', 'threat = "64n6e2"', "is one of the radars, not of the threats"),
    "latitude 91": ('at = "34.92 N 35.90 E"', 'at = "91 N 35.90 E"', "latitude is beyond 90 degrees"),
    "speed without a unit": ('speed = "250 m/s"', "speed = 250", "raid[1].speed = 250: 250 has no unit"),
    "speed in quotes without a unit": ('speed = "250 m/s"', 'speed = "250"', "has no unit"),
    "speed in kilograms": ('speed = "250 m/s"', 'speed = "250 kg"', 'unknown unit "kg" for a speed'),
    "speed out of range": ('speed = "250 m/s"', 'speed = "9000 m/s"', "out of range. Allowed: 5 m/s to 3000 m/s"),
    "radius 0": ('radius = "500 m"', 'radius = "0 m"', "out of range. Allowed: "),
    "nan": ('speed = "250 m/s"', "speed = nan", "raid[1].speed"),
    "unknown key": (
        'facing = "270 deg"',
        'facing = "270 deg"\nfacting = 3',
        'site[1].facting: unknown key. Nearest: "facing"',
    ),
    "unknown key inside": ("salvo = 2", "salvos = 2", 'site[1].doctrine.salvos: unknown key. Nearest: "salvo"'),
    "unknown choice": ('source = "levant"', 'source = "levante"', 'Nearest: "levant"'),
    "wrong type": (
        "count = 8",
        'count = "8"',
        'raid[1].count = "8": is not a whole number. Write a whole number without quotes: count = 1.',
    ),
    "a truth for a count": ("count = 8", "count = true", "raid[1].count = true"),
    "negative count": ("count = 8", "count = -1", "raid[1].count = -1: out of range. Allowed: 0 to 10000."),
    "dangling asset": (
        'defends = ["Port"]',
        'defends = ["Prot"]',
        'site[1].defends[1] = "Prot": no asset of that name. Nearest: "Port"',
    ),
    "dangling target": ('count = 8\ntarget = "Port"', 'count = 8\ntarget = "Fort"', "no asset of that name"),
    "target and aim": ("count = 8", 'count = 8\naim = "34 N 35 E"', "Give one of target, aim and strikes."),
    "a site in the sea": ('at = "34.92 N 35.90 E"', 'at = "34.92 N 35.40 E"', "in the sea. Move the site onto land."),
    "a site off the map": ('at = "34.92 N 35.90 E"', 'at = "10 N 10 E"', "outside the packaged Levant terrain"),
    "a ballistic missile too far": ('origin = "33.0 N 34.7 E"', 'origin = "30.0 N 34.7 E"', "Allowed: 50 km to 300 km"),
    "a ballistic missile too near": (
        'origin = "33.0 N 34.7 E"',
        'origin = "34.8 N 35.8 E"',
        "Allowed: 50 km to 300 km",
    ),
    "a ballistic missile with a speed": (
        'threat = "scud_b"',
        'threat = "scud_b"\nspeed = "900 m/s"',
        "flies its own path",
    ),
    "too many launchers": ('facing = "270 deg"', 'facing = "270 deg"\nlaunchers = 13', "Allowed: 0 to 12"),
    "too many rounds": ('facing = "270 deg"', 'facing = "270 deg"\nrounds = 5', "Allowed: 0 to 4"),
    "unknown low-altitude radar": (
        'facing = "270 deg"',
        'facing = "270 deg"\nlow_altitude = "96l6"',
        'Nearest: "96l6e"',
    ),
    "a radar it does not have": (
        'facing = "270 deg"',
        'facing = "270 deg"\nradars_off = ["96l6e"]',
        "no radar of this site",
    ),
    "unknown element": (
        'facing = "270 deg"',
        'facing = "270 deg"\nfailures = [{ element = "30n6e2/2" }]',
        "no element of this site",
    ),
    "unknown doctrine": ('fire = "shoot_look_shoot"', 'fire = "shoot_then_look"', "site[1].doctrine.fire"),
    "parametric terrain without a shape": (
        'source = "levant"',
        'source = "ridge"',
        "needs bearing, distance, height, width",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), CASES.values(), ids=CASES.keys())
def test_a_fault_is_reported_at_its_line_with_what_to_do(old, new, message):
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    (found,) = errors(text)
    assert message in found
    if not any(words in message for words in ("terrain", "give one of", "give either", "needs")):
        place = int(found.split(":")[1])
        changed = [n + 1 for n, line in enumerate(text.split("\n")) if n >= len(LINES) or line != LINES[n]]
        assert place in changed


def test_all_faults_come_at_once_and_in_file_order():
    text = (
        GOOD.replace("s300pmu2", "s300")
        .replace('"250 m/s"', "250")
        .replace('"500 m"', '"-5 m"')
        .replace('"600 s"', '"600"')
    )
    found = errors(text)
    assert len(found) == 4
    numbers = [int(line.split(":")[1]) for line in found]
    assert numbers == sorted(numbers)


def test_at_most_fifty_faults_are_printed_and_the_rest_counted():
    raid = '[[raid]]\nname = "r{}"\nthreat = "nothing"\ncount = 1\ntarget = "Port"\norigin = "34 N 34 E"\n'
    found = errors(GOOD + "".join(raid.format(i) for i in range(60)))
    assert len(found) == 51
    assert found[-1] == "... and 10 more"


def test_a_name_used_twice_shows_both_lines():
    (found,) = errors(GOOD.replace('name = "scuds"', 'name = "west"'))
    first, second = line_of('name = "west'), line_of('name = "scuds')
    expected = f'f.toml:{second}: raid[2].name = "west": the name is already used in line {first}. '
    assert found == expected + "Give each raid its own name."


def test_a_missing_field_is_named():
    (found,) = errors(GOOD.replace('duration = "600 s"\n', ""))
    assert found == "f.toml:1: duration is missing. Add duration = ..."
    (found,) = errors(GOOD.replace('system = "s300pmu2"\n', ""))
    assert found == f"f.toml:{line_of('[[site]]')}: site[1]: system is missing. Add system = ..."


def test_a_site_in_the_sea_is_fine_where_no_coast_is_known():
    text = GOOD.replace('at = "34.92 N 35.90 E"', 'at = "34.92 N 35.40 E"').replace('"levant"', '"flat"')
    assert loads(text).terrain.source == "flat"


def test_a_rule_file_that_is_not_there_is_reported(tmp_path):
    text = GOOD.replace('"shoot_look_shoot"', '"rules.py:mine"')
    (found,) = errors(text, folder=tmp_path)
    assert "no file rules.py beside the scenario" in found
    (tmp_path / "rules.py").write_text("")
    assert loads(text, folder=tmp_path).sites[0].doctrine.rule_name == "mine"


def test_an_own_entry_with_a_range_of_zero_is_reported():
    far = '{ value = 0, unit = "km", status = "assumption", note = "a range of nothing" }'
    text = GOOD + f'\n[catalog.radars.mine]\nbased_on = "76n6"\ninstrumented_range = {far}\n'
    (found,) = errors(text)
    assert "catalog.radars.mine.instrumented_range: value = 0 km is out of range. Allowed: 100 m to 5000 km." in found
    assert found.startswith(f"f.toml:{text[: text.index('instrumented_range')].count(chr(10)) + 1}:")


def test_a_fault_of_an_own_entry_is_told_once_and_hides_no_other():
    text = GOOD.replace('system = "s300pmu2"', 'system = "mine"').replace('threat = "f16"', 'threat = "f17"')
    text += '\n[catalog.systems.mine]\nbased_on = "s300pmu2"\nnothing = 1\n'
    found = errors(text)
    assert sum("catalog.systems.mine.nothing: unknown key" in line for line in found) == 1
    assert sum('"f17": not in the catalog' in line for line in found) == text.count('"f17"') > 0
    assert not any('"mine": not in the catalog' in line for line in found)


def test_an_own_system_whose_launchers_no_radar_guides_is_reported():
    text = GOOD + '\n[catalog.systems.blind]\ntitle = "blind"\npost = "54k6e2"\nsurveillance = []\n'
    (found,) = errors(text)
    assert "launchers without a guidance radar" in found


SHIP = GOOD.replace('system = "s300pmu2"', 'system = "s300f"')


def test_a_ship_lies_at_sea_or_in_port():
    for place in ("34.92 N 35.40 E", "34.92 N 35.86 E"):
        assert loads(SHIP.replace('at = "34.92 N 35.90 E"', f'at = "{place}"')).sites[0].system == "s300f"


def test_a_ship_on_land_is_reported():
    (found,) = errors(SHIP.replace('at = "34.92 N 35.90 E"', 'at = "34.80 N 36.60 E"'))
    assert found.endswith("a ship on land. Move the site to sea.")


def test_launchers_of_a_mixed_fire_unit_are_named_by_kind_and_numbered_through():
    mixed = GOOD.replace('system = "s300pmu2"', 'system = "patriot_pac3"')
    row = 'defends = ["Port"]\nfailures = [{ element = "m901/1/4", at = "60 s" }]'
    assert loads(mixed.replace('defends = ["Port"]', row)).sites[0].failures[0].element == "m901/1/4"
    (found,) = errors(mixed.replace('defends = ["Port"]', row.replace("m901/1/4", "m901/1/1")))
    assert "no element of this site of that name" in found


# ------------------------------------------------------------------ text


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('name = "a"\nduration = 600 s\n', 2, "not TOML"),
        ('name = "a"\nname = "b"\n', 2, "already given in line 1"),
        ('[terrain]\nsource = "flat"\n\n[terrain]\n', 4, "already given in line 1"),
        ('name = "a\n', 1, "not TOML"),
        ('name = "a"\nx = [1,\n2\n', 3, "not TOML"),
        ('name = "a"\n\nx = "\x07"\n', 3, "U+0007"),
        ('name = "a"\nx = "\u202e"\n', 2, "U+202E"),
        ("x = " + "[" * 60 + "]" * 60, 1, "nested deeper"),
        ("y = 1\nx = 1" + "0" * 5000, 2, "beyond 64 bits"),
        ("y = 1\nx = 9223372036854775808", 2, "beyond 64 bits"),
        ("y = 1\nx = 0x" + "f" * 5000, 2, "beyond 64 bits"),
        ("y = 1\nx = [\n" + "1," * 1001 + "\n]", 2, "1,001 items in one list, more than 1,000"),
        ("[[raid]]\n" * 1001, 1001, "1,001 items in one list"),
        ("y = { " + ", ".join(f"k{i} = 1" for i in range(1001)) + " }", 1, "1,001 keys in one table"),
        ("".join(f"k{i} = 1\n" for i in range(1001)), 1001, "1,001 keys in one table"),
        ("# " + "x" * 250_000, 0, "larger than 250 kB"),
    ],
)
def test_text_that_is_not_acceptable_is_refused_at_its_line(text, line, message):
    (found,) = errors(text)
    assert message in found
    assert found.startswith(f"f.toml:{line}:" if line else "f.toml:")


@pytest.mark.parametrize(
    "text",
    ['a = 1\n\nname = "a\\u202eb"\n', 'a = 1\n[t]\n"a\\u0007" = 1\n', 'a = 1\n[t]\nx = [1, { y = "\\u202e" }]\n'],
)
def test_an_escape_for_a_text_direction_character_is_refused_at_its_line(text):
    (found,) = errors(text)
    assert found.startswith("f.toml:3: an escape for a control or text-direction character (U+")
    assert not any(mark in found for mark in "\u202e\u0007")


LONG = ".".join("a" * 60_000)
DEEP = 20_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{LONG} = 1\n", "names joined by dots"),
        (LONG.replace(".", " . ") + " = 1\n", "names joined by dots"),
        (LONG.replace("a", '"a"') + " = 1\n", "names joined by dots"),
        (f"[{LONG}]\n", "names joined by dots"),
        (f"[[{LONG}]]\n", "names joined by dots"),
        (f"x = {{ y = 1, {LONG} = 1 }}\n", "names joined by dots"),
        (f"x = [1, {{ {LONG} = 1 }}]\n", "names joined by dots"),
        ("x = " + "[" * DEEP + "]" * DEEP, "nested deeper"),
        ("x = " + "[" * DEEP, "nested deeper"),
        ("x = " + "{a=" * DEEP + "1" + "}" * DEEP, "nested deeper"),
        ("x = " + "[{a=" * DEEP, "nested deeper"),
        ("]" * DEEP + "[" * DEEP, "not TOML"),
        (f"[{'.'.join('a' * 20)}]\n{'.'.join('a' * 20)} = 1\n", "keys nested deeper"),
    ],
)
def test_what_would_keep_the_parser_busy_or_overrun_its_stack_is_refused_at_its_line(text, message):
    (found,) = errors("name = 1\n" + text)
    assert message in found
    assert found.startswith("f.toml:2: " if "[aa" not in text and "keys" not in message else "f.toml:3: ")


def test_a_key_may_have_many_short_names_and_values_may_have_dots():
    path = ".".join(f"k{i}" for i in range(20))
    text = f'{path} = [1.5, 2.5, "a.b.c", 2016-10-04T12:00:00.5, {{ a.b = 1.5, c.d = 1.0 }}] # {"." * 100}\n'
    assert scan(text)[0].parts == 20
    assert parse_toml(text, "f") == tomllib.loads(text)


def test_scanning_takes_time_in_proportion_to_the_text():
    """A text that counts the characters searched shows that they grow with the text, not with its square."""

    class Counting(str):
        __slots__ = ()
        looked = 0

        def find(self, *given):
            found = str.find(self, *given)
            Counting.looked += (found if found >= 0 else len(self)) - given[1]
            return found

    for quoted in ('"a",', "'a',", "'''a''',", '"\\"",', '"""\\""""",', "1, # [\n"):
        looked = []
        for count in (1_000, 10_000):
            Counting.looked = 0
            assert len(scan(Counting(f"x = [{quoted * count}\n]\n"))) == 1
            looked.append(Counting.looked)
        assert looked[1] <= 11 * looked[0] + 100, quoted


def test_many_names_are_listed_in_part_and_still_matched():
    assets = "".join(f'[[asset]]\nname = "Asset {i}"\nat = "34.9 N 35.9 E"\nradius = "9 m"\n' for i in range(900))
    (found,) = errors(assets + GOOD.replace('defends = ["Port"]', 'defends = ["asset 77"]').partition("[[raid]]")[0])
    assert len(found) < 600


def test_a_path_of_a_setting_cannot_nest_without_end():
    from openiads.scenario.edits import edited

    with pytest.raises(InputError, match="more than 24 names joined by dots") as caught:
        edited({"a": {}}, {LONG: 1})
    assert len(str(caught.value)) < 250


def test_files_that_cannot_be_read_say_so(tmp_path):
    with pytest.raises(InputError, match='Nearest: "tartus_2016"'):
        load("tartus_2017")
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'name = "a"\nquestion = "\xe9"\n')
    with pytest.raises(InputError, match=r"latin.toml:2: not UTF-8"):
        load(tmp_path / "latin.toml")
    (tmp_path / "big.toml").write_bytes(b"# " + b"x" * 250_001)
    with pytest.raises(InputError, match="larger than 250 kB"):
        load(tmp_path / "big.toml")


def test_reading_a_faulty_scenario_compiles_nothing(tmp_path):
    import subprocess
    import sys

    (tmp_path / "bad.toml").write_text(GOOD.replace("s300pmu2", "s300pmu3"))
    program = (
        "from openiads.base import compiled\nfrom openiads.scenario.load import load\n"
        "from openiads.base.errors import InputErrors\n"
        f"try:\n    load({str(tmp_path / 'bad.toml')!r})\nexcept InputErrors:\n"
        "    print(len(compiled.COMPILE_SECONDS), sum(len(getattr(k, 'signatures', ())) for k in compiled.KERNELS))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "0 0\n"


# ------------------------------------------------------------------ the scanner


def test_statements_are_cut_where_they_begin():
    text = (
        "# head\na = 1 # one\n\nb = [\n  1, # ]\n  '#',\n]\n[t] # t\nc = '''\nx\n[no]\n'''\n"
        '[[u]]\nd = """a \\""" b""""\n'
    )
    assert [(s.line, s.text.split("\n")[0]) for s in scan(text)] == [
        (2, "a = 1 # one"),
        (4, "b = ["),
        (8, "[t] # t"),
        (9, "c = '''"),
        (13, "[[u]]"),
        (14, 'd = """a \\""" b""""'),
    ]
    assert merged(text)[0] == tomllib.loads(text)


def test_key_paths_know_their_lines():
    text = "a.b = 1\n[t]\nc = { d = 2 }\n[[r]]\nx = 1\n[[r]]\nx = 2\n[r.s]\ny = 3\n"
    _, lines = merged(text, "f")
    assert lines.of[("a", "b")] == 1
    assert lines.of[("t", "c", "d")] == 3
    assert lines.of[("r", 0, "x")] == 5
    assert lines.of[("r", 1, "x")] == 7
    assert lines.of[("r", 1, "s", "y")] == 9
    assert lines.place(("r", 1, "nothing"), 3) == "f:6: r[2].nothing = 3"


keys = st.sampled_from(["a", "b-1", "c_c", '"q.q"', "'l l'", '"#"', '"[x]"', "3"])
scalars = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "true",
        '"text # no"',
        "'lit\\'",
        '"esc \\" [ \\\\"',
        '"""m\n[l] "" \\"\n"""',
        "'''m\n#'\n''''",
        "2016-10-04",
        '""',
        "''",
        '""""quoted""""',
        "0x1F",
        "inf",
        '"\\\\"',
        '"""\\\\"""',
    ]
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: "[" + ", # ]\n ".join(v) + "\n]" if v else "[]"),
        st.lists(st.tuples(keys, scalars.filter(lambda s: "\n" not in s)), max_size=3, unique_by=lambda p: p[0]).map(
            lambda v: "{ " + ", ".join(f"{k} = {x}" for k, x in v) + " }"
        ),
    ),
    max_leaves=6,
)
paths = st.lists(keys, min_size=1, max_size=3).map(".".join)
pairs = st.tuples(paths, values).map(lambda p: f"{p[0]} = {p[1]}")
headers = st.one_of(
    paths.map(lambda p: f"[{p}]"), paths.map(lambda p: f"[[{p}]]"), paths.map(lambda p: f"[ {p} ] # ] [")
)
noise = st.sampled_from(["", "# comment [x] = '''", "   ", '\t# """'])
documents = st.lists(st.one_of(pairs, pairs, headers, noise), max_size=12).map("\n".join)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(documents, st.booleans())
def test_the_scanner_merges_to_what_the_parser_reads(text, carriage_returns):
    text = text.replace("\n", "\r\n") if carriage_returns else text
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        scan(text)
        return
    found, lines = merged(text)
    assert repr(found) == repr(expected)
    plain = text.replace("\r\n", "\n").split("\n")
    for loc, line in lines.of.items():
        assert 1 <= line <= len(plain)
        assert plain[line - 1].strip()[:1] not in ("", "#")
        assert isinstance(loc, tuple)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="a=[]{}\"'#.,\n\\ 1-", max_size=60))
def test_any_text_is_read_or_refused_by_an_error_of_ours(text):
    try:
        mapping = parse_toml(text, "f")
    except InputError:
        return
    assert repr(merged(text)[0]) == repr(mapping)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["name", "at", "site", "raid", "system", "count", "doctrine", "threat", "target"]),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=12,
    )
)
def test_any_mapping_is_validated_without_a_traceback(tree):
    from openiads.scenario.load import validate

    for key in ("site", "raid", "asset", "flight", "corridor", "terrain", "catalog", "model"):
        with pytest.raises(InputErrors):
            validate({"name": "x", key: [tree] if key in ("site", "raid", "asset") else tree, "duration": "600"})


#: A duel of one aircraft: nothing comes after a hit that the site beside the asset would be missed at.
DUEL = "one_on_one"
RANGE = "exercise_2001"  # the range is where its unit stands, and nobody attacks it


def test_sites_stand_beside_what_they_defend() -> None:
    """A site in the middle of an asset is put out of action by the first leaker, so that one leaker lets all through:
    that shows the place and not the defense."""
    on_top = []
    for name in packaged_scenarios():
        scenario = load(name)
        for asset in scenario.assets:
            for site in scenario.sites:
                if asset.ship is None and asset.name in site.defends:
                    north = (site.at.latitude - asset.at.latitude) * 6371e3
                    east = (site.at.longitude - asset.at.longitude) * 6371e3 * math.cos(asset.at.latitude)
                    if math.hypot(north, east) < 500.0 and name not in (DUEL, RANGE):
                        on_top.append((name, site.name, asset.name))
    assert on_top == []

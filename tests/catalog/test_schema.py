"""Every field of every kind of entry refuses what makes no sense, with its place, what is allowed and what to do."""

import copy
import math
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError, InputErrors
from openiads.catalog.evidence import DIMENSIONS, FLOOR, field_spec, in_si
from openiads.catalog.load import Own, catalog, extended, load_catalog, own_entries, read_catalog
from openiads.catalog.records import KINDS

FIELDS = catalog().raw["fields"]
UNITS = {
    "length": "m",
    "speed": "m/s",
    "acceleration": "m/s2",
    "angle": "rad",
    "angular_speed": "rad/s",
    "time": "s",
    "area": "m2",
    "mass": "kg",
    "force": "N",
    "frequency": "Hz",
    "decibel": "dB",
}
ASSUMED = {"status": "assumption", "note": "for a test"}


def every_field():
    """(kind, table or "", key, specification) of each field that `fields.toml` defines."""
    for kind, fields in FIELDS.items():
        for key, row in fields.items():
            if isinstance(row, list):
                yield kind, "", key, field_spec(key, row)
            else:
                yield from ((kind, key, name, field_spec(name, each)) for name, each in row.items() if name != "form")


ALL = list(every_field())
NUMBERS = [row for row in ALL if row[3].takes in DIMENSIONS]
COLUMNS = {
    (kind, key)
    for kind, fields in FIELDS.items()
    for key, row in fields.items()
    if isinstance(row, dict) and row["form"][0] == "columns"
}


@cache
def base(kind, table):
    """An entry of the kind that has the table."""
    return next(name for name, entry in catalog().raw[kind].items() if not table or table in entry)


def own(kind, table, key, content):
    """What is told of an own entry whose field, or the field of whose first row, holds this; None leaves it out."""
    name = base(kind, table)
    whole = copy.deepcopy(catalog().raw[kind][name]) | {"title": "of a test"}
    place = whole
    if table:
        place = whole[table] if isinstance(whole[table], dict) else whole[table][0]
    if content is None:
        place.pop(key, None)
    else:
        place[key] = content
    return own_entries({kind: {"mine": whole}}).faults


def number(spec, **changes):
    """A table of a number in the middle of what the field allows."""
    low, high = spec.low, spec.high
    middle = math.sqrt(low * high) if low > 0 else 0.5 * (low + high)
    middle = float(round(middle)) if spec.takes == "count" else middle
    return {"value": middle, "unit": UNITS.get(spec.takes, ""), **ASSUMED} | changes


def faults_of(row, **changes):
    kind, table, key, spec = row
    if (kind, table) in COLUMNS:
        pytest.skip("a column holds bare numbers")
    told = own(kind, table, key, number(spec, **changes))
    place = (kind, "mine", table, 0, key) if table else (kind, "mine", key)
    return [fault for fault in told if fault.loc[: len(place)] == place]


def ids(row):
    return ".".join(part for part in row[:3] if part)


VALUES = [row for row in NUMBERS if (row[0], row[1]) not in COLUMNS]


@pytest.mark.parametrize("row", VALUES, ids=ids)
def test_a_number_that_makes_no_sense_is_refused_in_every_field(row):
    """A field of numbers refuses what is no table of a number, nan, infinities, what lies outside its bounds (negative,
    zero and huge numbers among it), a wrong unit, reversed ends, a value outside its interval and missing evidence.

    Each fault names the field and says what to do.  The numbers at its bounds are within them."""
    spec = row[3]
    beyond = 2.0 * spec.high if spec.takes != "probability" else 2.0
    beneath = spec.low - max(1.0, abs(spec.low))
    wrong = [
        {"value": "7"},
        {"value": [1.0]},
        {"value": True},
        {"value": math.nan},
        {"value": math.inf},
        {"value": -math.inf},
        {"value": 1e300},
        {"value": 10**400},
        {"value": beyond},
        {"value": beneath},
        {"low": beneath},
        {"high": beyond},
        {"low": math.nan},
        {"unit": "furlong"},
        {"unit": 3},
        {"low": spec.high, "high": spec.low},
        {"low": spec.high, "high": spec.high},
        {"high": spec.low},
        {"source": 3},
        {"source": ["nobody"]},
        {"source": [3]},
        {"status": "guessed"},
        {"status": None},
        {"status": "read"},
        {"note": ""},
        {"scale": "square"},
        {"exact": "yes"},
        {"vlaue": 1},
    ]
    if spec.low > 0.0:
        wrong += [{"value": 0}, {"value": -1}]
    for change in wrong:
        told = faults_of(row, **change)
        assert told, f"{change} was accepted"
        assert all(fault.reason and fault.remedy for fault in told), f"{change}: {told}"
    for end in (spec.low, spec.high):
        told = [fault for fault in faults_of(row, value=end, scale="linear") if "out of range" in fault.reason]
        assert not told, f"{end} was refused"
    for content in (3, 2.5, math.nan, "75 km", ["75 km"], [], True):
        kind, table, key, _ = row
        assert any(f.loc[-1] == key and f.remedy.startswith("Write ") for f in own(kind, table, key, content)), content


@pytest.mark.parametrize("row", [row for row in ALL if row not in NUMBERS], ids=ids)
def test_a_field_of_words_refuses_what_is_none(row):
    """Texts, names, switches and choices refuse lists, numbers, tables and unknown choices, and say what they take."""
    kind, table, key, spec = row
    wrong = [3, 2.5, math.nan, {"value": 3}, [3], [[]], {}]
    wrong += [] if spec.takes == "text" else ["no such thing"]
    for content in wrong:
        told = [fault for fault in own(kind, table, key, content) if key in fault.loc]
        assert told, f"{content} was accepted"
        assert all(fault.reason and fault.remedy for fault in told)


@pytest.mark.parametrize("row", [row for row in NUMBERS if (row[0], row[1]) in COLUMNS], ids=ids)
def test_a_column_refuses_what_is_no_list_of_numbers_within_its_bounds(row):
    """A column of a curve holds bare finite numbers within its bounds, as many as the others."""
    kind, table, key, spec = row
    length = len(catalog().raw[kind][base(kind, table)][table][key])
    rising = [spec.low + (spec.high - spec.low) * k / length for k in range(length)]
    assert not own(kind, table, key, rising)
    for k, content in enumerate((spec.high * 2, spec.low - 1.0, math.nan, math.inf, "0.3", True, {"value": 3})):
        changed = list(rising)
        changed[k % length] = content
        told = [fault for fault in own(kind, table, key, changed) if key in fault.loc]
        assert told and all(fault.remedy for fault in told), content
    for content in (3, "0.3", [], rising[:-1], {"value": rising, **ASSUMED}, None):
        told = own(kind, table, key, content)
        assert told and all(fault.remedy for fault in told), content


@pytest.mark.parametrize("row", [row for row in ALL if row[3].required], ids=ids)
def test_a_required_field_that_is_missing_is_named(row):
    """Without a required field the entry is refused, and the fault names it."""
    kind, table, key, _ = row
    told = own(kind, table, key, None)
    assert any(key in fault.reason and fault.remedy for fault in told)


def test_every_number_of_the_fields_has_bounds_in_its_own_units():
    """Bounds are read by the same units as values, and the lower lies below the upper."""
    assert len(NUMBERS) > 200
    for _, _, key, spec in NUMBERS:
        assert in_si(spec.least, "", spec.takes) == spec.low < spec.high == in_si(spec.most, "", spec.takes), key


def test_a_curve_holds_as_many_rows_as_the_flight_of_a_ballistic_missile_takes():
    """The bound is that of the record which the drag table is put into."""
    from openiads.physics.ballistics import POINTS

    assert int(FIELDS["threats"]["drag"]["form"][3]) == POINTS


@pytest.mark.parametrize(
    "written",
    [
        [{"mach": {"value": 0.0, **ASSUMED}, "value": {"value": 0.3, **ASSUMED}}],
        [{"mach": 0.0, "value": 0.3}, {"mach": 1.0, "value": 0.5}],
        {"value": 0.3, **ASSUMED},
        0.3,
    ],
    ids=["rows of numbers with evidence", "rows", "one number", "bare"],
)
def test_a_drag_table_that_is_no_table_of_columns_is_told_how_to_write_one(written):
    """However a user writes it, the fault stands at `cd` and shows the form."""
    told = own("interceptors", "", "cd", written)
    assert told
    assert all(fault.loc[:3] == ("interceptors", "mine", "cd") for fault in told)
    assert any("mach = [" in fault.remedy or "without mach" in fault.reason for fault in told)


def test_a_round_without_a_drag_table_is_refused_with_the_field():
    """It was told first when the round was to fly, without file or line."""
    (told,) = own("interceptors", "", "cd", None)
    assert told.reason == "without cd"


# ------------------------------------------------------------------ own entries


def refused(entries):
    with pytest.raises(InputErrors) as caught:
        extended(entries)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("odd", [["f16"], 3, {"a": 1}, True, [], "f17", "mine"])
def test_what_an_entry_cannot_be_based_on_is_told(odd):
    """A list, a number, an unknown name and the entry itself are no base."""
    (told,) = refused({"threats": {"mine": {"based_on": odd}}})
    assert told.startswith("catalog.threats.mine.based_on")


def test_entries_based_on_each_other_are_told():
    """A circle has no end."""
    told = refused({"threats": {"a": {"based_on": "b"}, "b": {"based_on": "a"}}})
    assert len(told) == 2 and all("is based on itself" in line for line in told)


def test_an_entry_may_be_based_on_an_own_entry_whatever_their_names():
    """It takes over what that one changes, and what that one takes over."""
    speed = {"value": 90, "unit": "m/s", **ASSUMED}
    for first, second in (("a", "b"), ("b", "a")):
        own = extended({"threats": {first: {"based_on": second}, second: {"based_on": "shahed136", "speed": speed}}})
        assert own[first].speed.si == 90.0
        assert own[first].cep == own["shahed136"].cep


def test_a_fault_is_told_of_the_entry_that_has_it_and_not_of_those_based_on_it():
    """Nor are links to a faulty entry told as links to nothing."""
    entries = {
        "interceptors": {"a": {"based_on": "48n6e2", "lag": 3}, "b": {"based_on": "a"}},
        "launchers": {"c": {"based_on": "5p85se", "carries": ["b"]}},
    }
    (told,) = refused(entries)
    assert told.startswith("catalog.interceptors.a.lag = 3")
    found = own_entries(entries)
    assert isinstance(found, Own) and found.left_out == {"a", "b", "c"}
    assert not {"a", "b", "c"} & found.catalog.entries.keys()


def test_everything_wrong_is_told_at_once():
    """Unknown kinds, unknown keys, faulty numbers and dangling names, of several entries."""
    told = refused(
        {
            "radar": {"x": {}},
            "threats": {"f16": {"based_on": "f16"}, "a": {"based_on": "f16", "lenght": 1, "length": 2}},
            "launchers": {"b": {"based_on": "5p85se", "carries": ["nothing", "f16"]}},
        }
    )
    assert len(told) == 6
    for words in ("not a kind", "already in the packaged", "lenght: unknown key", "length = 2", '"nothing"', '"f16"'):
        assert sum(words in line for line in told) >= 1, words


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("radars", "minimum_range", "instrumented_range"),
        ("radars", "track_elevation_low", "track_elevation_high"),
        ("interceptors", "min_range", "max_range"),
        ("interceptors", "min_altitude", "max_altitude"),
        ("interceptors", "ballistic_min_altitude", "ballistic_max_altitude"),
        ("interceptors", "boost_propellant", "launch_mass"),
        ("threats", "range_min", "range_max"),
        ("threats", "burnout_mass", "launch_mass"),
        ("model", "turn_load_least", "turn_load_greatest"),
        ("identification", "civil_speed_low", "civil_speed_high"),
    ],
)
def test_two_fields_that_contradict_each_other_are_refused(kind, low, high):
    """The first has the number of the second."""
    name, entry = next((n, e) for n, e in catalog().raw[kind].items() if low in e and high in e)
    told = refused({kind: {"mine": {"based_on": name, "title": "x", low: entry[high]}}})
    assert any(line.startswith(f"catalog.{kind}.mine.{low}") and "is not less than" in line for line in told)


# ------------------------------------------------------------------ files


@pytest.mark.parametrize("kind", ["fields", "sources", *KINDS])
def test_a_malformed_file_is_told_with_its_lines(tmp_path, kind):
    """Two faults in a file of the catalog are told at once, each with file and line."""
    from importlib import resources

    for file in (resources.files("openiads.catalog") / "entries").iterdir():
        if file.name.endswith(".toml"):
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / f"{kind}.toml"
    text = file.read_text(encoding="utf-8")
    first = text.index("\n[", text.index("]"))
    at = text[:first].count("\n") + 1
    file.write_text(text[:first] + "\nodd_key = 3" + text[first:] + "\nodder_key = [4]\n", encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        read_catalog(tmp_path)
    told = [str(problem) for problem in caught.value.problems]
    assert told[0].startswith(f"{file}:{at + 1}: ") and "odd_key" in told[0]
    assert any("odder_key" in line and line.startswith(f"{file}:") for line in told[1:])
    assert all(problem.remedy for problem in caught.value.problems)


# ------------------------------------------------------------------ whatever is written

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["f16", "48n6e2", "km", "m", "read", "assumption", "log", "calc", "S", "phased"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
ENTRIES = [(entry.kind, entry.name) for entry in catalog().entries.values()]


def paths(item, path=()):
    """Every key path in a table."""
    inner = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    for key, part in inner:
        yield (*path, key)
        yield from paths(part, (*path, key))


@st.composite
def mutated(draw):
    """A packaged entry with one to three places of it changed, left out or added to."""
    kind, name = draw(st.sampled_from(ENTRIES))
    table = copy.deepcopy(catalog().raw[kind][name])
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(paths(table))))
        place = table
        for step in path[:-1]:
            place = place[step]
        change = draw(st.sampled_from(["replace", "delete", "add"]))
        if change == "delete":
            del place[path[-1]]
        elif change == "add" and isinstance(place, dict):
            place[draw(st.text(max_size=8))] = draw(ODD)
        else:
            place[path[-1]] = draw(ODD)
        if not table:
            break
    return kind, name, table


def succeeds_or_tells(load):
    try:
        load()
    except InputError as error:
        for problem in getattr(error, "problems", (error,)):
            assert problem.place and problem.reason and problem.remedy, str(problem)


@settings(max_examples=60, deadline=None)
@given(mutated())
def test_a_mutated_packaged_entry_loads_or_is_told(case):
    """Whatever stands in a file of the catalog, loading it ends with a catalog or with errors of openiads."""
    kind, name, table = case
    raw = catalog().raw
    succeeds_or_tells(lambda: load_catalog({**raw, kind: {**raw[kind], name: table}}))


@pytest.mark.parametrize("given", [10**400, -(10**400), 1e308, float("nan")])
def test_a_plain_number_however_large_is_told_how_a_number_is_written(given):
    """An integer of hundreds of digits has no float to ask whether it is finite."""
    with pytest.raises(InputError, match="a number comes with its unit"):
        extended({"threats": {"mine": {"based_on": "f16", "speed": given}}})


@settings(max_examples=250, deadline=None)
@given(mutated(), st.booleans(), ODD)
def test_a_mutated_own_entry_loads_or_is_told(case, based, odd):
    """Whatever a user writes as an own entry, based on one of the catalog, on something odd, or on nothing."""
    kind, name, table = case
    own = {**table, "based_on": name if based else odd} if based or odd is not None else table
    succeeds_or_tells(lambda: extended({kind: {"mine": own}}))


def test_the_floors_of_intervals_are_those_of_the_evidence():
    """Each status of the evidence has its floor."""
    from openiads.catalog.records import STATUSES

    assert set(FLOOR) == set(STATUSES)

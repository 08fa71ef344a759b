"""Edits of a TOML text: what is read is what was meant, and nothing else moved."""

from __future__ import annotations

import copy
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from house.source import ROOT
from openiads.base.errors import InputError
from openiads.base.places import places
from openiads.base.splice import insert_row, remove, set_value
from openiads.base.toml import Loc, toml_text

SHELF = ROOT / "src" / "openiads" / "shelf"
FILES = sorted([*SHELF.glob("scenarios/*.toml"), *SHELF.glob("claims/*.toml"), *SHELF.glob("campaigns/*.toml")])
NEW = (5, 2.5, 'x # "y"', True, [1, 2], {"a": 1, "b": {"c": "d"}}, [])


def parts(value: Any, loc: Loc = ()) -> Iterator[Loc]:
    """Key paths of all values of a mapping."""
    if loc:
        yield loc
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from parts(inner, (*loc, step))


def changed(mapping: Any, loc: Loc, value: Any = None, *, gone: bool = False) -> Any:
    """What a mapping becomes."""
    found = copy.deepcopy(mapping)
    place = found
    for step in loc[:-1]:
        place = place[step]
    if gone:
        del place[loc[-1]]
        return _without_empty(found, mapping)
    if isinstance(place, list) and loc[-1] == len(place):
        place.append(value)
    else:
        place[loc[-1]] = value
    return found


def _without_empty(found: Any, before: Any) -> Any:
    """Lists of tables that have lost their last row are gone."""
    return {
        key: value
        for key, value in found.items()
        if not (value == [] and before[key] and isinstance(before[key][0], dict))
    }


def value_at(mapping: Any, loc: Loc) -> Any:
    for step in loc:
        mapping = mapping[step]
    return mapping


def comments(text: str) -> Counter[str]:
    """The lines with a comment alone."""
    return Counter(line.strip() for line in text.split("\n") if line.strip().startswith("#"))


@pytest.fixture(params=FILES, ids=lambda p: p.stem)
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text(encoding="utf-8"))


def test_every_value_stands_where_it_is_said_to(text: str) -> None:
    mapping = tomllib.loads(text)
    for loc, (start, end) in places(text).values.items():
        assert tomllib.loads(f"k = {text[start:end]}")["k"] == value_at(mapping, loc), loc


def test_a_value_that_is_set_is_read_and_one_statement_changes(text: str) -> None:
    """Expected: of the lines only those of the statement change, for every value that a file writes."""
    mapping, rng = tomllib.loads(text), random.Random(5)
    known = places(text)
    for loc in parts(mapping):
        value = rng.choice(NEW)
        if loc not in known.values:
            continue
        got = set_value(text, loc, value)
        assert tomllib.loads(got) == changed(mapping, loc, value), loc
        piece = next(each for each in known.pieces if not each.header and loc[: len(each.loc)] == each.loc)
        assert got.startswith(text[: piece.start])
        assert got.endswith(text[piece.end :])


def test_what_a_file_has_not_is_put_in(text: str) -> None:
    """Expected: a key of any table, an item of any list, a row of any list of tables; no comment is lost."""
    mapping, known = tomllib.loads(text), places(text)
    for loc in [(), *parts(mapping)]:
        place = value_at(mapping, loc)
        if isinstance(place, dict):
            got, want = set_value(text, (*loc, "of mine"), "x"), changed(mapping, (*loc, "of mine"), "x")
        elif isinstance(place, list):
            row = "x" if loc in known.values and not (place and isinstance(place[0], dict)) else {"q": 1}
            got, want = set_value(text, (*loc, len(place)), row), changed(mapping, (*loc, len(place)), row)
        else:
            continue
        assert tomllib.loads(got) == want, loc
        assert comments(got) == comments(text)


def test_what_is_removed_is_gone_alone(text: str) -> None:
    mapping = tomllib.loads(text)
    for loc in parts(mapping):
        got = remove(text, loc)
        assert tomllib.loads(got) == changed(mapping, loc, gone=True), loc


def test_a_whole_file_becomes_another_part_by_part(text: str) -> None:
    """Expected: a table that is given whole is changed where it differs, whatever its way of writing."""
    mapping = tomllib.loads(text)
    for other in FILES[::7]:
        wanted = tomllib.loads(other.read_text(encoding="utf-8"))
        got = text
        for key in list(mapping):
            if key not in wanted:
                got = remove(got, (key,))
        for key, value in wanted.items():
            got = set_value(got, (key,), value)
        assert tomllib.loads(got) == wanted


def test_comments_survive_two_hundred_random_edits(text: str) -> None:
    """Expected: whatever is set, put in or taken out, every line that is a comment alone is still there, but those
    inside of what was removed."""
    rng, got = random.Random(11), text
    for _ in range(200):
        mapping = tomllib.loads(got)
        loc = rng.choice(list(parts(mapping)))
        known = places(got)
        rows = loc not in known.values and isinstance(loc[-1], int)
        before = got
        match rng.randrange(4):
            case 0 | 1 if not rows and not isinstance(value_at(mapping, loc), list | dict):
                got = set_value(got, loc, rng.choice(NEW))
            case 2 if isinstance(value_at(mapping, loc), dict):
                got = set_value(got, (*loc, f"new {rng.randrange(99)}"), rng.choice(NEW))
            case 3 if rows:
                got = insert_row(got, loc[:-1], {"name": "more"}, rng.randrange(loc[-1] + 1))
        tomllib.loads(got)
        assert comments(before) == comments(got)


WAYS = """\
# above
a = 1 # beside
"quoted key".b = [1, # one
  2, # two
]
empty = {}
none = []
nested = { x = 1, y = { z = [1, { w = 2 }] } }
text = \"\"\"
# no comment
[no.header]
\"\"\"
dotted.one = 1
dotted.two.three = 'it''s'

[table]
[table.within] # beside
k = 1
[[row]]
[row.of]
x = 1
[[row.inner]]
v = 1
[[row.inner]]
v = 2
[[row]]
n = 2
# last
""".replace("'it''s'", "'its'")


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("begin", ["", "\ufeff"], ids=["plain", "bom"])
def test_every_way_of_writing_is_understood(ends: str, begin: str) -> None:
    """Expected: dotted and quoted keys, tables within rows, strings of many lines, comments within lists, line ends."""
    text = begin + WAYS.replace("\n", ends)
    mapping = tomllib.loads(WAYS)

    def read(found: str) -> Any:
        assert found.startswith(begin)
        assert ends == "\n" or "\n" not in found.replace("\r\n", "")
        return tomllib.loads(found.removeprefix("\ufeff").replace("\r\n", "\n"))

    for loc in parts(mapping):
        place = value_at(mapping, loc)
        assert read(set_value(text, loc, place)) == mapping
        assert set_value(text, loc, place) == text
        if not (isinstance(loc[-1], int) and isinstance(place, dict)):
            assert read(set_value(text, loc, 7)) == changed(mapping, loc, 7), loc
        if isinstance(place, dict):
            assert read(set_value(text, (*loc, "new"), [1])) == changed(mapping, (*loc, "new"), [1]), loc
    assert read(insert_row(text, ("row", 0, "inner"), {"v": 3}))["row"][0]["inner"] == [{"v": 1}, {"v": 2}, {"v": 3}]
    assert read(insert_row(text, ("row",), {"n": 0}, 0))["row"][0] == {"n": 0}
    assert read(insert_row(text, ("row", 1, "other"), {"v": 3}))["row"][1] == {"n": 2, "other": [{"v": 3}]}


PLAIN = st.recursive(
    st.none().map(lambda _: True) | st.integers(-9, 9) | st.floats(-9, 9) | st.text("ab\"'#\\\n[]{}=,. é", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab .\"'", max_size=3), inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(st.text("abc-_ .#\"'", max_size=4), PLAIN, max_size=5)


@given(MAPPINGS, st.data())
@settings(max_examples=300, deadline=None)
def test_any_text_takes_any_value_at_any_place(mapping: dict[str, Any], data: st.DataObject) -> None:
    """Expected: the law of the module, for texts that nobody would write."""
    text = toml_text(mapping)
    mapping = tomllib.loads(text)
    found = [*parts(mapping)]
    loc = data.draw(st.sampled_from(found)) if found else ("a",)
    value = data.draw(PLAIN)
    written = places(text).values
    if isinstance(loc[-1], int) and loc not in written and not isinstance(value, dict):
        with pytest.raises(InputError):
            set_value(text, loc, value)
        return
    assert tomllib.loads(set_value(text, loc, value)) == changed(mapping, loc, value)
    if found:
        after = tomllib.loads(remove(text, loc))
        assert after == changed(mapping, loc, gone=True)


@pytest.mark.parametrize(
    ("loc", "what"),
    [
        ((), "no path"),
        (("name", "x"), "leads to nothing"),
        (("site", 9), "leads to nothing"),
        (("site", -1), "nothing"),
    ],
)
def test_a_path_to_nothing_is_refused(loc: Loc, what: str) -> None:
    text = (SHELF / "scenarios" / "one_on_one.toml").read_text(encoding="utf-8")
    with pytest.raises(InputError, match=what):
        set_value(text, loc, 1)
    with pytest.raises(InputError):
        remove(text, loc)
    with pytest.raises(InputError):
        insert_row(text, ("site",), {}, 9)
    with pytest.raises(InputError, match="no list"):
        insert_row(text, ("name",), {})


def test_the_smallest_texts_are_edited_too() -> None:
    assert set_value("", ("a", "b", "c"), 1) == "[a]\nb = { c = 1 }\n"
    assert set_value("", ("a",), 1) == "a = 1\n"
    assert set_value("# only\n", ("a",), 1) == "# only\na = 1\n"
    assert set_value("a = 1", ("b",), 2) == "a = 1\nb = 2\n"
    assert insert_row("", ("site",), {"name": "A"}) == '[[site]]\nname = "A"\n'
    assert remove("a = 1 # one\nb = 2", ("a",)) == "b = 2"
    assert Path(FILES[0]).exists()

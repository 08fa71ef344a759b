"""Every source that a page, a docstring or a comment names in brackets is in the bibliography."""

import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.source import PACKAGE, ROOT
from openiads.base.errors import InputError
from openiads.catalog.load import catalog, load_catalog

KEY = r"[a-z][a-z_]*\d{2,4}[a-z]?(?:_[a-z0-9]+)*"
#: [ussa1976], [hughes1986, hughes1995]; a link [text](target) and a TOML table on a line of its own are none.
BRACKETED = re.compile(rf"(?<![\w\]])\[({KEY}(?:[,;] ?{KEY})*)\](?![\(\[])")
#: A source by name and year, which belongs into brackets: Wilson 1927, Hughes (1986), Ward, 2006.
BY_NAME = re.compile(r"\b([A-Z][a-z]{2,}),? \(?((?:19|20)\d\d)\)?\b")
NO_NAMES = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October"} | {
    "November",
    "December",
    "Atmosphere",  # the US Standard Atmosphere 1976
}
PAGES = sorted((ROOT / "docs").rglob("*.md"))
METHODS = [page for page in PAGES if page.parent.name in ("theory", "cards")]
SOURCES = sorted(PACKAGE.rglob("*.py"))
DATA = sorted(PACKAGE.rglob("*.toml"))
MODEL = PACKAGE / "catalog" / "entries" / "model.toml"
#: Books that are called upon without being named.
UNNAMED = re.compile(r"\b(?:text|hand)books?\b", re.IGNORECASE)


def prose(page: Path) -> str:
    """A page without its code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def remarks(file: Path) -> str:
    """Comments, docstrings and other texts of a module."""
    words = io.StringIO(file.read_text(encoding="utf-8"))
    kinds = (tokenize.COMMENT, tokenize.STRING)
    return "\n".join(word.string for word in tokenize.generate_tokens(words.readline) if word.type in kinds)


def comments(file: Path) -> str:
    """Comments of a TOML file, and the notes of its values."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join([*(line for line in lines if line.startswith("#")), *notes(file)])


def notes(file: Path) -> list[str]:
    """Notes of the values of a TOML file."""
    return list(_notes(tomllib.loads(file.read_text(encoding="utf-8"))))


def _notes(table: object) -> Iterator[str]:
    if isinstance(table, list):
        for each in table:
            yield from _notes(each)
    elif isinstance(table, dict):
        for key, each in table.items():
            if key == "note" and isinstance(each, str):
                yield each
            else:
                yield from _notes(each)


def named(text: str) -> Iterator[str]:
    """Keys in brackets."""
    for found in BRACKETED.findall(text):
        yield from re.split(r"[,;] ?", found)


def test_keys_are_found_where_they_stand() -> None:
    text = "air [ussa1976], salvos [hughes1986; hughes1995] and [a page](page2024.md), row[x12], signal [itu_p526]"
    assert list(named(text)) == ["ussa1976", "hughes1986", "hughes1995", "itu_p526"]
    assert BY_NAME.findall("Wilson 1927; Tango (1998); January 1991; Ward, 2006") == [
        ("Wilson", "1927"),
        ("Tango", "1998"),
        ("January", "1991"),
        ("Ward", "2006"),
    ]


def test_every_name_in_brackets_has_its_entry() -> None:
    places = [(page, prose(page)) for page in PAGES]
    places += [(file, remarks(file)) for file in SOURCES]
    places += [(file, comments(file)) for file in DATA]
    cited = {(str(path.relative_to(ROOT)), key) for path, text in places for key in named(text)}
    assert len({key for _, key in cited}) > 20  # the search finds what there is
    assert sorted((path, key) for path, key in cited if key not in catalog().sources) == []


def test_every_book_is_named_somewhere() -> None:
    """An entry that nothing names tells nobody what it is for."""
    texts = "\n".join([*map(prose, PAGES), *map(remarks, SOURCES), *map(comments, DATA)])
    assert sorted(set(catalog().raw["literature"]) - set(named(texts))) == []


@pytest.mark.parametrize("page", METHODS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_theory_and_cards_name_sources_by_key(page: Path) -> None:
    assert [f"{name} {year}" for name, year in BY_NAME.findall(prose(page)) if name not in NO_NAMES] == []


def test_notes_of_the_model_name_sources_by_key() -> None:
    """Assumptions have no field for a source: what a note rests on stands in it, in brackets."""
    told = notes(MODEL)
    assert len(told) == len(catalog().model.values)  # the search finds what there is
    assert [f"{name} {year}" for name, year in BY_NAME.findall("\n".join(told)) if name not in NO_NAMES] == []
    unsourced = [note for note in told if UNNAMED.search(note) and not BRACKETED.search(note)]
    assert unsourced == []


def test_an_entry_says_who_where_and_when() -> None:
    for source in catalog().sources.values():
        assert source.title and source.publisher and source.access, source.key
        assert re.search(r"\d{4}|\d{4}s|n\.d\.", source.year), f"{source.key}: {source.year}"
        assert not source.doi or re.fullmatch(r"10\.\d{4,}/\S+", source.doi), source.key
        assert not source.isbn or right_isbn(source.isbn), f"{source.key}: {source.isbn}"
    for key in catalog().raw["literature"]:
        assert catalog().sources[key].authors, key


def right_isbn(text: str) -> bool:
    """Whether the last digit of an ISBN of thirteen digits checks the others."""
    digits = [int(c) for c in text if c.isdigit()]
    return len(digits) == 13 and sum(d * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10 == 0


def test_a_wrong_digit_of_an_isbn_is_found() -> None:
    assert right_isbn("978-0-07-148547-0")
    assert not right_isbn("978-0-07-148547-1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, r"literature.ussa1976.title = \"\": is too short"),
        ({"pages": "1-227"}, r"literature.ussa1976.pages: unknown key"),
    ],
)
def test_a_faulty_entry_is_refused(change: dict[str, str], said: str) -> None:
    raw = dict(catalog().raw)
    raw["literature"] = {"ussa1976": raw["literature"]["ussa1976"] | change}
    with pytest.raises(InputError, match=said):
        load_catalog(raw)


def test_a_key_is_used_once() -> None:
    raw = dict(catalog().raw)
    raw["literature"] = {"gao92": raw["literature"]["ussa1976"]}
    with pytest.raises(InputError, match=r"literature\.gao92: the key is already used"):
        load_catalog(raw)


def test_books_are_no_part_of_the_digest_and_sources_are() -> None:
    raw = dict(catalog().raw)
    raw["literature"] = {}
    assert load_catalog(raw).digest == catalog().digest
    raw["sources"] = raw["sources"] | {"new26": raw["sources"]["gao92"]}
    assert load_catalog(raw).digest != catalog().digest

"""What pages, scenes and facts say that the program has not, it has not: a sentence outlives what it was true of."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cache
from pathlib import Path

import pytest

from house.source import PACKAGE, ROOT
from openiads.catalog.load import catalog
from openiads.faces.words.text import NOT_MODELED

#: A sentence that says of something that the catalog has none.
DENIES = re.compile(
    r"not in the catalog|(?:in|by) no (?:entry|system) of the catalog|catalog (?:lacks|has no|has almost no)\b"
    r"|no such \w+ in the catalog"
)
#: What a card or page may not deny any more -> how it would.
DECLARED = {
    "noise jamming": r"[Jj]amming (?:is not modeled|cannot be declared|is left out)",
    "ducts": r"[Dd]ucting is not (?:modeled|covered)",
    "debris": r"[Dd]ebris is not (?:simulated|modeled)",
    "evasion before the end": r"knows at once that (?:a round|an interceptor) has been launched",
    "guns and point defense": r"(?:[Pp]oint defense|[Gg]uns?) (?:is|are) not modeled",
}
#: Words of titles that name no entry by themselves.
COMMON = {
    *("Fort", "Rif", "Block", "Home", "Super"),
    *("Aircraft", "Air", "Class", "Cruise", "Decoy", "Drone", "Further", "Glide", "Guns", "Jamming", "Long", "Radar"),
    *("Missile", "Moscow", "Naval", "Patriot", "Post", "Strike", "Stealth", "Bomber", "The", "Search", "Engagement"),
}
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "scenarios").glob("*.toml")),
    *sorted((ROOT / "examples").rglob("*.toml")),
    *sorted((PACKAGE / "catalog" / "entries").rglob("*.toml")),
    ROOT / "README.md",
]
OLD = ("changes-0.1.0.md", "what-moved.md", "earlier", "decisions")


def sentences(text: str) -> list[str]:
    """Sentences and clauses of a page, without its line breaks."""
    return re.split(r"(?<=[.;:|])\s+", " ".join(text.replace("\n# ", " ").split()))


@cache
def names() -> frozenset[str]:
    """What entries are called: proper names and designations of their titles."""
    entries = catalog().entries
    found = {word for entry in entries.values() for word in re.findall(r"[A-Z][\w/.-]*\w", entry.title)}
    found |= {re.split(r"[^A-Za-z]", word)[0] for word in found}
    found |= {key.partition("_")[0].capitalize() for key in entries if key.partition("_")[0].isalpha()}
    return frozenset(word for word in found if word not in COMMON and len(word) > 2)


def denied(text: str, known: Set[str]) -> list[str]:
    """Names of entries that a sentence says the catalog has not."""
    wrong = []
    for sentence in sentences(text):
        if DENIES.search(sentence):
            wrong += [
                f"{name}: {sentence}" for name in known if re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", sentence)
            ]
    return wrong


def current(page: Path) -> bool:
    return not any(part in OLD for part in page.parts)


def test_a_sentence_that_denies_an_entry_is_found() -> None:
    known = names()
    assert {"Tomahawk", "Pantsir", "Buk", "Osa", "S-400", "Kalibr", "Neptune"} <= known
    assert denied("The S-400 stands there. The catalog has no S-400: another stands in.", known)
    assert denied("the Kalibr is not in the\ncatalog", known)
    assert not denied("The Burkan-2H is not in the catalog. The Kalibr is.", known)


def test_nothing_says_that_the_catalog_lacks_what_it_has() -> None:
    pages = [page for page in PAGES if current(page)]
    found = {str(page.relative_to(ROOT)): denied(page.read_text(encoding="utf-8"), names()) for page in pages}
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


def test_a_report_says_of_nothing_that_a_command_is_for_that_it_is_not_modeled() -> None:
    """What a command answers is at most left out of the figures at hand, and the clause says so."""
    from openiads.faces.cli.main import app

    clauses = NOT_MODELED.split(", ")
    for command in app.registered_commands:
        name = command.name or getattr(command.callback, "__name__", "")
        assert all("in these figures" in clause for clause in clauses if name in clause.split()), name


@pytest.mark.parametrize("what", DECLARED)
def test_no_page_denies_what_a_scenario_can_declare(what: str) -> None:
    found = [
        f"{page.relative_to(ROOT)}: {match.group(0)}"
        for page in PAGES
        if page.suffix == ".md" and current(page)
        for match in re.finditer(DECLARED[what], page.read_text(encoding="utf-8"))
    ]
    assert found == []

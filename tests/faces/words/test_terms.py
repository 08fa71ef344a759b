"""Terms of the field are explained where a page first uses them, in the words of the glossary."""

import re

from house.source import ROOT
from openiads.faces.words.terms import TERMS, explained

ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


def test_every_term_stands_in_the_glossary_and_means_the_same_there() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition("## What older versions")[0]
    glossary = {found["term"].strip(): found["meaning"].strip() for found in ROW.finditer(text)}
    assert {term.glossary for term in TERMS} <= set(glossary)
    for term in TERMS:
        said = re.sub(r"\W+", " ", glossary[term.glossary]).lower()
        begins = " ".join(re.sub(r"\W+", " ", term.meaning).lower().split()[:6])
        assert begins in said, term.name


def test_terms_of_which_a_reader_asks_first_are_there() -> None:
    assert {"leaker", "salvo", "fire unit", "gate", "kill probability", "95 % interval"} <= {t.name for t in TERMS}


def test_only_the_first_use_is_marked() -> None:
    page, used = explained("<p>Two leakers.</p><p>A leaker again, a Leaker.</p>")
    assert page.count("<abbr") == 1
    assert page.startswith('<p>Two <abbr title="A threat that got through')
    assert [term.name for term in used] == ["leaker"]


def test_code_pictures_titles_and_attributes_are_left_alone() -> None:
    apart = '<title>leaker</title><svg><text>leaker</text></svg><pre>salvo = 2</pre><i class="gate">x</i>'
    assert explained(apart) == (apart, [])
    assert explained("<p>delegates, investigate-gate, gates_open</p>")[1] == []


def test_a_longer_term_wins_and_a_meaning_is_escaped() -> None:
    page, used = explained("its single-shot probability of kill, by a fire unit")
    assert [term.name for term in used] == ["kill probability", "fire unit"]
    assert page.count("<abbr title=") == 2

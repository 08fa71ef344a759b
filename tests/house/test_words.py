"""What people read on pages and in printed answers uses the terms of the field, not words of our own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.source import PACKAGE

#: A word of our own -> what the field says.  Keys of JSON, columns, commands and options keep their names.
WORDS = {
    r"dice": "sampling variability, chance, or common random numbers",
    r"luck": "chance",
    r"thrown": "drawn",
    r"not known": "parameter uncertainty",
    r"knowledge": "parameter uncertainty",
    r"doubts?": "uncertainty",
    r"worlds?": "parameter sample; the nominal world is the baseline",
    r"knobs?": "uncertain parameter",
    r"swings?": "one-at-a-time sensitivity, difference",
    r"twins?": "closed-form results",
    r"(binds?|bound) first": "the first limit",
    r"(run|runs) plain|plain run": "interpreter mode, without compilation",
    r"placards?": "model limitations",
    r"shelf": "packaged data",
}

#: File -> texts in it that may use such a word, and why.  The list only shrinks: an entry that is not needed fails.
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "pages/premises.py": ({"placard"}, "a class of the page's style, which nobody reads"),
    "pages/claims.py": ({"placard"}, "a class of the page's style, which nobody reads"),
    "pages/answers/doubt.py": ({"dice", "knowledge"}, "keys of JSON"),
    "pages/answers/page.py": ({"dice", "knowledge"}, "keys of JSON"),
    "words/knowledge.py": ({"swings"}, "a key of JSON"),
    "words/terms.py": ({"not known"}, "says what parameter uncertainty is, in the words of the glossary"),
    "words/text.py": ({"knob", "from general knowledge"}, "a head of the generated list of knobs; what an author knew"),
}
PRIVATE = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
#: Methods whose first argument names something.
LOOKUPS = ("get", "startswith", "endswith", "removeprefix")
FACES = PACKAGE / "faces"
FILES = sorted([*(FACES / "pages").rglob("*.py"), *(FACES / "words").rglob("*.py")])


def _hidden(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a node and is read by nobody: docstrings, keys, what is compared, names that are looked up."""
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.Subscript):
        yield node.slice
    elif isinstance(node, ast.Dict):
        yield from filter(None, node.keys)
    elif isinstance(node, ast.Compare):
        yield from (node.left, *node.comparators)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKUPS:
        yield from node.args[:1]


def shown(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string of a module that people may come to read; not a style sheet."""
    tree = ast.parse(source)
    hidden = set()
    for node in ast.walk(tree):
        for part in _hidden(node):
            if not (isinstance(node, ast.Expr) and not isinstance(part, ast.Constant)):
                hidden |= {id(inner) for inner in ast.walk(part)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in hidden else None
        if isinstance(node, ast.Constant) and isinstance(text, str) and "{margin:" not in text:
            yield node.lineno, text


def private(path: Path) -> list[tuple[int, str, str]]:
    """Line, text and private word of every use in a file."""
    return [
        (line, text, found[0])
        for line, text in shown(path.read_text(encoding="utf-8"))
        for found in PRIVATE.finditer(text)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FACES).as_posix())
def test_texts_use_the_terms_of_the_field(path: Path) -> None:
    name = path.relative_to(FACES).as_posix()
    allowed, _ = EXCEPTIONS.get(name, (set(), ""))
    wrong = []
    for line, text, word in private(path):
        if not any(word in each and each in text for each in allowed):
            better = next(right for own, right in WORDS.items() if re.fullmatch(own, word, re.IGNORECASE))
            wrong.append(f"{name}:{line}: {word!r} in {text[:60]!r}; write: {better}")
    assert not wrong, "\n".join(wrong)


def test_every_exception_is_needed_and_has_a_reason() -> None:
    for name, (allowed, reason) in EXCEPTIONS.items():
        uses = private(FACES / name)
        unused = [each for each in allowed if not any(word in each and each in text for _, text, word in uses)]
        assert not unused, f"{name}: no longer needed: {unused}"
        assert reason


def test_the_scan_sees_texts_and_passes_over_keys() -> None:
    source = '"""Dice."""\nx = told["dice"]\ny = {"dice": f"the dice of {x}"}\nz = x == "knob"\nprint("a knob")\n'
    assert sorted(text for _, text in shown(source)) == ["a knob", "the dice of "]
    assert PRIVATE.search("Which resource binds first")
    assert not PRIVATE.search("worldwide, a doubtful guess")

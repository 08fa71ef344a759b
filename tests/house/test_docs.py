"""Docs are tests: every openiads command and every Python block in README and docs runs.

A block after a line ``<!-- not run: reason -->`` is left alone.  Commands of one page run in order in one folder, in
which ``scenarios`` is a copy of the packaged ones, each in a fresh login shell: the README's as they stand, those of
other pages after the line by which the tutorial enters the environment.  A block whose first line is ``# NAME.toml``
or ``# NAME.py`` is written to that file instead.  Generated pages are fresh, links lead somewhere, and a model card has
all its parts and cites only tests, cases and catalog values that exist.
"""

import fnmatch
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from house.fresh import Terminal, activation, clone, in_front
from house.ready import Ready
from house.source import PACKAGE, ROOT

pytestmark = pytest.mark.compiled_only

BLOCK = re.compile(r"(?P<before>[^\n]*)\n+```(?P<kind>\w+)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE)
SHELL = ("sh", "bash", "console")
NAMED = re.compile(r"# (?P<name>[\w-]+\.(?:toml|py))\n")
WRITE = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2], encoding='utf-8')"
README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str) -> list[tuple[str, str]]:
    """(kind, text) of the fenced blocks that are to run."""
    return [
        (found["kind"], found["text"])
        for found in BLOCK.finditer("\n" + text)
        if not found["before"].startswith("<!-- not run: ")
    ]


def commands(text: str) -> list[str]:
    """The openiads commands of a shell block; a backslash continues a line, ``$ `` in front is a prompt.

    The README starts the launcher of the clone, ``./openiads``, other pages the program itself.

    A setting of the environment may stand in front: ``OPENIADS_PLAIN=1 openiads ...``.
    """
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line.strip().removeprefix("$ ") for line in joined.splitlines()]
    return [line for line in lines if re.match(r"([A-Z_]+=\S+ )*(\./)?openiads ", line)]


def steps(page: Path) -> list[list[str]]:
    """What a page asks to run, in order: a line for a shell, or the words of a command."""
    found = []
    for kind, text in blocks(page.read_text(encoding="utf-8")):
        if named := NAMED.match(text):
            found.append([sys.executable, "-c", WRITE, named["name"], text])
        elif kind in SHELL:
            found += [[line] for line in commands(text)]
        elif kind == "python":
            found.append(["python", "-c", text])
    return found


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an ``openiads`` that needs no time to load."""
    made = Ready(tmp_path_factory.mktemp("ready"))
    yield made.folder
    made.close()


@pytest.mark.parametrize("page", [p for p in PAGES if p.exists() and steps(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_a_page_shows_runs(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder, terminal = clone(tmp_path / "clone"), Terminal(tmp_path / "home")
    shutil.copytree(PACKAGE / "shelf" / "scenarios", folder / "scenarios")
    before = [] if page == README else [activation(TUTORIAL)]
    python = sys.executable
    if page not in (README, TUTORIAL):  # what a newcomer reads first starts the real program
        programs = request.getfixturevalue("ready")
        before.append(in_front(programs))
        python = str(programs / "python")
    for step in steps(page):
        if len(step) == 1:
            terminal.works("\n".join([*before, *step]), folder)
        else:
            words = [python if word == "python" else word for word in step]
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, f"{step[-1][:300]}\n{done.stdout}\n{done.stderr}"


def outputs(text: str) -> set[str]:
    """What the commands of a page write where they are typed: files, and folders with a slash behind."""
    shown = [line for found in BLOCK.finditer("\n" + text) for line in commands(found["text"])]
    named = {name for line in shown for name in re.findall(r"--(?:out|figure)[ =]([\w][\w./-]*)", line)}
    return {name if "." in Path(name).name else f"{name}/" for name in named}


def test_what_the_commands_of_the_docs_write_is_ignored_by_git() -> None:
    """Somebody who types them in the clone sees no change of the repository."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a clone")
    assert outputs("```sh\n./openiads run x --out first\nopeniads envelope y --out y.png\n```\n") == {"first/", "y.png"}
    written = sorted(set().union(*(outputs(page.read_text(encoding="utf-8")) for page in PAGES)))
    assert {"first/", "seen.png"} <= set(written)
    asked = ["git", "check-ignore", "--no-index", *written]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    assert sorted(set(written) - set(done.stdout.split())) == []


def test_the_readme_shows_commands() -> None:
    assert steps(README)


def test_blocks_are_found_and_those_marked_are_left_alone() -> None:
    shown = "Try\n\n```sh\n$ openiads run a \\\n    -n 3\nls\n```\n\n"
    marked = "<!-- not run: needs a screen -->\n```sh\nopeniads view x\n```\n"
    assert [commands(block) for _, block in blocks(shown + marked)] == [["openiads run a  -n 3"]]


def test_a_block_with_a_file_name_is_written_and_not_run(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Rule\n\n```python\n# rule.py\nraise ValueError\n```\n\nMore\n\n```python\nprint(1)\n```\n")
    write, run = steps(page)
    subprocess.run(write, cwd=tmp_path, check=True)
    assert (tmp_path / "rule.py").read_text() == "# rule.py\nraise ValueError\n"
    assert run[-1] == "print(1)\n"


def test_what_starts_at_once_ends_as_the_real_programs_do(ready: Path, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("told = 'from the folder'\n")
    for text, code, out, error in (
        ("import beside; print(beside.told)", 0, "from the folder\n", ""),
        ("raise ValueError('no')", 1, "", "ValueError: no"),
        ("raise SystemExit(3)", 3, "", ""),
    ):
        done = subprocess.run([ready / "python", "-c", text], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (code, out)
        assert error in done.stderr and bool(done.stderr) == bool(error)
    refused = subprocess.run([ready / "openiads", "check", "none"], cwd=tmp_path, capture_output=True, text=True)
    assert refused.returncode == 65 and "none: no such file" in refused.stderr


# ------------------------------------------------------------------ generated pages, links, metrics, commands


def tool(name: str) -> Any:
    """A script of ``tools`` as a module, with its neighbors in reach as when it is run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        return importlib.import_module(name)


def test_generated_pages_say_what_the_code_says() -> None:
    assert tool("reference").stale() == [], "run python tools/reference.py"


def links(page: Path) -> list[str]:
    """Targets of a page's links to files of the repository."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    return [link for link in found if "://" not in link]


@pytest.mark.parametrize("page", [p for p in PAGES if p.exists()], ids=lambda p: str(p.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_index() -> None:
    todo, seen = [ROOT / "docs" / "index.md"], set()
    while todo:
        page = todo.pop().resolve()
        if page not in seen:
            seen.add(page)
            todo += [page.parent / link for link in links(page) if link.endswith(".md")]
    assert {p for p in PAGES if "docs" in p.parts} <= seen


def test_every_metric_and_ending_is_defined() -> None:
    from openiads.runs.findings import RATIOS
    from openiads.world.codes import RoundEnd, Terminal
    from openiads.world.outcome import BOUNDS, METRICS

    text = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    defined = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    ends = {end.name for kind in (Terminal, RoundEnd) for end in kind if end}
    rates = {name for name in RATIOS if "_" not in name.removesuffix("_rate")}
    assert {*METRICS, *ends, *rates, *(f"bound_{name}" for name in BOUNDS)} - defined == set()


def test_every_command_and_option_is_described() -> None:
    import typer.main

    from openiads.faces.cli.main import app

    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")

    def described(command: Any, words: str) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            assert f"{words} {name}" in text
            described(inner, f"{words} {name}")
        for option in command.params:
            for spelled in option.opts:
                assert not spelled.startswith("--") or spelled == "--help" or f"`{spelled}" in text, spelled

    described(typer.main.get_command(app), "openiads")


def test_the_example_of_an_own_rule_runs(tmp_path: Path, ready: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for rule in ("save_for_the_urgent", "two_then_wait", "one_or_two"):
        change = f'site.Guard.doctrine.fire="my_rules.py:{rule}"'
        command = ["run", "examples/own_rule.toml", "-n", "1", "--set", change, "--out", rule]
        done = subprocess.run([ready / "openiads", *command], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------ model cards

CARDS = sorted(p for p in (ROOT / "docs" / "cards").glob("*.md") if p.name != "index.md")
HEADINGS = [
    "Purpose",
    "Equations",
    "Assumptions",
    "Validity range",
    "Parameters",
    "Verification evidence",
    "Validation evidence",
    "Known limits",
]


def sections(text: str) -> dict[str, str]:
    """Heading of the second level -> what stands under it."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("card", CARDS, ids=lambda p: p.stem)
def test_a_card_has_every_part_in_order_and_none_is_empty(card: Path) -> None:
    found = sections(card.read_text(encoding="utf-8"))
    assert list(found) == HEADINGS
    assert [heading for heading, text in found.items() if len(text.strip()) < 30] == []
    assert "../theory/" in found["Equations"]


@pytest.mark.parametrize("card", CARDS, ids=lambda p: p.stem)
def test_a_card_cites_only_tests_that_exist(card: Path) -> None:
    cited = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", card.read_text(encoding="utf-8"))
    assert cited
    for file, name in cited:
        assert (ROOT / file).is_file(), file
        assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"


@pytest.mark.parametrize("card", CARDS, ids=lambda p: p.stem)
def test_a_card_cites_only_reference_cases_that_run(card: Path) -> None:
    cases = yaml.safe_load((ROOT / "tests" / "validation" / "validation.yaml").read_text(encoding="utf-8"))["cases"]
    known = [case["id"] for case in cases]
    for pattern in re.findall(r"`([A-Z]{2,4}-[A-Z0-9*-]+)`", card.read_text(encoding="utf-8")):
        assert fnmatch.filter(known, pattern), pattern


@pytest.mark.parametrize("card", CARDS, ids=lambda p: p.stem)
def test_a_card_states_the_status_that_the_catalog_has(card: Path) -> None:
    from openiads.catalog.load import catalog

    book = catalog()
    told = sections(card.read_text(encoding="utf-8"))["Parameters"]
    for entry, field, status in re.findall(r"`([0-9a-z_]+)\.([a-z_0-9]+)` \((\w+)\)", told):
        assert getattr(book[entry], field).status == status, f"{entry}.{field}"


def test_every_kind_of_catalog_field_named_in_a_card_exists() -> None:
    fields = tomllib.loads((PACKAGE / "catalog" / "entries" / "fields.toml").read_text(encoding="utf-8"))
    named = re.compile(r"`(systems|posts|radars|interceptors|threats|launchers)\.(\w+)`")
    for card in CARDS:
        for kind, field in named.findall(card.read_text(encoding="utf-8")):
            assert field in fields[kind], f"{card.name}: {kind}.{field}"

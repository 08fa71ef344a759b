"""What a repository owes its users and contributors: a changelog, a citation, a way to report, and the scope asked."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from house.source import ROOT

TEMPLATE = ROOT / ".github" / "pull_request_template.md"
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
HEADS = ["Added", "Changed", "Moves results", "Fixed"]
#: The kinds of fields of an issue form, and what each of them must have.
FIELDS = {"markdown": "value", "textarea": "label", "input": "label", "dropdown": "label", "checkboxes": "label"}
#: Pages outside docs/, whose own links no other test follows.
PAGES = [ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sections(text: str, level: int) -> dict[str, str]:
    """Heading of a level -> what stands under it; comments are left out."""
    parts = re.split(rf"^{'#' * level} (.+)$", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def ticks(text: str) -> list[str]:
    """The lines to be ticked in a text, each with its continuation, white space made one."""
    found = re.findall(r"^- \[ \] (.+(?:\n +\S.*)*)", text, re.MULTILINE)
    return [" ".join(each.split()) for each in found]


def test_the_citation_names_this_version_and_license() -> None:
    cited = yaml.safe_load(read(ROOT / "CITATION.cff"))
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    assert cited["version"] == project["version"]
    assert cited["license"] == project["license"].partition(" AND ")[0]  # the rest is what its packages hold of others
    assert cited["title"] == project["name"]
    assert [author["name"] for author in cited["authors"]] == [author["name"] for author in project["authors"]]
    assert {"cff-version", "message"} <= set(cited)  # required by version 1.2.0 of the format
    assert cited["cff-version"] == "1.2.0"


def test_the_changelog_opens_with_what_is_not_yet_released_under_four_heads() -> None:
    versions = sections(read(ROOT / "CHANGELOG.md"), 2)
    assert next(iter(versions)) == "[Unreleased]"
    parts = sections(versions["[Unreleased]"], 3)
    assert list(parts) == HEADS
    assert [head for head, text in parts.items() if not re.search(r"^- \S", text, re.MULTILINE)] == []


def test_versions_of_the_changelog_stand_once_each_newest_first() -> None:
    heads = list(sections(read(ROOT / "CHANGELOG.md"), 2))[1:]
    numbers = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\](?: - \d{4}-\d\d-\d\d)?", head) for head in heads]
    assert all(numbers), heads
    ordered = [tuple(map(int, number.groups())) for number in numbers if number]
    assert ordered == sorted(set(ordered), reverse=True)
    assert len(re.findall(r"^## ", read(ROOT / "CHANGELOG.md"), re.MULTILINE)) == len(heads) + 1


def test_the_template_of_a_pull_request_asks_every_line_of_the_scope_checklist() -> None:
    wanted = ticks(sections(read(ROOT / "CONTRIBUTING.md"), 2)["Scope checklist"])
    assert len(wanted) >= 8
    assert ticks(sections(read(TEMPLATE), 2)["Scope"]) == wanted


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_is_one_and_asks_for_public_sources(form: Path) -> None:
    asked: dict[str, Any] = yaml.safe_load(read(form))
    assert asked["name"]
    assert asked["description"]
    names = [field["id"] for field in asked["body"] if field["type"] != "markdown"]
    assert len(set(names)) == len(names) > 0
    for field in asked["body"]:
        assert field["attributes"][FIELDS[field["type"]]]
        if field["type"] == "dropdown":
            options = field["attributes"]["options"]
            assert all(isinstance(option, str) for option in options)
            assert len(set(options)) == len(options)
    required = [
        option["label"]
        for field in asked["body"]
        if field["type"] == "checkboxes"
        for option in field["attributes"]["options"]
        if option.get("required")
    ]
    assert any("classified" in label for label in required)


def test_there_is_a_form_for_each_kind_of_issue_and_it_asks_for_what_settles_it() -> None:
    required = {
        form.stem: {
            field["id"] for field in yaml.safe_load(read(form))["body"] if field.get("validations", {}).get("required")
        }
        for form in FORMS
    }
    assert {"steps", "seen", "expected", "version"} <= required["bug"]
    assert {"case", "seen", "expected", "source"} <= required["model"]
    assert {"field", "value", "source", "status"} <= required["catalog"]
    assert {"question", "check"} <= required["feature"]


def test_the_catalog_form_offers_the_statuses_of_the_catalog() -> None:
    from openiads.catalog.records import STATUSES

    form = yaml.safe_load(read(ROOT / ".github" / "ISSUE_TEMPLATE" / "catalog.yml"))
    (status,) = (field for field in form["body"] if field.get("id") == "status")
    assert [option.partition(":")[0] for option in status["attributes"]["options"]] == list(STATUSES)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_of_a_page_outside_docs_lead_somewhere(page: Path) -> None:
    from house.test_docs import links

    assert [link for link in links(page) if not (page.parent / link).exists()] == []


def test_every_term_of_the_glossary_is_explained_once() -> None:
    terms, explained = [], []
    for heading, text in sections(read(ROOT / "docs" / "glossary.md"), 2).items():
        rows = re.findall(r"^\| (?!-)([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)[1:]
        assert rows, heading
        if heading != "What older versions called it":
            terms += [term for term, _ in rows]
            explained += [meaning for _, meaning in rows if not meaning.endswith((".", "?", "!"))]
    assert len(terms) == len(set(terms)) >= 60
    assert explained == []


def test_the_stability_page_names_the_formats_and_exit_codes_of_the_program() -> None:
    from openiads.experiments.sweep_store import FORMAT as SWEEP
    from openiads.faces.replay import FORMAT as REPLAY
    from openiads.runs.identity import FORMAT as RUN

    page = read(ROOT / "docs" / "stability.md")
    stated = dict(
        re.findall(r"^\| (folder of a run|folder of a sweep|\[replay\])[^|]*\|[^|]*, now (\d+) \|", page, re.MULTILINE)
    )
    assert stated == {"folder of a run": f"{RUN}", "folder of a sweep": f"{SWEEP}", "[replay]": f"{REPLAY}"}
    codes = re.findall(r"^\| (\d+) \|", read(ROOT / "docs" / "reference" / "commands.md"), re.MULTILINE)
    promised = re.search(r"^- The exit codes: (.+?)\.$", " ".join(page.split("\n  ")), re.MULTILINE | re.DOTALL)
    assert promised
    assert re.findall(r"(?:^|, )(\d+) ", " ".join(promised[1].split())) == codes


def test_lines_that_the_formatter_must_leave_alone_are_few() -> None:
    """Only tables that read as tables, and calls that would make a function longer than it is."""
    trees = [ROOT / tree for tree in ("src", "tests", "tools", "benchmarks")]
    mark = "# fmt: " + "skip"
    assert sum(read(path).count(mark) for tree in trees for path in tree.rglob("*.py")) <= 100

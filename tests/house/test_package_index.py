"""What a package index shows: links that lead somewhere, from an address that is stated once."""

import importlib.util
import re
import tomllib
from typing import Any

import pytest
import yaml

from house.source import ROOT

PLACE = "https://host.example/openiads"


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("package_index", ROOT / "tools" / "package_index.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def shown(tool: Any, repository: str, version: str = "0.2.0") -> str:
    """The repository's own README as an index gets it."""
    metadata: dict[str, Any] = {"version": version}
    tool.Addresses(str(ROOT), {"repository": repository}).update(metadata)
    assert metadata["readme"]["content-type"] == "text/markdown"
    return str(metadata["readme"]["text"])


def test_links_and_pictures_of_the_readme_lead_to_files_of_this_version(tool: Any) -> None:
    targets = [target for _, _, target in tool.LINK.findall(shown(tool, f"{PLACE}/"))]
    inside = [target for target in targets if target.startswith(PLACE)]
    assert len(inside) > 20
    assert all(re.match(r"https?://|#", target) for target in targets)
    for target in inside:
        kind, name = re.findall(rf"^{PLACE}/(raw|blob)/v0\.2\.0/([^#]+)(?:#.*)?$", target)[0]
        assert (ROOT / name).is_file(), name
        assert (kind == "raw") == name.endswith((".png", ".svg")), name


def test_without_an_address_words_stand_where_links_would_lead_nowhere(tool: Any) -> None:
    text = shown(tool, "")
    assert [each for each in tool.LINK.findall(text) if not re.match(r"https?://|#", each[2])] == []
    assert "[picture: A replay: the raid comes in" in text
    assert "What changed is in CHANGELOG.md;" in text


def test_code_and_other_addresses_stay_as_they_are(tool: Any) -> None:
    kept = "See [there](https://other.example/x), [above](#head).\n\n```toml\na = [b](c)\n```\n"
    assert tool.with_addresses(kept, PLACE, "1.0") == kept
    assert tool.with_addresses(kept, "", "1.0") == kept
    assert tool.with_addresses("[a](b.md) ![c](d.png)", PLACE, "1.0.dev0") == (
        f"[a]({PLACE}/blob/HEAD/b.md) ![c]({PLACE}/raw/HEAD/d.png)"
    )


def test_addresses_lead_into_the_version(tool: Any) -> None:
    assert tool.urls("", "1.0") == {}
    found = tool.urls(PLACE, "1.0")
    assert found["Changelog"] == f"{PLACE}/blob/v1.0/CHANGELOG.md"
    assert set(found) == {"Homepage", "Documentation", "Changelog", "Source", "Issues"}


def test_the_address_is_stated_once_cited_where_it_is_and_there_before_a_release(project: dict[str, Any]) -> None:
    repository = project["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited.get("repository-code", "") == repository
    assert repository or ".dev" in project["project"]["version"], "a release needs the address of its repository"
    assert re.fullmatch(r"(https://\S+[^/\s])?", repository)

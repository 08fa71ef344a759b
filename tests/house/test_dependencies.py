"""The tool that tries the lowest and the newest versions: it asks for the bounds that pyproject.toml states."""

import importlib.util
from typing import Any

import pytest

from house.source import ROOT


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("dependencies_tool", ROOT / "tools" / "dependencies.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("stated", "asked"),
    [
        ("numpy>=2.1", "numpy==2.1"),
        ("numba>=0.64,<0.69", "numba==0.64"),
        ("one <3, >= 2.5.1", "one==2.5.1"),
        ("two[fast]>=1.0; python_version > '3'", "two[fast]==1.0"),
    ],
)
def test_a_requirement_is_asked_for_at_its_lower_bound(tool: Any, stated: str, asked: str) -> None:
    assert tool.lowest(stated) == asked


@pytest.mark.parametrize("stated", ["numpy", "numpy<3", "numpy==2.1"])
def test_a_requirement_without_a_lower_bound_is_refused(tool: Any, stated: str) -> None:
    with pytest.raises(SystemExit, match="no lower bound"):
        tool.lowest(stated)


def test_every_dependency_and_extra_has_a_lower_bound(tool: Any) -> None:
    low, high = tool.wanted("lowest"), tool.wanted("newest")
    assert len(low) == len(high) > 12
    assert {line.partition("==")[0] for line in low} >= {"numba", "rasterio", "distributed", "anywidget", "hatchling"}
    assert "numba>=0.64,<0.69" in high


def test_an_answer_counts_only_where_no_replication_failed(tool: Any) -> None:
    digest = "0123456789abcdef" * 4
    assert tool.digest(f"Leakers 1\nDigest: {digest}\nFolder: r\n") == digest
    for told in ("Leakers 1\n", f"Failed replications: 3 (...)\nDigest: {digest}\n"):
        with pytest.raises(SystemExit, match="no answer"):
            tool.digest(told)

"""Settings of the whole suite: reproducible properties, its own compile cache, and the legs of ``make test``."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=200,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("deep", parent=hypothesis.settings.get_profile("suite"), max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("OPENIADS_HYPOTHESIS", "suite"))

#: Folders whose tests run again plain and with bounds checks.
LEGS = ("base", "earth", "physics", "validation")
HERE = Path(__file__).resolve().parent


#: What the worlds of tests share: relief, masks and flyout tables of the same few systems, over and over.  That worlds
#: are the same with and without is proven by ``tests/world/test_prebuilt.py``, whose own are marked ``builds_alone``.
PRODUCTS: list[object] = []


@pytest.fixture(autouse=True)
def shared_products(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worlds built in this process take each other's products, unless the test is marked ``builds_alone``."""
    if request.node.get_closest_marker("builds_alone"):
        return
    from openiads.world import build, prebuilt

    if not PRODUCTS:
        PRODUCTS.append(prebuilt.Prebuilt(128_000_000))
    monkeypatch.setattr(build, "Prebuilt", lambda capacity: PRODUCTS[0])


os.environ["OPENIADS_TERRAIN"] = str(HERE / "no-library")  # whoever runs the tests may have one


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """In the legs, files that hold no test of theirs are not even imported: some build worlds, minutes when plain."""
    if not config.option.markexpr.startswith("kernels") or not collection_path.match("test_*.py"):
        return None
    floor = collection_path.relative_to(HERE).parts[0]
    other = floor not in LEGS and "mark.kernels" not in collection_path.read_text(encoding="utf-8")
    return other or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of kernel floors take part in the plain and the bounds leg unless they say otherwise."""
    for item in items:
        floor = item.path.relative_to(HERE).parts[0]
        if floor in LEGS and not any(item.get_closest_marker(name) for name in ("compiled_only", "slow")):
            item.add_marker(pytest.mark.kernels)


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line on the validation cases: how many passed, failed and were left out on purpose."""
    counts = dict.fromkeys(("passed", "failed", "left out"), 0)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for key, value in getattr(report, "user_properties", ()):
                if key == "validation_case":
                    counts[outcome] += 1
                elif key == "validation_left_out":
                    counts["left out"] = value
    if any(counts.values()):
        told = ", ".join(f"{number} {word}" for word, number in counts.items() if number or word != "failed")
        terminalreporter.write_line(f"validation: {told}")

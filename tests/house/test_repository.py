"""The repository as a whole: public names, versions, what files may say, and what --help may load."""

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import openiads
from house.source import ROOT

SKIPPED = {".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__", "dist", "node_modules"}
TEXT = {
    "",
    ".py",
    ".toml",
    ".txt",
    ".md",
    ".yaml",
    ".yml",
    ".cfg",
    ".cff",
    ".json",
    ".in",
    ".sh",
    ".html",
    ".js",
    ".ts",
    ".css",
    ".svg",
    ".csv",
    ".ipynb",
}
#: Hosts of package registries and paths of one machine, spelled in pieces so that this file passes its own test.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"pypi\." + "org",
            "python" + "hosted",
            r"registry\.npm" + "js",
            r"(?:deb|security)\.deb" + "ian",
            r"(?<![\w.~\-)}])/" + r"(?:work|root|home|opt)" + r"/[\w.]",
        ]
    )
)
HEAVY = ("numba", "llvmlite", "numpy", "scipy", "pydantic", "pyarrow", "duckdb", "matplotlib", "fastapi")


def files() -> list[Path]:
    """Every text file that belongs to the repository: what git tracks or would track, else the whole tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [p for p in ROOT.rglob("*") if not (SKIPPED | {".venv", ".venv-bench"}) & set(p.parts)]
    return [path for path in paths if path.suffix in TEXT and path.is_file() and not path.is_symlink()]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in files():
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = enumerate(text.splitlines(), 1)
        found += [f"{path.relative_to(ROOT)}:{number}: {line[:80]}" for number, line in lines if FORBIDDEN.search(line)]
    assert found == []


@pytest.mark.parametrize("text", ["see https://pypi" + ".org/x", 'open("/ro' + 'ot/x")', "/wo" + "rk/main"])
def test_forbidden_text_is_seen(text: str) -> None:
    assert FORBIDDEN.search(text)


def test_locks_hold_versions_and_hashes_and_agree_with_each_other() -> None:
    locked = {}
    for name in ("run", "test"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        locked[name] = dict(re.findall(r"^([\w.\-]+)==(\S+)", text, re.MULTILINE))
        rest = [
            line
            for line in text.splitlines()[1:]
            if not re.match(r"[\w.\-]+==\S+|    --hash=sha256:[0-9a-f]{64}", line)
        ]
        assert rest == []
    assert locked["run"].items() <= locked["test"].items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {re.split(r"[<>=]", wanted)[0].lower() for wanted in project["project"]["dependencies"]}
    assert names <= set(locked["run"])


def test_the_lock_of_the_web_holds_no_address() -> None:
    """Versions and hashes only: where a package comes from is the matter of whoever installs it."""
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    assert "://" not in json.dumps(lock)
    packages = [each for path, each in lock["packages"].items() if path]
    assert packages and all({"version", "integrity"} <= set(each) for each in packages)


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert openiads.__version__ == project["project"]["version"] == metadata.version("openiads")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = "Unreleased" if ".dev" in openiads.__version__ else openiads.__version__  # what is made between releases
    assert f"## [{heading}]" in changes


def test_public_names_are_listed_once_and_exist() -> None:
    assert sorted(openiads.__all__) == sorted(
        [
            "__version__",
            "Prebuilt",
            "Variant",
            "campaign",
            "catalog",
            "catalog_of",
            "charts",
            "check",
            "claims",
            "closed_forms",
            "codes",
            "compare",
            "contributions",
            "coverage",
            "debris",
            "doctrine",
            "envelope",
            "envelope_volume",
            "errors",
            "explain",
            "export",
            "footprint",
            "hotline",
            "import_scenario",
            "keep_out",
            "knob_list",
            "layers",
            "like_for_like",
            "load",
            "load_campaign",
            "load_study",
            "low_reach",
            "open_run",
            "open_sweep",
            "query",
            "rare",
            "reach",
            "report",
            "run",
            "safeguards",
            "sample",
            "sensitivity",
            "spread",
            "statistics",
            "sweep",
            "textbook",
            "tradeoff",
            "view",
        ]
    )
    assert len(openiads.__all__) == len(set(openiads.__all__))
    for name in openiads.__all__:
        assert getattr(openiads, name) is not None
    assert set(openiads.__all__) == set(dir(openiads))
    with pytest.raises(AttributeError, match=r"no attribute 'lode'. Nearest: \"load\""):
        _ = openiads.lode  # type: ignore[attr-defined]


def loaded_by(code: str) -> set[str]:
    """Which heavy packages a fresh process has loaded after running code."""
    code = f"import sys\n{code}\nprint('LOADED', *sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "LOADED" in done.stderr, done.stderr
    return set(HEAVY) & set(done.stderr.rsplit("LOADED", 1)[1].split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import openiads; openiads.__version__; dir(openiads)") == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
sys.argv = ["openiads", *{arguments!r}]
from openiads.faces.cli.main import main
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
"""
    brought_by_typer = {"pydantic"} if len(arguments) > 1 else set()  # the parser of a command imports it by itself
    assert loaded_by(code) - brought_by_typer == set()

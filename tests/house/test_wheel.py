"""A wheel and a source archive carry everything, and what they install runs from an empty folder with an empty home."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from house.fresh import Terminal
from house.source import PACKAGE, ROOT
from openiads.base import packed

pytestmark = [pytest.mark.slow, pytest.mark.compiled_only]

OFFLINE = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]


def call(command: list[str], where: Path, **more: str) -> str:
    """Run a command in a folder and return what it printed; a failure shows all output."""
    done = subprocess.run(command, cwd=where, env={**os.environ, **more}, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def wheel_of(source: Path, folder: Path) -> Path:
    """The wheel of a tree or an archive, built as pip, pipx and uv build it."""
    build = ["wheel", *OFFLINE, "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    call([sys.executable, "-m", "pip", *build], folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def contents(wheel: Path) -> dict[str, int]:
    """Name of each file of a wheel -> its checksum."""
    return {each.filename: each.CRC for each in zipfile.ZipFile(wheel).infolist() if "RECORD" not in each.filename}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel_of(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    call([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)], ROOT)
    (made,) = folder.glob("*.tar.gz")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it, as pipx and ``uv tool install`` make one: without pip of its own.

    What the wheel depends on is taken from the suite's environment; its link to the repository's source is not.
    """
    place = tmp_path_factory.mktemp("tool")
    call([sys.executable, "-m", "venv", "--without-pip", str(place)], place)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    call(
        [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", *OFFLINE, str(wheel)], place
    )
    return place


def test_a_wheel_carries_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(contents(wheel))
    assert {name.partition("/")[0] for name in names} == {"openiads", f"{wheel.name.partition('-py3')[0]}.dist-info"}
    assert not [name for name in names if "__pycache__" in name]
    wanted = {f"openiads/{path.relative_to(PACKAGE)}" for path in PACKAGE.rglob("*") if path.is_file()}
    assert {name for name in wanted if "__pycache__" not in name} <= names
    viewer = [name.rpartition("/")[2] for name in names if name.startswith("openiads/faces/static/")]
    assert sorted(viewer) == ["index.html", "viewer.css", "viewer.js"]


def test_a_wheel_in_an_empty_folder_runs_the_demonstration(installed: Path, tmp_path: Path) -> None:
    empty, terminal = tmp_path / "empty", Terminal(tmp_path / "home")
    empty.mkdir()
    where = terminal.works(f"{installed}/bin/python -c 'import openiads; print(openiads.__file__)'", empty)
    assert Path(where.strip()).is_relative_to(installed)
    program = f"{installed}/bin/openiads"
    terminal.works(f"{program} demo -n 2", empty)
    stored = [path.parent for path in empty.rglob("run.json")]
    assert stored
    terminal.works(f"{program} check {stored[0]}", empty)


def test_an_installed_program_starts_in_an_empty_home_and_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """Without a compiled kernel either: what computes nothing must not wait for one."""
    home, empty = tmp_path / "home", tmp_path / "empty"
    empty.mkdir()
    terminal = Terminal(home, kernels=False)
    program = f"{installed}/bin/openiads"
    assert terminal.works(f"{program} --version", empty).startswith("openiads ")
    assert "s300pmu2" in terminal.works(f"{program} catalog list", empty)
    assert list(empty.iterdir()) == []


def test_an_installation_that_is_not_whole_is_told_as_that(installed: Path, tmp_path: Path) -> None:
    (site,) = installed.glob("lib/python*/site-packages")
    lost = site / "openiads" / "shelf" / "scenarios"
    kept = lost.rename(tmp_path / "kept")
    try:
        done = Terminal(tmp_path / "home").type(f"{installed}/bin/openiads run one_on_one -n 1", tmp_path)
    finally:
        shutil.move(kept, lost)
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr == (
        f"{lost}: a file of openiads itself cannot be read (No such file or directory). "
        "The installation is not whole: install openiads again.\n"
    )


def test_a_source_archive_carries_what_the_repository_has_and_nothing_else(archive: Path) -> None:
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
        modes = {member.name.partition("/")[2]: member.mode for member in file.getmembers()}
    tops = {name.partition("/")[0] for name in names}
    assert tops == {
        "src",
        "tests",
        "tools",
        "docs",
        "scenarios",
        "examples",
        "benchmarks",
        "requirements",
        "Makefile",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CITATION.cff",
        "pyproject.toml",
        "PKG-INFO",
        ".gitignore",
        ".github",
        ".ci",
        ".pre-commit-config.yaml",
        "openiads",
    }
    assert {"scenarios/tartus_2016.toml", "requirements/run.txt", "tools/lock.py", "src/openiads/py.typed"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".parquet"))]
    assert modes["openiads"] & 0o111 == 0o111, "the launcher of a clone must start as it is"


def test_a_wheel_of_the_source_archive_is_the_wheel_of_the_repository(
    archive: Path, wheel: Path, tmp_path: Path
) -> None:
    kernels = f"openiads/{packed.FOLDER.relative_to(PACKAGE)}/"  # made for wheels; sources carry none
    made = {name: checksum for name, checksum in contents(wheel).items() if not name.startswith(kernels)}
    assert contents(wheel_of(archive, tmp_path)) == made
    assert "openiads/shelf/scenarios/tartus_2016.toml" in contents(wheel)


def test_compiled_kernels_go_into_wheels_and_not_into_the_repository() -> None:
    folder = packed.FOLDER.relative_to(ROOT)
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert built["wheel"]["artifacts"] == [f"{folder}/*.zip"]
    assert "artifacts" not in built["sdist"]
    assert f"/{folder}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_compiled_kernels_that_lie_in_the_tree_are_those_of_the_tree(tmp_path: Path) -> None:
    if not packed.archive().is_file():
        pytest.skip("none lie there: make kernels")
    done = subprocess.run([sys.executable, ROOT / "tools" / "kernels.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, f"make kernels, or remove {packed.archive()}:\n{done.stdout}{done.stderr}"

"""A wheel and a source archive carry everything, and what they install runs from an empty folder with an empty home."""

import email
import os
import re
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

#: Bytes of a wheel.
LARGEST = 4_500_000
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


def built(source: Path, kind: str, folder: Path) -> Path:
    """What the build backend itself makes of a tree: a ``wheel`` or an ``sdist``."""
    call([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)], source)
    (made,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def unpacked(archive: Path, folder: Path) -> Path:
    """The tree of a source archive."""
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    (tree,) = folder.iterdir()
    return tree


def contents(wheel: Path) -> dict[str, int]:
    """Name of each file of a wheel -> its checksum."""
    return {each.filename: each.CRC for each in zipfile.ZipFile(wheel).infolist() if "RECORD" not in each.filename}


def sources(wheel: Path) -> dict[str, int]:
    """The contents without compiled kernels, which are made for wheels and which sources do not carry."""
    kernels = f"openiads/{packed.FOLDER.relative_to(PACKAGE)}/"
    return {name: checksum for name, checksum in contents(wheel).items() if not name.startswith(kernels)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel_of(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, "sdist", tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def wheel_of_archive(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a package index, a distribution or ``uv build`` installs: made of the archive, not of the repository."""
    return wheel_of(archive, tmp_path_factory.mktemp("again"))


@pytest.fixture(scope="module")
def installed(wheel_of_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the archive's wheel in it, as pipx and ``uv tool install`` make one: without pip of its own.

    What the wheel depends on is taken from the suite's environment; its link to the repository's source is not.
    """
    place = tmp_path_factory.mktemp("tool")
    call([sys.executable, "-m", "venv", "--without-pip", str(place)], place)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = str(place / "bin" / "python")
    call([sys.executable, "-m", "pip", "--python", python, "install", *OFFLINE, str(wheel_of_archive)], place)
    return place


def test_a_wheel_carries_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(contents(wheel))
    assert {name.partition("/")[0] for name in names} == {"openiads", f"{wheel.name.partition('-py3')[0]}.dist-info"}
    assert not [name for name in names if "__pycache__" in name]
    wanted = {f"openiads/{path.relative_to(PACKAGE)}" for path in PACKAGE.rglob("*") if path.is_file()}
    assert {name for name in wanted if "__pycache__" not in name} <= names
    viewer = [name.rpartition("/")[2] for name in names if name.startswith("openiads/faces/static/")]
    assert sorted(viewer) == ["LICENSES.txt", "index.html", "viewer.css", "viewer.js"]


def test_a_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= LARGEST, sorted(
        (each.compress_size, each.filename) for each in zipfile.ZipFile(wheel).infolist()
    )[-8:]


def test_a_wheel_carries_the_licenses_of_all_that_it_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        (info,) = {name.partition("/")[0] for name in names if ".dist-info/" in name}
        about = email.message_from_string(file.read(f"{info}/METADATA").decode())
    stated = set(about.get_all("License-File", []))
    texts = {f"src/{name}" for name in names if name.startswith("openiads/") and "LICENSE" in name}
    assert len(texts) == 3
    assert stated == {"LICENSE", "THIRD-PARTY-LICENSES.txt", *texts}
    assert {f"{info}/licenses/{name}" for name in stated} <= set(names)
    index = (ROOT / "THIRD-PARTY-LICENSES.txt").read_text(encoding="utf-8")
    assert texts == set(re.findall(r"src/\S+\.txt", index))
    assert set(about["License-Expression"].split(" AND ")) == set(re.findall(r"\b(?:MIT|ISC|BSD-\d-Clause)\b", index))


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


def test_a_packaged_scenario_that_is_lost_is_told_as_that(installed: Path, tmp_path: Path) -> None:
    (site,) = installed.glob("lib/python*/site-packages")
    lost = site / "openiads" / "shelf" / "scenarios" / "one_on_one.toml"
    kept = lost.rename(tmp_path / "kept")
    try:
        done = Terminal(tmp_path / "home").type(f"{installed}/bin/openiads check one_on_one", tmp_path)
    finally:
        shutil.move(kept, lost)
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr == (
        f"{lost}: a file of openiads itself cannot be read (No such file or directory). "
        "The installation is not whole: install openiads again.\n"
    )


@pytest.mark.parametrize(
    ("damage", "name", "line"),
    [
        ("gone", "shelf/world/heights.npz", 'coverage --system s300pmu2 --at "50.5 N 1.5 E" --height 50m --out c.png'),
        ("cut short", "shelf/levant/terrain.npz", "check tartus_2016"),
        ("gone", "statistics/intervals.py", "run one_on_one -n 1"),
        ("gone", "faces/cli/coverage.py", "--version"),
        ("cut short", "base/units.py", "check one_on_one"),
    ],
)
def test_a_file_that_is_lost_or_cut_short_is_told_as_that(
    installed: Path, tmp_path: Path, damage: str, name: str, line: str
) -> None:
    (site,) = installed.glob("lib/python*/site-packages")
    file = site / "openiads" / name
    body = file.read_bytes()
    file.unlink()
    if damage == "cut short":
        file.write_bytes(body[: len(body) // 2])
    try:
        done = Terminal(tmp_path / "home").type(f"{installed}/bin/openiads {line}", tmp_path)
    finally:
        file.write_bytes(body)
    told = "cannot be read (No such file or directory)" if damage == "gone" else "is not as it was installed"
    assert (done.returncode, done.stderr) == (
        70,
        f"{file}: a file of openiads itself {told}. The installation is not whole: install openiads again.\n",
    )
    assert not (tmp_path / "c.png").exists()


def test_the_doctor_compares_the_installation_with_what_was_installed(installed: Path, tmp_path: Path) -> None:
    (site,) = installed.glob("lib/python*/site-packages")
    terminal, file = Terminal(tmp_path / "home"), site / "openiads" / "faces" / "static" / "viewer.js"
    assert re.search(
        r"files +as they were installed", terminal.type(f"{installed}/bin/openiads doctor", tmp_path).stdout
    )
    body = file.read_bytes()
    file.write_bytes(body[:1000])
    try:
        told = terminal.type(f"{installed}/bin/openiads doctor", tmp_path)
    finally:
        file.write_bytes(body)
    assert told.returncode == 69
    assert f"{file}: a file of openiads itself is not as it was installed" in " ".join(told.stdout.split())


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
        "examples",
        "benchmarks",
        "requirements",
        "conda",
        "web",
        "Dockerfile",
        ".dockerignore",
        "Makefile",
        "README.md",
        "LICENSE",
        "THIRD-PARTY-LICENSES.txt",
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
    assert {"src/openiads/shelf/scenarios/tartus_2016.toml", "requirements/run.txt", "tools/lock.py"} <= names
    assert {"web/src/main.ts", "web/package-lock.json", "web/tests/decode.test.ts", "web/.npmrc"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".parquet"))]
    assert not [name for name in names if "node_modules" in name]
    assert modes["openiads"] & 0o111 == 0o111, "the launcher of a clone must start as it is"


def test_a_wheel_of_the_source_archive_is_the_wheel_of_the_repository(wheel_of_archive: Path, wheel: Path) -> None:
    assert contents(wheel_of_archive) == sources(wheel)
    assert "openiads/shelf/scenarios/tartus_2016.toml" in contents(wheel)


@pytest.mark.parametrize("link", ["a link", "a text", "a folder", "nothing"])
def test_every_tree_gives_the_same_wheel_and_an_archive_that_gives_it_too(
    link: str, archive: Path, wheel: Path, tmp_path: Path
) -> None:
    """The root's link ``scenarios`` comes as a text (Windows, some unpackers), a folder (copies) or not at all."""
    tree = unpacked(archive, tmp_path / "tree")
    scenarios, target = tree / "scenarios", Path("src", "openiads", "shelf", "scenarios")
    if link == "a link":
        scenarios.symlink_to(target)
    elif link == "a text":
        scenarios.write_text(target.as_posix(), encoding="utf-8")
    elif link == "a folder":
        shutil.copytree(tree / target, scenarios)
    assert contents(built(tree, "wheel", tmp_path / "direct")) == sources(wheel)
    again = unpacked(built(tree, "sdist", tmp_path / "archive"), tmp_path / "again")
    assert contents(built(again, "wheel", tmp_path / "wheel")) == sources(wheel)


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

"""The first minutes with a clone: what ``make demo`` and the README tell to type works as typed in a fresh terminal."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from house.fresh import Terminal, activation, clone
from house.source import ROOT
from openiads.base import extras
from openiads.base.errors import OpeniadsError

pytestmark = pytest.mark.compiled_only

README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
MAKE = "make --no-print-directory -o .venv/run -o .venv/test -o .venv/extras"  # all is installed; nothing is here


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


def told_to_type(printed: str) -> list[str]:
    """The indented lines that are to be typed next, without what is said about them."""
    return [line.partition("  #")[0].strip() for line in printed.splitlines() if line.startswith("  ./")]


# ------------------------------------------------------------------ make demo, and what it says is next


@pytest.mark.slow
def test_every_line_that_make_demo_ends_with_works_as_typed(tmp_path: Path, terminal: Terminal) -> None:
    here = clone(tmp_path / "clone")
    printed = terminal.works(f"{MAKE} demo", here)
    lines = told_to_type(printed)
    assert lines and lines[0].startswith("./openiads run ")
    watched = [line for line in lines if " view " in line]
    assert watched
    for line in lines:
        if line not in watched:
            terminal.works(line, here)
    viewed = re.findall(r"\./openiads view \S+", printed)  # of the demonstration's own run, and of the next one
    assert len(viewed) > len(watched)
    for line in viewed:
        assert "http://127.0.0.1:" in served(terminal, line, here)


def served(terminal: Terminal, line: str, here: Path) -> str:
    """What a line that serves until Ctrl-C prints when it has begun to; it is ended like a closed terminal's."""
    begun = subprocess.Popen(terminal.words(f"exec {line}"), cwd=here, stdout=subprocess.PIPE, text=True)
    assert begun.stdout is not None
    try:
        for told in begun.stdout:
            if "http://" in told:
                return told
    finally:
        begun.terminate()
        begun.communicate()
    raise AssertionError(f"{line} ended with {begun.returncode} and printed no address")


def test_the_readme_begins_as_make_demo_ends() -> None:
    after = README.read_text(encoding="utf-8").partition("```text\nmake demo\n```")[2]
    block = re.search(r"```sh\n(.*?)```", after, re.DOTALL)
    assert block
    done = subprocess.run(["make", "-n", "-o", ".venv/run", "demo"], cwd=ROOT, capture_output=True, text=True)
    ended = re.findall(r'echo "  (\./.*)"$', done.stdout, re.MULTILINE)
    first, second, *_ = (line.replace('\\"', '"') for line in ended)
    assert block[1].splitlines()[:2] == [first, second]


@pytest.mark.parametrize("page", [README, TUTORIAL], ids=lambda page: page.name)
def test_the_line_that_activates_lets_every_folder_find_openiads_and_its_python(
    page: Path, tmp_path: Path, terminal: Terminal
) -> None:
    here = clone(tmp_path / "clone")
    assert terminal.type("openiads --version", here).returncode == 127, "found without activation: nothing is shown"
    line = f"{activation(page)}\ncd /\nopeniads --version\npython -c 'import openiads; print(openiads.__version__)'"
    assert "openiads " in terminal.works(line, here)


# ------------------------------------------------------------------ the launcher

TELLS = """#!/bin/sh
echo "$OPENIADS_PROGRAM in $PWD:"
for word in "$@"; do echo "<$word>"; done
exit 7
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A clone, in a folder with a space, whose program tells how it was called."""
    here = tmp_path / "a clone"
    (here / ".venv" / "bin").mkdir(parents=True)
    shutil.copy2(ROOT / "openiads", here)
    for name in ("openiads", "python"):
        (here / ".venv" / "bin" / name).write_text(TELLS)
        (here / ".venv" / "bin" / name).chmod(0o755)
    (here / ".venv" / "made").write_text(f"{here}\n")
    return here


def test_the_launcher_hands_on_words_folder_and_exit_code(made: Path, terminal: Terminal) -> None:
    done = terminal.type("./openiads run 'a file' '' \\* -n 3", made)
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout == f"./openiads in {made}:\n<run>\n<a file>\n<>\n<*>\n<-n>\n<3>\n"


@pytest.mark.parametrize("shell", ["dash", "bash", "sh"])
def test_the_launcher_is_found_by_path_and_through_links(made: Path, terminal: Terminal, shell: str) -> None:
    elsewhere = made.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "one").symlink_to("../a clone/openiads")
    (elsewhere / "two").symlink_to("one")
    for called in ("../a\\ clone/openiads", "./two", "$PWD/one", f"{shell} ./two"):
        done = terminal.type(f"{called} x", elsewhere)
        assert (done.returncode, done.stderr) == (7, ""), called
        assert done.stdout.endswith(f" in {elsewhere}:\n<x>\n")


def test_the_launcher_says_what_to_do_before_make_demo(made: Path, terminal: Terminal) -> None:
    shutil.rmtree(made / ".venv")
    done = terminal.type("./openiads run x", made)
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == f"openiads is not installed in {made} yet. Run this first: make -C '{made}' demo\n"


def test_the_launcher_says_what_to_do_where_the_interpreter_is_gone(made: Path, terminal: Terminal) -> None:
    (made / ".venv" / "bin" / "python").unlink()
    (made / ".venv" / "bin" / "python").symlink_to("/usr/bin/python3.0")
    assert terminal.type("./openiads run x", made).returncode == 69


def test_the_launcher_says_what_to_do_after_a_move(made: Path, terminal: Terminal) -> None:
    moved = made.rename(made.with_name("moved"))
    done = terminal.type("./openiads run x", moved)
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.startswith(f"openiads was installed in {made}, and this is {moved}. Run this once: make ")


def test_make_takes_an_environment_of_another_place_for_none(made: Path, terminal: Terminal) -> None:
    shutil.copy2(ROOT / "Makefile", made)
    stamps = [made / ".venv" / name for name in ("made", "run", "test", "extras")]
    for stamp in stamps[1:]:
        stamp.write_text("")
    terminal.works("make help", made)
    assert all(stamp.exists() for stamp in stamps)
    moved = made.rename(made.with_name("moved"))
    terminal.works("make help", moved)
    assert list((moved / ".venv").iterdir()) == [moved / ".venv" / "bin"]


def test_make_leaves_an_environment_that_is_a_link_alone(made: Path, terminal: Terminal) -> None:
    other = made.with_name("other")
    other.mkdir()
    shutil.copy2(ROOT / "Makefile", other)
    (other / ".venv").symlink_to(made / ".venv")
    terminal.works("make help", other)
    assert (made / ".venv" / "made").exists()


# ------------------------------------------------------------------ extras

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def locked(name: str) -> dict[str, str]:
    """Name of a package -> its version and hashes, in a lock."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {found[1]: found[2] for found in re.finditer(r"^([\w.-]+)(==[^\n]*(?:\n    [^\n]*)*)", text, re.MULTILINE)}


def test_extras_are_locked_as_tested_and_none_is_left_out() -> None:
    wanted, tested = locked("extras"), locked("test")
    assert {re.split(r"[><=~!]", line)[0] for lines in EXTRAS.values() for line in lines} <= set(wanted)
    assert set(locked("run")) <= set(wanted)
    assert {name: pin for name, pin in wanted.items() if tested.get(name) != pin} == {}


def test_make_extras_installs_that_lock() -> None:
    done = subprocess.run(
        ["make", "-n", "-o", ".venv/run", "-W", "requirements/extras.txt", "extras"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--require-hashes --only-binary :all: -r requirements/extras.txt" in done.stdout


@pytest.mark.parametrize("extra", EXTRAS)
def test_in_a_clone_the_command_is_make_extras(extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = clone(tmp_path / "a clone")
    monkeypatch.setattr(extras, "CLONE", here)
    assert extras.how_to_install(extra) == f"make -C '{here}' extras"
    done = subprocess.run(["bash", "-c", extras.how_to_install(extra).replace("make", f"{MAKE} -n", 1)], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("extra", EXTRAS)
def test_elsewhere_the_command_names_packages_and_the_interpreter(
    extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "CLONE", tmp_path)
    monkeypatch.setattr(sys, "executable", "/srv/a place/python")
    packages = " ".join(f"'{line}'" for line in EXTRAS[extra])
    assert extras.how_to_install(extra) == f"'/srv/a place/python' -m pip install {packages}"
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda name: None)
    assert extras.how_to_install(extra) == f"uv pip install --python '/srv/a place/python' {packages}"


def test_where_pipx_made_the_environment_the_command_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pipx_metadata.json").write_text("{}")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert extras.how_to_install("notebook") == "pipx inject openiads 'anywidget>=0.9'"


def test_a_clone_used_from_another_environment_is_not_told_to_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/usr")
    assert " -m pip install " in extras.how_to_install("geo")


def read_tiff(tmp_path: Path) -> None:
    from openiads.earth.raster_files import Raster

    Raster(tmp_path / "heights.tif")


def write_tiff(tmp_path: Path) -> None:
    from openiads.faces.geo.files import geotiff

    geotiff(tmp_path / "map.tif", [], [], [], {})


def use_cluster(tmp_path: Path) -> None:
    from openiads.runs import cluster

    with cluster.opened("dask", None, None, print):
        pass


def show_replay(tmp_path: Path) -> None:
    from openiads.faces.notebook import widget

    widget(None)


@pytest.mark.parametrize(
    ("extra", "package", "use"),
    [
        ("geo", "rasterio", read_tiff),
        ("geo", "rasterio", write_tiff),
        ("cluster", "distributed", use_cluster),
        ("notebook", "anywidget", show_replay),
    ],
)
def test_what_needs_an_extra_says_how_to_get_it(
    extra: str, package: str, use: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(OpeniadsError) as told:
        use(tmp_path)
    assert str(told.value).endswith(f": {extras.how_to_install(extra)}")


def test_nothing_tells_to_install_what_is_in_no_index() -> None:
    pages = [README, *(ROOT / "docs" / "how-to").rglob("*.md"), *(ROOT / "src" / "openiads").rglob("*.py")]
    named = re.compile(r"install [\"']?openiads(\[|[\"']?$)", re.MULTILINE)
    assert [page for page in pages if named.search(page.read_text(encoding="utf-8"))] == []

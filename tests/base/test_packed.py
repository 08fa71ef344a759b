"""Machine code that comes with the package: used where it fits, and only there; what does not fit is compiled."""

import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from openiads.base import packed, stored
from openiads.earth.geodesy import to_ecef

pytestmark = [
    pytest.mark.compiled_only,
    pytest.mark.skipif(not packed.level()[0], reason="nothing is shipped for this kind of machine"),
]

#: Told: the answer, whether something was compiled, and what was warned of.
ASK = """
import sys, warnings
from pathlib import Path
from numba.core import event
from openiads.base import packed
packed.FOLDER = Path(sys.argv[1])
with event.install_recorder("numba:compile") as told, warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    {before}
    from openiads.earth.geodesy import enu_axes, to_ecef
    answer = to_ecef(0.5, 0.6, 100.0)
    {after}
print(answer, len(told.buffer) > 0, *[str(each.message) for each in warned], sep="|")
"""

BUILD = """
import sys, zipfile
from openiads.base import compiled, packed
from openiads.earth.geodesy import enu_axes, to_ecef
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as file:
    for each in (enu_axes, to_ecef):
        file.writestr(packed.name_of(each.py_func), compiled.made_anew(each)[1])
"""


def process(code: str, argument: Path, cache: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENIADS_", "NUMBA_"))}
    program = [sys.executable, "-c", textwrap.dedent(code), str(argument)]
    environment = {**kept, "OPENIADS_CACHE": str(cache), **more}
    return subprocess.run(program, capture_output=True, text=True, env=environment, timeout=300)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with two small kernels, made as ``tools/kernels.py`` makes the whole."""
    folder = tmp_path_factory.mktemp("shipped")
    name, features = packed.level()
    level = {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}
    done = process(BUILD, folder / packed.archive().name, folder / "cache", **level)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copied(shipped: Path, tmp_path: Path) -> Path:
    """The archive's content, to be changed."""
    (tmp_path / packed.archive().name).write_bytes((shipped / packed.archive().name).read_bytes())
    return tmp_path


def asked(folder: Path, cache: Path, before: str = "", after: str = "", **more: str) -> list[str]:
    """The answer of a fresh process, whether it compiled, and its warnings."""
    done = process(ASK.format(before=before or "pass", after=after or "pass"), folder, cache, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("|")


def rewritten(folder: Path, change: dict[str, str]) -> None:
    """Give the members of the archive other names."""
    archive = folder / packed.archive().name
    with zipfile.ZipFile(archive) as file:
        content = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(archive, "w") as file:
        for name, code in content.items():
            for old, new in change.items():
                name = name.replace(old, new)
            file.writestr(name, code)


#: What this process compiled says what is right, to the bit.
RIGHT = str(to_ecef(0.5, 0.6, 100.0))

usable = pytest.mark.skipif(not packed.usable(), reason="this processor lacks what shipped code may use")


@usable
def test_code_that_fits_is_used_with_the_same_bits_and_nothing_is_written(shipped: Path, tmp_path: Path) -> None:
    assert asked(shipped, tmp_path / "cache") == [RIGHT, "False"]
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


@usable
def test_without_a_writable_cache_it_serves_as_well(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer, compiled, *_ = asked(shipped, tmp_path / "file" / "below")
    assert (answer, compiled) == (RIGHT, "False")


def test_the_users_own_cache_goes_first(shipped: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert asked(nothing, tmp_path / "cache") == [RIGHT, "True"]
    spoiled = "import openiads.base.packed as p; p.find_code = lambda function: 1 / 0"
    assert asked(shipped, tmp_path / "cache", spoiled) == [RIGHT, "False"]


@pytest.mark.parametrize("key", ["-", "geodesy"])
def test_what_is_kept_under_another_key_is_compiled(copied: Path, tmp_path: Path, key: str) -> None:
    rewritten(copied, {key: f"{key}0"})
    assert asked(copied, tmp_path / "cache") == [RIGHT, "True"]


@usable
@pytest.mark.parametrize("place", [0.02, 0.25, 0.6, 0.99])
def test_a_damaged_archive_is_told_once_and_compiled_instead(copied: Path, tmp_path: Path, place: float) -> None:
    archive = copied / packed.archive().name
    content = bytearray(archive.read_bytes())
    first = int(place * len(content))
    for k in range(first, min(first + 200, len(content))):
        content[k] ^= 0x55
    archive.write_bytes(content)
    answer, compiled, *warned = asked(copied, tmp_path / "cache", after="enu_axes(0.5, 0.6)")
    assert (answer, compiled) == (RIGHT, "True")
    (told,) = warned
    assert archive.name in told and "Install openiads again." in told


@usable
def test_a_cut_archive_is_told_once(copied: Path, tmp_path: Path) -> None:
    archive = copied / packed.archive().name
    archive.write_bytes(archive.read_bytes()[:1000])
    answer, compiled, *warned = asked(copied, tmp_path / "cache", after="enu_axes(0.5, 0.6)")
    assert (answer, compiled, len(warned)) == (RIGHT, "True", 1)


def test_a_processor_without_one_of_the_features_compiles(shipped: Path, tmp_path: Path) -> None:
    feature = packed.level()[1].rpartition("+")[2]
    lacking = f"(lambda here: (here.update({feature}=False), here)[1])(old())"
    before = f"import llvmlite.binding as b; b.get_host_cpu_features = lambda old=b.get_host_cpu_features: {lacking}"
    assert asked(shipped, tmp_path / "cache", before) == [RIGHT, "True"]


def test_whoever_asks_numba_for_another_processor_gets_its_code(shipped: Path, tmp_path: Path) -> None:
    assert asked(shipped, tmp_path / "cache", NUMBA_CPU_NAME="generic") == [RIGHT, "True"]


@pytest.mark.parametrize(
    "change",
    [
        "stored._sources.cache_clear(); stored._source = lambda module, old=stored._source: f'{old(module)} '",
        "numba.config.OPT = numba.config._OptLevel('2')",
        "numba.__version__ = '0.0.0'",
        "llvmlite.__version__ = '0.0.0'",
        "numpy.__version__ = '9.9.9'",
        "sys.implementation.cache_tag = 'cpython-999'",
        "compiled.OPTIONS['boundscheck'] = True",
        "packed.level = lambda: ('x86-64-v4', '+avx512f')",
        "binding.get_process_triple = lambda: 'elsewhere'",
    ],
)
def test_whatever_changes_the_code_changes_the_key(change: str, tmp_path: Path) -> None:
    code = f"""
    import sys, numba, numpy, llvmlite
    from llvmlite import binding
    from openiads.base import compiled, packed, stored
    from openiads.earth.geodesy import to_ecef
    {change}
    print(packed.name_of(to_ecef.py_func))
    """
    done = process(code, tmp_path, tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() != packed.name_of(to_ecef.py_func)


def test_a_key_does_not_depend_on_the_process_or_a_patch_of_numpy(tmp_path: Path) -> None:
    code = """
    import numpy
    from openiads.base import packed
    from openiads.earth.geodesy import to_ecef
    numpy.__version__ += "1"
    print(packed.name_of(to_ecef.py_func))
    """
    assert process(code, tmp_path, tmp_path / "cache").stdout.strip() == packed.name_of(to_ecef.py_func)


def test_no_other_packages_kernels_are_looked_for() -> None:
    def scaled(x):
        return x

    assert packed.find_code(scaled) is None
    assert stored.find_code(scaled) is None

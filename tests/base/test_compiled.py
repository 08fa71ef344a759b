"""The door to Numba: declared signatures only, a cache that notices every change, and the three ways to run."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from openiads.base import compiled, stored

pytestmark = pytest.mark.compiled_only

MODULES = {
    "constants.py": "FACTOR = 2.0\n",
    "leaf.py": """
        from openiads.base.compiled import kernel
        from planted.constants import FACTOR

        @kernel("f8(f8)")
        def scaled(x):
            return x * FACTOR
        """,
    "top.py": """
        from openiads.base.compiled import kernel
        from planted.leaf import scaled

        @kernel("f8(f8, f8)")
        def both(x, y):
            return scaled(x) + scaled(y)

        @kernel("f8(f8[::1])")
        def total(values):
            out = 0.0
            for i in range(values.shape[0]):
                out += values[i]
            return out

        @kernel("f8(i8)")
        def counted(n):
            return 0.5 * n
        """,
}


@pytest.fixture
def planted(tmp_path):
    """A small package of kernels outside openiads, with a cache of its own."""
    folder = tmp_path / "planted"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name, text in MODULES.items():
        (folder / name).write_text(textwrap.dedent(text))
    return tmp_path


def run(where: Path, code: str, **switches: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh process that sees the planted package."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENIADS_")}
    path = os.pathsep.join([str(where), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**kept, "PYTHONPATH": path, "OPENIADS_CACHE": str(where / "cache"), **switches}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, env=environment, timeout=120
    )


def answer(where: Path, code: str, **switches: str) -> str:
    done = run(where, code, **switches)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_kernels_compiles_nothing_and_the_first_call_compiles_what_it_needs(planted):
    told = answer(
        planted,
        """
        from openiads.base import compiled
        from planted.top import both, total
        print(len(compiled.COMPILE_SECONDS), both(1.0, 2.0), *sorted(compiled.COMPILE_SECONDS))
        """,
    )
    assert told == "0 6.0 planted.leaf.scaled planted.top.both"


def test_threads_that_want_a_kernel_at_once_all_get_it(planted):
    told = answer(
        planted,
        """
        import sys
        import threading
        import numpy as np
        from openiads.base import compiled
        from planted import top

        sys.setswitchinterval(1e-6)
        crowd = 8
        wait = threading.Barrier(crowd)
        got, wrong = [], []

        def ask(k):
            calls = [
                lambda: top.both(1, 2), lambda: top.counted(3), lambda: top.total(np.ones(3)),
                lambda: compiled.entry_point(top.counted)(4), lambda: compiled.as_first_class(top.both) is top.both,
            ]
            wait.wait()
            try:
                got.append([calls[(i + k) % len(calls)]() for i in range(len(calls))][-k % len(calls)])
            except (RuntimeError, TypeError) as problem:
                wrong.append(repr(problem))

        threads = [threading.Thread(target=ask, args=(k,)) for k in range(crowd)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(len(got), wrong, {len(k.overloads) for k in compiled.KERNELS}, set(got))
        """,
    )
    assert told == "8 [] {1} {6.0}"


def test_integers_given_for_floats_do_not_compile_a_second_version(planted):
    told = answer(
        planted,
        """
        from planted.top import both
        print(both(1, 2), both(1.0, 2.0), both(True, 2), len(both.overloads))
        """,
    )
    assert told == "6.0 6.0 6.0 1"


def test_an_array_of_another_type_is_refused_on_the_first_call_and_on_later_ones(planted):
    told = answer(
        planted,
        """
        import importlib
        import numpy as np
        from planted import top
        wrong = {
            "whole numbers": np.arange(4),
            "a stride": np.arange(8.0)[::2],
            "single precision": np.arange(4, dtype="f4"),
            "two dimensions": np.ones((2, 2)),
            "a list": [1.0, 2.0],
            "a number": 3.0,
        }
        for name, values in wrong.items():
            top = importlib.reload(top)
            for when in ("first", "later"):
                try:
                    print(name, when, top.total(values))
                except TypeError:
                    pass
                assert top.total(np.ones(2)) == 2.0
        """,
    )
    assert told == ""


def test_a_wrong_number_of_arguments_is_a_type_error(planted):
    done = run(planted, "from planted.top import both\nboth(1.0)")
    assert "TypeError" in done.stderr


def test_a_second_process_loads_from_the_cache_instead_of_compiling(planted):
    code = """
        from numba.core import event
        with event.install_recorder("numba:compile") as told:
            from planted.top import both
            both(1.0, 2.0)
        print(len(told.buffer) > 0, len(both.overloads))
        """
    assert answer(planted, code) == "True 1"
    assert answer(planted, code) == "False 0", "its machine code is all that a call needs"


def test_a_changed_constant_in_another_module_is_noticed(planted):
    code = "from planted.top import both; print(both(1.0, 2.0))"
    assert answer(planted, code) == "6.0"
    (planted / "planted" / "constants.py").write_text("FACTOR = 10.0\n")
    assert answer(planted, code) == "30.0"


def test_a_changed_kernel_in_another_module_is_noticed(planted):
    code = "from planted.top import both; print(both(1.0, 2.0))"
    assert answer(planted, code) == "6.0"
    leaf = planted / "planted" / "leaf.py"
    leaf.write_text(leaf.read_text().replace("x * FACTOR", "x * FACTOR + 1.0"))
    assert answer(planted, code) == "8.0"


def test_plain_kernels_are_the_functions_themselves_and_numba_is_not_imported(planted):
    told = answer(
        planted,
        """
        import sys
        from openiads.base.compiled import warm
        from planted.top import both
        warm()
        print(both(1.0, 2.0), type(both).__name__, "numba" in sys.modules)
        """,
        OPENIADS_PLAIN="1",
    )
    assert told == "6.0 function False"


def test_bounds_checks_have_a_cache_key_of_their_own(planted):
    code = "from planted.top import both; both(1.0, 2.0); print(sum(both.stats.cache_misses.values()))"
    assert answer(planted, code) == "1"
    assert answer(planted, code, OPENIADS_BOUNDS="1") == "1"
    assert answer(planted, code) == "0"
    assert answer(planted, code, OPENIADS_BOUNDS="1") == "0"


def test_an_unwritable_cache_folder_warns_once_and_the_run_goes_on(planted):
    (planted / "file").write_text("")
    done = run(
        planted, "from planted.top import both; print(both(1.0, 2.0))", OPENIADS_CACHE=str(planted / "file" / "x")
    )
    assert done.returncode == 0
    assert done.stdout.strip() == "6.0"
    assert done.stderr.count("cannot keep compiled kernels here") == 1
    assert "OPENIADS_CACHE" in done.stderr


def test_the_cache_settings_of_other_packages_are_left_alone(planted):
    told = answer(
        planted,
        """
        import numba
        before = numba.config.CACHE_DIR
        from planted.top import both
        both(1.0, 2.0)
        other = numba.njit(cache=False)(lambda x: x + 1.0)
        one = (other(1.0), len(other.signatures))
        print(numba.config.CACHE_DIR == before, *one, other(1) == 2.0, len(other.signatures))
        """,
    )
    assert told == "True 2.0 1 True 2"


def test_a_damaged_cache_file_is_compiled_again(planted):
    code = "from planted.top import both; print(both(1.0, 2.0))"
    assert answer(planted, code) == "6.0"
    damaged = 0
    for path in [*(planted / "cache").rglob("*.nbc"), *(planted / "cache").rglob("*.code")]:
        path.write_bytes(path.read_bytes()[: 20 if path.suffix == ".nbc" else -20])
        damaged += 1
    assert damaged == 3  # what a caller links, of both kernels, and the machine code of the one that was called
    assert answer(planted, code) == "6.0"
    assert answer(planted, f"{code}; print(len(both.overloads))") == "6.0\n0", "they are replaced"


@pytest.mark.parametrize("kind", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_whatever_a_damaged_cache_raises_the_kernel_is_compiled_and_kept_again(planted, kind, damage):
    """An index that cannot be read is read once more when what is compiled is saved: it must be made anew before."""
    code = "from planted.top import both; print(both(1.0, 2.0))"
    assert answer(planted, code) == "6.0"
    for path in (planted / "cache").rglob("*.code"):
        path.unlink()
    for path in (planted / "cache").rglob(f"*{kind}"):
        body = bytearray(path.read_bytes())
        body[30] ^= 1
        path.write_bytes(body[: len(body) // 2] if damage == "cut" else body)
    assert answer(planted, code) == "6.0"
    assert answer(planted, f"{code}; print(len(both.overloads))") == "6.0\n0", "they are replaced"


def test_a_users_function_is_adopted_for_its_declared_signature(planted):
    told = answer(
        planted,
        """
        from openiads.base.compiled import adopt_function
        def rule(x, n):
            return x * n
        adopted = adopt_function(rule, "f8(f8, i8)", "rules.py:rule")
        print(adopted(1.5, 2), len(adopted.signatures))
        """,
    )
    assert told == "3.0 1"


def test_a_users_function_that_does_not_compile_is_an_input_error_of_one_line(planted):
    told = answer(
        planted,
        """
        from openiads.base.compiled import adopt_function
        from openiads.base.errors import InputError
        def rule(x, n):
            return x.nothing * n
        try:
            adopt_function(rule, "f8(f8, i8)", "rules.py:rule")
        except InputError as error:
            print(str(error).startswith("rules.py:rule: "), len(str(error).splitlines()), error.exit_code)
        """,
    )
    assert told == "True 1 65"


def test_of_those_that_fill_one_cache_the_others_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "usable_cache_folder", lambda: tmp_path)
    order: list[str] = []

    def second() -> None:
        begun.set()
        with stored.filling_cache():
            order.append("second")

    begun = threading.Event()
    other = threading.Thread(target=second)
    with stored.filling_cache():
        other.start()
        assert begun.wait(60)
        time.sleep(0.1)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_without_a_cache_folder_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "usable_cache_folder", lambda: None)
    with stored.filling_cache(), stored.filling_cache():
        pass


def test_a_reference_to_another_layout_is_another_type() -> None:
    """Compiled code is stored under its types: a field that moves must not meet code for where it was before."""
    cls = namedtuple("Planted", "rows weights")
    one = np.dtype([("a", "f8"), ("b", "f8")], align=True)
    two = np.dtype([("a", "f8"), ("new", "f8"), ("b", "f8")], align=True)
    weights = compiled.resolve("f8[::1]")
    types = [compiled.shared_type(cls, [compiled.rows_type(rows), weights]) for rows in (one, one, two)]
    assert types[0] == types[1] != types[2]


def test_where_numba_is_switched_off_one_line_names_plain_mode(planted):
    done = run(planted, "from planted.top import both", NUMBA_DISABLE_JIT="1")
    assert done.returncode == 1
    assert "NUMBA_DISABLE_JIT" in done.stderr.splitlines()[-1]
    assert "OPENIADS_PLAIN=1" in done.stderr.splitlines()[-1]
    plain = "from planted.top import both; print(both(1.0, 2.0))"
    assert answer(planted, plain, NUMBA_DISABLE_JIT="1", OPENIADS_PLAIN="1") == "6.0"
    assert answer(planted, plain, NUMBA_DISABLE_JIT="0") == "6.0"


def test_numbas_own_switches_that_change_code_have_a_cache_key_of_their_own(planted):
    code = "import planted.top; from openiads.base.stored import _own_key as key; print(key('planted.leaf', ''))"
    keys = {answer(planted, code, **switch) for switch in ({}, {"NUMBA_OPT": "0"}, {"NUMBA_CPU_NAME": "generic"})}
    assert len(keys) == 3
    assert answer(planted, code) in keys

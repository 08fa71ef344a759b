"""The faults of ``make mutants``: each is one, the sample is the seed's, equivalents still stand where they say."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from house.source import PACKAGE, ROOT

SOURCE = b'''"""Text of a module, 1 + 1."""
from math import sqrt
HALF = 0.5

@kernel("f8(f8, f8)")
def root(a: float, b: float = 2.0):
    """Text of a function."""
    if a < b and not a == 0.0:
        raise ValueError("a < b")
    total = 0
    for i in range(3):
        if i > 1:
            break
        total += min(a, b)
    state[0] = -a
    forget(a, b)
    return (a) + (b)
'''


@pytest.fixture
def mutations(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])
    import mutations

    return mutations


def test_every_kind_of_fault_is_made_and_each_is_another_program(mutations: ModuleType) -> None:
    made = mutations.mutants_of(SOURCE, "root.py")
    told = {(each.kind, " ".join(each.old.split()), each.new) for each in made}
    assert {
        ("comparison", "a < b", "a <= b"),
        ("comparison", "a < b", "a >= b"),
        ("logic", "a < b and not a == 0.0", "a < b or not a == 0.0"),
        ("negation", "not a == 0.0", "(a == 0.0)"),
        ("constant", "0.5", "0.55"),
        ("constant", "2.0", "2.2"),
        ("one off", "range(3)", "range((3) - 1)"),
        ("loop", "break", "continue"),
        ("function", "min(a, b)", "max(a, b)"),
        ("operator", "total += min(a, b)", "total -= min(a, b)"),
        ("dropped statement", "state[0] = -a", "pass"),
        ("dropped statement", "forget(a, b)", "pass"),
        ("swapped arguments", "forget(a, b)", "forget(b, a)"),
        ("sign", "-a", "(a)"),
        ("dropped term", "(a) + (b)", "(a)"),
        ("returned value", "(a) + (b)", "-((a) + (b))"),
    } <= told
    assert all(mutations.is_another(each, SOURCE) for each in made)
    assert {each.function for each in made} == {"", "root"}
    assert [each for each in made if "1 + 1" in each.old or "Text" in each.old or "f8" in each.old] == []


def test_a_fault_changes_its_place_and_nothing_else(mutations: ModuleType) -> None:
    for each in mutations.mutants_of(SOURCE, "root.py"):
        made = each.within(SOURCE)
        assert made[: each.start] == SOURCE[: each.start]
        assert made[each.start + len(each.new.encode()) :] == SOURCE[each.end :]


def test_a_smaller_sample_begins_a_larger_one_and_other_modules_move_nothing(mutations: ModuleType) -> None:
    other = b"def area(r):\n    return 3.0 * r * r\n"
    both = {"root.py": SOURCE, "area.py": other}
    ten = [each.key for each in mutations.sample(both, 1, 10)]
    assert ten == [each.key for each in mutations.sample(both, 1, 20)][:10]
    assert ten != [each.key for each in mutations.sample(both, 2, 10)]
    assert len(set(ten)) == 10
    alone = [each.key for each in mutations.sample({"root.py": SOURCE}, 1, 100)]
    among = [each.key for each in mutations.sample(both, 1, 1000) if each.file == "root.py"]
    assert alone == among
    below = SOURCE.replace(b"HALF = 0.5\n", b"HALF = 0.5\n\n\n")
    assert [each.key for each in mutations.sample({"root.py": below}, 1, 100)] == alone


def test_the_nearest_tests_of_a_module_are_its_mirror(mutations: ModuleType) -> None:
    import mutants

    physics = PACKAGE / "physics"
    assert mutants.files_for(physics / "propagation.py")[0] == ROOT / "tests" / "physics" / "test_propagation.py"
    nearest = mutants.files_for(physics / "flyout" / "terminal.py")
    assert nearest[0] == ROOT / "tests" / "physics" / "test_flyout.py"
    assert nearest[-1].parent.name == "validation"
    plain = mutants.plain_modules("parts")
    assert {"openiads.parts.tracks", "openiads.world.log", "openiads.engine.step"} <= set(plain)
    assert not {"openiads.physics.motion", "openiads.earth.geodesy"} & set(plain)


def test_every_equivalent_stands_where_it_says_with_a_reason(mutations: ModuleType) -> None:
    import mutants

    for (file, function, old, new), reason in mutants.equivalents().items():
        source = (PACKAGE / file).read_bytes()
        faults = {(each.function, each.old, each.new) for each in mutations.mutants_of(source, file)}
        assert (function, old, new) in faults, f"{file} has no such mutant any more: {old} -> {new}"
        assert len(reason.split()) >= 6, reason

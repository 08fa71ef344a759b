"""Errors are for people: one line with place, reason and remedy, and an exit code."""

import pickle

import pytest

from openiads.base.errors import (
    SHOWN,
    InputError,
    InputErrors,
    Interrupted,
    OpeniadsError,
    ResultsError,
    UsageError,
)


def test_an_error_prints_as_one_line_with_place_reason_and_remedy():
    error = InputError("raid.toml:12", "site[1].system is\nnot in the catalog", "List them: openiads catalog list.")
    assert str(error) == "raid.toml:12: site[1].system is not in the catalog. List them: openiads catalog list."


def test_an_error_without_remedy_or_place_has_no_stray_punctuation():
    assert str(ResultsError("out", "disk full")) == "out: disk full"
    assert str(UsageError("", "N is negative", "Give N >= 0.")) == "N is negative. Give N >= 0."
    assert str(UsageError("-n", "What?", "Give N >= 0.")) == "-n: What? Give N >= 0."


@pytest.mark.parametrize(
    ("kind", "code"), [(UsageError, 2), (InputError, 65), (InputErrors, 65), (ResultsError, 74), (Interrupted, 130)]
)
def test_exit_codes_are_those_of_the_command_line_contract(kind, code):
    assert kind.exit_code == code
    assert issubclass(kind, OpeniadsError)


def test_several_problems_print_one_a_line_and_at_most_fifty():
    many = InputErrors(InputError(f"f:{i}", "wrong", "Fix it.") for i in range(SHOWN + 7))
    lines = str(many).splitlines()
    assert len(lines) == SHOWN + 1
    assert lines[0] == "f:0: wrong. Fix it."
    assert lines[-1] == "... and 7 more"
    assert len(many.problems) == SHOWN + 7


def test_no_problems_are_no_error():
    with pytest.raises(ValueError, match="at least one"):
        InputErrors([])


@pytest.mark.parametrize(
    "error", [InputError("a", "b", "c"), InputErrors([InputError("a", "b", "c"), InputError("d", "e", "f")])]
)
def test_errors_survive_the_way_between_processes(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)

"""Public functions: quantities as text or numbers, unknown names refused, errors that name parameters."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiads.base import options, units
from openiads.base.errors import InputError, UsageError


@dataclass(frozen=True, kw_only=True)
class Question:
    OPTIONS: ClassVar[Mapping[str, str]] = {"--height": "heights"}

    system: str = field(kw_only=False)
    heights: options.Quantity = "50 m"
    low_speed: options.Quantity = 1.0


@options.keywords_of(Question)
def answer(question: Question) -> float:
    """An answer."""
    height = options.quantity("--height", question.heights, "length")
    return height + options.quantity("--low-speed", question.low_speed, "speed")


@given(st.floats(-1e9, 1e9))
def test_a_number_is_si_and_its_text_the_same_number(value: float) -> None:
    for kind in ("length", "speed", "angle", "time"):
        assert options.quantity("--x", value, kind) == value
        assert options.quantity("--x", units.written(value, kind), kind) == value


def test_a_numpy_number_is_a_number() -> None:
    assert options.quantity("--x", np.float32(2.0), "length") == 2.0
    assert options.position("--x", (np.float64(0.5), 0.25)) == (0.5, 0.25)


@pytest.mark.parametrize("value", [math.nan, math.inf, True, None, [1.0], {}])
def test_what_is_no_quantity_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(InputError, match=r"--x: .* is not a quantity") as told:
        options.quantity("--x", value, "length")
    assert "m" in told.value.remedy


@pytest.mark.parametrize("value", ["34.92", (34.9, 35.9), (0.1,), 5.0, ("a", "b"), None])
def test_what_is_no_position_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(InputError, match="--at: "):
        options.position("--at", value)


def test_corners_are_text_or_two_positions() -> None:
    wanted = options.corners("--extent", "34 N 35 E; 36 N 37 E")
    assert options.corners("--extent", ("34 N 35 E", "36 N 37 E")) == wanted
    assert options.corners("--extent", wanted) == wanted
    for wrong in ("34 N 35 E", "36 N 37 E; 34 N 35 E", (wanted[0],)):
        with pytest.raises(InputError, match="--extent"):
            options.corners("--extent", wrong)  # type: ignore[arg-type]


def test_one_value_or_several() -> None:
    assert options.several("50 m") == ("50 m",)
    assert options.several(50.0) == (50.0,)
    assert options.several(["a", "b"]) == ("a", "b")
    assert options.several(np.array([1.0, 2.0])) == (1.0, 2.0)


def test_a_function_takes_the_fields_of_its_question() -> None:
    assert answer("s300f", heights="3 km", low_speed=2) == 3002.0
    assert list(inspect.signature(answer).parameters) == ["system", "heights", "low_speed"]
    assert inspect.signature(answer).return_annotation == "float"
    assert answer.__doc__ == "An answer."


def test_errors_name_the_parameter_and_not_the_option() -> None:
    with pytest.raises(InputError) as told:
        answer("s300f", heights="tall")
    assert told.value.place == "heights"
    with pytest.raises(InputError) as told:
        answer("s300f", low_speed="3 kg")
    assert told.value.place == "low_speed"


def test_an_unknown_parameter_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'answer\(hieghts=\): .*Nearest: "heights"\. Parameters: system, heights'):
        answer("s300f", hieghts="3 km")  # type: ignore[call-arg]
    for wrong in (lambda: answer(), lambda: answer("a", "b")):  # type: ignore[call-arg, misc]
        with pytest.raises(UsageError, match=r"answer\(\): "):
            wrong()


def test_a_plain_function_refuses_names_and_keeps_those_it_passes_on() -> None:
    def plain(value: int, *, more: int = 0) -> int:
        return value + more

    def open_ended(**named: int) -> int:
        return sum(named.values())

    assert options.checked_call(plain)(1, more=2) == 3
    with pytest.raises(UsageError, match='Nearest: "more"'):
        options.checked_call(plain)(1, mor=2)  # type: ignore[call-arg]
    assert options.checked_call(open_ended)(anything=4) == 4

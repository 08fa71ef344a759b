"""The doorway for text with units: exact, strict, and its own inverse."""

import math
import pickle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openiads.base.errors import InputError
from openiads.base.units import KINDS, QuantityError, position, quantity, written, written_position

finite = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=True)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("75 km", "length", 75_000.0),
        ("0.1 km", "length", 100.0),
        ("10 nmi", "length", 18_520.0),
        ("30000 ft", "length", 9144.0),
        ("1 mi", "length", 1609.344),
        ("-20m", "length", -20.0),
        ("250 m/s", "speed", 250.0),
        ("900 km/h", "speed", 250.0),
        ("36 kt", "speed", 18.52),
        ("180 deg", "angle", math.pi),
        ("-90 deg", "angle", -math.pi / 2),
        ("60 arcmin", "angle", math.pi / 180),
        ("5 mrad", "angle", 0.005),
        ("6 rpm", "angular_speed", math.pi / 5),
        ("1.5 min", "time", 90.0),
        ("250 ms", "time", 0.25),
        ("2 h", "time", 7200.0),
        ("0.1 m2", "area", 0.1),
        ("0 dBsm", "area", 1.0),
        ("10 dBsm", "area", 10.0),
        ("1.8 t", "mass", 1800.0),
        ("3 GHz", "frequency", 3e9),
        ("430 MHz", "frequency", 4.3e8),
        ("100 kW", "power", 1e5),
        ("30 dBW", "power", 1000.0),
        ("30 dBm", "power", 1.0),
        ("20 g", "acceleration", 196.133),
        ("15 degC", "temperature", 288.15),
        ("12 dB", "decibel", 12.0),
        ("20 dB", "ratio", 100.0),
        ("40 %", "probability", 0.4),
        ("0.7", "probability", 0.7),
        (0.7, "probability", 0.7),
        (1, "number", 1.0),
        ("1e3 m", "length", 1000.0),
        ("130 kN", "force", 130_000.0),
    ],
)
def test_a_quantity_reads_as_the_nearest_float(text, kind, value):
    assert quantity(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("75", "length", "no unit"),
        (75, "length", "no unit"),
        (True, "probability", "not a quantity"),
        (None, "length", "not a quantity"),
        ([1], "length", "not a quantity"),
        ("", "length", "does not start with a number"),
        ("km", "length", "does not start with a number"),
        ("nan m", "length", "does not start with a number"),
        ("inf km", "length", "does not start with a number"),
        (math.nan, "probability", "does not start with a number"),
        ("1e400 m", "length", "too large"),
        ("1e999999999 m", "length", "unknown unit"),
        ("9" * 500 + " m", "length", "does not start with a number"),
        ("4000 dB", "ratio", "too large"),
        ("75 KM", "length", "unknown unit"),
        ("75 s", "length", "unknown unit"),
        ("75,5 km", "length", "a comma in a number"),
        ("1_000 m", "length", "unknown unit"),
        ("٧ km", "length", "does not start with a number"),
        ("1.2", "decibel", "no unit"),
        ("1.2", "probability", "at least 0 and at most 1"),
        ("-1 %", "probability", "at least 0"),
        ("-300 degC", "temperature", "at least 0"),
    ],
)
def test_a_wrong_quantity_is_refused_with_units_and_an_example(text, kind, said):
    with pytest.raises(QuantityError) as caught:
        quantity(text, kind)
    message = str(caught.value)
    assert said in message
    assert KINDS[kind].example in message
    assert all(unit in message for unit in KINDS[kind].units)
    assert "\n" not in message
    assert len(message) < 300


def test_a_quantity_error_is_an_input_error_and_a_value_error_and_survives_pickling():
    with pytest.raises(QuantityError) as caught:
        quantity("75", "length")
    assert isinstance(caught.value, InputError)
    assert isinstance(caught.value, ValueError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


@given(value=finite, kind=st.sampled_from(sorted(KINDS)))
def test_what_is_written_reads_back_bit_for_bit(value, kind):
    assume(KINDS[kind].low <= value <= KINDS[kind].high)
    text = written(value, kind)
    back = quantity(text, kind)
    assert back == value
    if kind != "temperature":
        assert math.copysign(1.0, back) == math.copysign(1.0, value)


@given(
    number=st.decimals(-(10**6), 10**6, places=3),
    kind=st.sampled_from(["length", "speed", "time", "mass", "angle", "frequency"]),
    data=st.data(),
)
def test_writing_keeps_what_a_person_wrote(number, kind, data):
    unit = data.draw(st.sampled_from(KINDS[kind].units))
    value = quantity(f"{number} {unit}", kind)
    assert quantity(written(value, kind), kind) == value


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (75_000.0, "length", "75 km"),
        (20.0, "length", "20 m"),
        (0.0, "length", "0 km"),
        (quantity("30 deg", "angle"), "angle", "30 deg"),
        (quantity("34.92 deg", "angle"), "angle", "34.92 deg"),
        (3e9, "frequency", "3 GHz"),
        (0.7, "probability", "0.7"),
        (288.15, "temperature", "288.15 K"),
    ],
)
def test_written_text_is_what_a_person_would_write(value, kind, text):
    assert written(value, kind) == text


def test_an_infinite_value_cannot_be_written():
    with pytest.raises(QuantityError, match="cannot be written"):
        written(math.inf, "length")


@given(kind=st.sampled_from(sorted(KINDS)), number=st.floats(0.001, 0.999))
def test_a_larger_number_of_the_same_unit_is_a_larger_quantity(kind, number):
    for unit in [*KINDS[kind].units, *([""] if "" in KINDS[kind].factors else [])]:
        if unit == "dB" and kind == "probability":
            continue
        assert quantity(f"{number!r} {unit}", kind) < quantity(f"{number * 1.001!r} {unit}", kind)


@pytest.mark.parametrize(
    "text",
    [
        "34.92 N 35.90 E",
        "34.92N, 35.90E",
        "35.90 E 34.92 N",
        "34.92 35.90",
        "34.92, 35.90",
        "+34.92 +35.9",
        "34.92° N 35.90° E",
        "34 55 12 N 35 54 00 E",
        "34°55'12\"N 35°54'E",
        "34°55.2'N 35°54.0'E",
        "34.92 n 35.9 e",
    ],
)
def test_a_position_reads_the_same_in_every_spelling(text):
    latitude, longitude = position(text)
    assert latitude == pytest.approx(math.radians(34.92), abs=1e-15)
    assert longitude == pytest.approx(math.radians(35.90), abs=1e-15)


@pytest.mark.parametrize("text", ["34.92 S 35.90 W", "-34.92 -35.90", "35.90 W 34.92 S"])
def test_south_and_west_are_negative(text):
    latitude, longitude = position(text)
    assert latitude == pytest.approx(-math.radians(34.92), abs=1e-15)
    assert longitude == pytest.approx(-math.radians(35.90), abs=1e-15)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("91 N 35.90 E", "latitude is beyond 90"),
        ("34.92 N 181 E", "longitude is beyond 180"),
        ("34.92, 180.1", "longitude is beyond 180"),
        ("34.92 N", "not a position"),
        ("34.92 N 35.90 N", "one latitude and one longitude"),
        ("-34.92 N 35.90 E", "both a sign and a letter"),
        ("34 60 00 N 35 00 00 E", "minutes and seconds"),
        ("34.5 30 N 35 00 E", "only the last part"),
        ("Tartus", "not a position"),
        ("nan nan", "not a position"),
        ("", "not a position"),
        ("34.92 N 35.90 E 3", "not a position"),
        (12.0, "not a position"),
    ],
)
def test_a_wrong_position_is_refused_with_an_example(text, said):
    with pytest.raises(QuantityError) as caught:
        position(text)
    assert said in str(caught.value)
    assert "34.92 N 35.90 E" in str(caught.value)


@given(
    latitude=st.floats(-math.pi / 2, math.pi / 2),
    longitude=st.floats(-math.pi, math.pi),
)
def test_a_written_position_reads_back_bit_for_bit(latitude, longitude):
    back = position(written_position(latitude, longitude))
    assert [math.copysign(1.0, b) * abs(b) for b in back] == [latitude, longitude]
    assert [math.copysign(1.0, b) for b in back] == [math.copysign(1.0, v) for v in (latitude, longitude)]


def test_a_position_off_the_globe_cannot_be_written():
    with pytest.raises(QuantityError):
        written_position(1.6, 0.0)
    with pytest.raises(QuantityError):
        written_position(0.0, math.nan)


def test_the_poles_and_the_date_line_are_positions():
    assert position("90 S 180 W") == (-math.pi / 2, -math.pi)
    assert position("90 N 180 E") == (math.pi / 2, math.pi)

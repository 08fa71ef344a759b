"""The only doorway for "75 km", "34.92 N 35.90 E" and the like: past it everything is SI and radians.

Reading is exact: the decimal text is multiplied by the unit's exact factor and rounded once to the nearest float, so
"0.1 km" is the float 100.0.  ``written`` is the inverse: it returns text that reads back as the same float, bit for
bit.

Sources of factors: BIPM, The International System of Units, 9th edition (2019); the international foot, nautical
mile, knot and standard gravity are exact by definition.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from openiads.base.errors import InputError

#: pi to 60 decimals, so that a degree has an exact factor too.
_PI = Fraction("3.141592653589793238462643383279502884197169399375105820974944")
_DEGREE = _PI / 180

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST = 200
#: A position has no exponents ("E" is east), so that the tiniest angle takes all its zeros.
_LONGEST_POSITION = 900


class QuantityError(InputError, ValueError):
    """Text that is no quantity of the wanted kind; the reader adds the place (file, line, field)."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__("", reason, remedy)

    def __reduce__(self) -> tuple[type[QuantityError], tuple[str, str]]:
        return type(self), (self.reason, self.remedy)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of quantity: its units with their factors to SI, the units to write in, and an example.

    Attributes
    ----------
    factors : dict of str to Fraction
        Unit -> SI units in one of it; "" means that a bare number is allowed.
    written : tuple of str
        Units to try when writing, the first that is fitting and short wins; the last is the fallback.
    example : str
    decibels : dict of str to Fraction
        Unit -> reference in SI, for logarithmic units (value = reference * 10**(number / 10)).
    offsets : dict of str to Fraction
        Unit -> SI value of its zero.
    low, high : float
        The values allowed, SI.
    """

    factors: dict[str, Fraction]
    written: tuple[str, ...]
    example: str
    decibels: dict[str, Fraction]
    offsets: dict[str, Fraction]
    low: float = -math.inf
    high: float = math.inf

    @property
    def units(self) -> list[str]:
        """Every unit allowed, in the order to name them."""
        return [unit for unit in self.factors if unit] + list(self.decibels)


def _kind(
    factors: dict[str, int | str | Fraction],
    written: str,
    example: str,
    *,
    decibels: dict[str, str] | None = None,
    offsets: dict[str, str] | None = None,
    low: float = -math.inf,
    high: float = math.inf,
) -> Kind:
    return Kind(
        {unit: Fraction(factor) for unit, factor in factors.items()},
        tuple(written.split(",")),
        example,
        {unit: Fraction(reference) for unit, reference in (decibels or {}).items()},
        {unit: Fraction(zero) for unit, zero in (offsets or {}).items()},
        low,
        high,
    )


KINDS: dict[str, Kind] = {
    "length": _kind(
        {"m": 1, "km": 1000, "ft": "0.3048", "nmi": 1852, "mi": "1609.344", "cm": "0.01", "mm": "0.001"},
        "km,m",
        "75 km",
    ),
    "speed": _kind(
        {"m/s": 1, "km/s": 1000, "km/h": Fraction(5, 18), "kt": Fraction(1852, 3600), "ft/s": "0.3048"},
        "m/s",
        "250 m/s",
    ),
    "acceleration": _kind({"m/s2": 1, "g": "9.80665"}, "g,m/s2", "9 g"),
    "angle": _kind(
        {
            "deg": _DEGREE,
            "rad": 1,
            "mrad": "0.001",
            "arcmin": _DEGREE / 60,
            "arcsec": _DEGREE / 3600,
            "°": _DEGREE,
        },
        "deg",
        "30 deg",
    ),
    "angular_speed": _kind({"deg/s": _DEGREE, "rad/s": 1, "rpm": _PI / 30}, "deg/s", "30 deg/s"),
    "time": _kind({"s": 1, "ms": "0.001", "us": "0.000001", "min": 60, "h": 3600}, "s,ms", "12 s"),
    "rate": _kind({"1/s": 1, "1/min": Fraction(1, 60), "1/h": Fraction(1, 3600)}, "1/s", "0.5 1/s"),
    "area": _kind({"m2": 1, "km2": 1_000_000, "cm2": "0.0001"}, "m2", "0.1 m2", decibels={"dBsm": "1"}),
    "mass": _kind({"kg": 1, "t": 1000, "g": "0.001", "lb": "0.45359237"}, "kg", "1800 kg"),
    "mass_rate": _kind({"kg/s": 1}, "kg/s", "120 kg/s"),
    "force": _kind({"N": 1, "kN": 1000}, "kN,N", "130 kN"),
    "frequency": _kind({"Hz": 1, "kHz": 1000, "MHz": 1_000_000, "GHz": 1_000_000_000}, "GHz,MHz,kHz,Hz", "3 GHz"),
    "power": _kind(
        {"W": 1, "mW": "0.001", "kW": 1000, "MW": 1_000_000},
        "kW,W",
        "100 kW",
        decibels={"dBW": "1", "dBm": "0.001"},
    ),
    "temperature": _kind({"K": 1, "degC": 1}, "K", "290 K", offsets={"degC": "273.15"}, low=0.0),
    "pressure": _kind({"Pa": 1, "hPa": 100, "kPa": 1000}, "Pa", "1013.25 hPa"),
    # A number of decibels stays one (gains and losses are added); "ratio" turns decibels into a power ratio.
    "decibel": _kind({"dB": 1, "dBi": 1}, "dB", "12 dB"),
    "ratio": _kind({"": 1, "%": "0.01"}, "", "0.5", decibels={"dB": "1"}),
    "probability": _kind({"": 1, "%": "0.01"}, "", "0.7", low=0.0, high=1.0),
    "number": _kind({"": 1}, "", "0.25"),
}


def kind_named(kind: str) -> Kind:
    """The kind of this name; a ``KeyError`` here is a mistake of the program, not of the user."""
    return KINDS[kind]


def _advice(kind: Kind) -> str:
    if not kind.units:
        return f"Write a number, e.g. {kind.example}."
    bare = "a number alone or with " if "" in kind.factors else "a number with "
    return f'Write {bare}{", ".join(kind.units)}, e.g. "{kind.example}".'


def quantity(text: str | float, kind: str) -> float:
    """Read a quantity such as "75 km" into SI units and radians.

    Parameters
    ----------
    text : str or float
        a number, a space or nothing, and a unit; a bare number (or a Python number) only for kinds that allow it.
    kind : str
        a key of ``KINDS``.

    Returns
    -------
    float

    Raises
    ------
    QuantityError
        Naming the units allowed and an example.
    """
    allowed = kind_named(kind)
    shown = repr(text)[:60]
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise QuantityError(f"{shown} is not a quantity", _advice(allowed))
    words = repr(text) if not isinstance(text, str) else text.strip()
    found = _NUMBER.match(words) if len(words) <= _LONGEST else None
    if found is None:
        raise QuantityError(f"{shown} does not start with a number", _advice(allowed))
    unit = words[found.end() :].strip()
    if re.match(r",\d", unit):
        plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", words)
        plain = plain if "," not in plain else words.replace(",", ".", 1)
        remedy = f'Decimals take a point, thousands no sign: "{plain}".'
        raise QuantityError(f"{shown}: a comma in a number", f"{remedy} {_advice(allowed)}")
    if unit not in allowed.factors and unit not in allowed.decibels:
        reason = f"{shown} has no unit" if not unit else f'{shown}: unknown unit "{unit[:20]}" for a {_spoken(kind)}'
        raise QuantityError(reason, _advice(allowed))
    value = _converted(found.group(), unit, allowed)
    if not math.isfinite(value):
        raise QuantityError(f"{shown} is too large", _advice(allowed))
    if not allowed.low <= value <= allowed.high:
        top = "" if math.isinf(allowed.high) else f" and at most {allowed.high:g}"
        raise QuantityError(f"{shown}: a {_spoken(kind)} is at least {allowed.low:g}{top}", _advice(allowed))
    return value


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")


def _converted(number: str, unit: str, kind: Kind) -> float:
    """The SI value of a matched number in a unit of the kind; infinite when it exceeds a float."""
    try:
        if unit in kind.decibels:
            return float(kind.decibels[unit]) * math.pow(10.0, float(number) / 10.0)
        value = float(Fraction(number) * kind.factors[unit] + kind.offsets.get(unit, 0))
    except OverflowError:
        return math.inf
    return math.copysign(value, -1.0) if value == 0.0 and number.startswith("-") else value


def _decimal(exact: Fraction, digits: int) -> str:
    """An exact number rounded to so many significant digits, as plain decimal text where that is short."""
    if exact == 0:
        return "0"
    size = abs(exact)
    power = _decimal_exponent(size)
    scaled = round(size * Fraction(10) ** (digits - 1 - power))
    if scaled >= 10**digits:
        power += 1
        scaled = round(size * Fraction(10) ** (digits - 1 - power))
    sign = "-" if exact < 0 else ""
    figures = str(scaled).rstrip("0") or "0"
    if 0 <= power < 15:
        whole = figures[: power + 1].ljust(power + 1, "0")
        rest = figures[power + 1 :]
        return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
    if -5 <= power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{figures}"
    mantissa = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
    return f"{sign}{mantissa}e{power}"


def _decimal_exponent(size: Fraction) -> int:
    """floor(log10(size)) of a positive exact number."""
    power = len(str(size.numerator)) - len(str(size.denominator))
    while Fraction(10) ** power > size:
        power -= 1
    while Fraction(10) ** (power + 1) <= size:
        power += 1
    return power


def _in_unit(value: float, unit: str, kind: Kind) -> str:
    """The shortest decimal text of an SI value in a linear unit that reads back as the same float."""
    if value == 0.0 and unit not in kind.offsets:
        return "-0" if math.copysign(1.0, value) < 0 else "0"
    exact = (Fraction(value) - kind.offsets.get(unit, 0)) / kind.factors[unit]
    for digits in range(1, 30):
        text = _decimal(exact, digits)
        if _converted(text, unit, kind) == value:
            return text
    raise AssertionError(f"{value!r} has no decimal text in {unit}")  # 17 digits and two more always suffice


def written(value: float, kind: str) -> str:
    """Text of an SI value that ``quantity`` reads back as the same float, in the handiest unit of the kind.

    Parameters
    ----------
    value : float
        Finite, within the kind's limits.
    kind : str

    Returns
    -------
    str
    """
    allowed = kind_named(kind)
    if not math.isfinite(value):
        raise QuantityError(f"{value!r} cannot be written as a {_spoken(kind)}", _advice(allowed))
    best = ""
    for unit in allowed.written:
        text = f"{_in_unit(value, unit, allowed)} {unit}".strip()
        number = abs(float(text.split()[0]))
        handy = number == 0.0 or 1.0 <= number < 10_000.0
        if handy and len(text) <= 12:
            return text
        if not best or len(text) < len(best):
            best = text
    return best


# ------------------------------------------------------------------ positions

_PART = re.compile(
    r"""\s*(?P<sign>[+-])?\s*(?P<deg>\d+(?:\.\d*)?)\s*(?:°|deg)?
        (?:\s*(?P<min>\d+(?:\.\d*)?)\s*['′]?(?:\s*(?P<sec>\d+(?:\.\d*)?)\s*["″]?)?)?
        \s*(?P<side>[NSEWnsew])""",
    re.VERBOSE | re.ASCII,
)
_SIGNED = re.compile(
    r"\s*(?P<lat>[+-]?\d+(?:\.\d*)?)\s*(?:°|deg)?\s*[,;\s]\s*(?P<lon>[+-]?\d+(?:\.\d*)?)\s*(?:°|deg)?\s*", re.ASCII
)
_POSITION_ADVICE = 'Write latitude and longitude, e.g. "34.92 N 35.90 E", "34.92, 35.90" or "34 55 12 N 35 54 00 E".'


def position(text: str) -> tuple[float, float]:
    """Read "34.92 N 35.90 E", "34.92, 35.90" (signed, latitude first) or degrees, minutes and seconds.

    Returns (latitude, longitude) in radians, |latitude| <= pi/2, |longitude| <= pi.

    Raises
    ------
    QuantityError
    """
    if not isinstance(text, str) or len(text) > _LONGEST_POSITION:
        raise QuantityError(f"{repr(text)[:60]} is not a position", _POSITION_ADVICE)
    both = _lettered(text)
    if both is None:
        signed = _SIGNED.fullmatch(text)
        if signed is None:
            raise QuantityError(f"{text[:60]!r} is not a position", _POSITION_ADVICE)
        both = _signed(signed["lat"]), _signed(signed["lon"])
    (lat, lat_negative), (lon, lon_negative) = both
    if lat > 90:
        raise QuantityError(f"{text[:60]!r}: latitude is beyond 90 degrees", _POSITION_ADVICE)
    if lon > 180:
        raise QuantityError(f"{text[:60]!r}: longitude is beyond 180 degrees", _POSITION_ADVICE)
    return _radians(lat, lat_negative), _radians(lon, lon_negative)


_Degrees = tuple[Fraction, bool]


def _signed(number: str) -> _Degrees:
    return abs(Fraction(number)), number.startswith("-")


def _radians(degrees: Fraction, negative: bool) -> float:
    value = float(degrees * _DEGREE)
    return -value if negative else value


def _lettered(text: str) -> tuple[_Degrees, _Degrees] | None:
    """Degrees of a latitude and a longitude marked by letters, in either order; None if the text has no such form."""
    first = _PART.match(text)
    if first is None:
        return None
    second = _PART.fullmatch(text[first.end() :].lstrip(" ,;").rstrip())
    if second is None:
        return None
    parts = {}
    for found in (first, second):
        side = found["side"].upper()
        if found["sign"]:
            raise QuantityError(f"{text[:60]!r} has both a sign and a letter", _POSITION_ADVICE)
        parts["lat" if side in "NS" else "lon"] = (_degrees(found, text), side in "SW")
    if len(parts) != 2:
        raise QuantityError(f"{text[:60]!r} needs one latitude and one longitude", _POSITION_ADVICE)
    return parts["lat"], parts["lon"]


def _degrees(found: re.Match[str], text: str) -> Fraction:
    """Whole degrees of a match with degrees and optional minutes and seconds."""
    minutes = Fraction(found["min"] or 0)
    seconds = Fraction(found["sec"] or 0)
    if minutes >= 60 or seconds >= 60:
        raise QuantityError(f"{text[:60]!r}: minutes and seconds go up to 59", _POSITION_ADVICE)
    if ("." in found["deg"] and found["min"]) or ("." in (found["min"] or "") and found["sec"]):
        raise QuantityError(f"{text[:60]!r}: only the last part may have decimals", _POSITION_ADVICE)
    return Fraction(found["deg"]) + minutes / 60 + seconds / 3600


def written_position(latitude: float, longitude: float) -> str:
    """Text of a position (radians) that ``position`` reads back as the same two floats."""
    for value, limit in ((latitude, math.pi / 2), (longitude, math.pi)):
        if not abs(value) <= limit:
            raise QuantityError(f"{value!r} rad is outside ±{limit:.4f} rad", _POSITION_ADVICE)
    angle = KINDS["angle"]
    words = []
    for value, positive, negative in ((latitude, "N", "S"), (longitude, "E", "W")):
        below = math.copysign(1.0, value) < 0
        words.append(f"{_plain(_in_unit(abs(value), 'deg', angle))} {negative if below else positive}")
    return " ".join(words)


def _plain(number: str) -> str:
    """Decimal text without an exponent."""
    if "e" not in number:
        return number
    figures, power = number.split("e")
    whole, _, rest = figures.partition(".")
    return f"0.{'0' * (-int(power) - 1)}{whole}{rest}"

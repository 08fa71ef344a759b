"""Every reference case of the required areas, through one table of adapters: case id -> public function.

``validation.yaml`` says what is expected and how closely.  A number passes if |got - expected| <= abs + rel*|expected|;
``exact`` means equality, but beside ``abs`` or ``rel`` it is about what is no float.  A case is either run or listed in
LEFT_OUT with its reason; nothing falls between.
"""

import fnmatch
import importlib
import math
import numbers
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).resolve().parent
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in yaml.safe_load((HERE / "validation.yaml").read_text(encoding="utf-8"))["cases"]
}

#: Areas that must pass, as patterns of case ids.
REQUIRED = (
    "ATM-*",
    "GEO-*",
    "HOR-*",
    "RAD-*",
    "DET-*",
    "JAM-*",
    "PROP-*",
    "ATT-GAS-*",
    "DIFF-*",
    "TERR-*",
    "TRK-*",
    "FLT-*",
    "ENG-*",
    "ID-*",
    "AEW-*",
    "ARM-*",
    "EMCON-*",
    "PD-*",
    "CAMP-*",
    "DEB-*",
    "INT-CZML-*",
    "INT-KML-*",
    "INT-GEOJSON-*",
    "MCS-PHILOX4X32-*",
    "MCS-NUMPY-PHILOX",
    "MCS-STREAM-INDEPENDENCE",
    "MCS-BINOM-CI-*",
    "MCS-RULE-OF-THREE",
    "MCS-DIFF-CI",
    "MCS-CRN-VARIANCE",
    "MCS-SAMPLE-SIZE",
    "MCS-COVERAGE",
)

#: Case pattern -> why it is not run.  (ATT-RAIN is run on the formula alone: no run and no map has rain.)
LEFT_OUT = {
    "INT-DIS-*": "out of scope: no interface to distributed simulation or to real systems",
    "MCS-PHILOX4X64-10": "generator not used: draws come from philox4x32",
    "MCS-PHILOX2X32-10": "generator not used: draws come from philox4x32",
    "MCS-THREEFRY*": "generator not used: draws come from philox4x32",
}

#: Case -> absolute tolerances that replace those of the file, and why.
AMENDED: dict[str, tuple[dict[str, float], str]] = {
    "GEO-NEARANTIPODAL-KARNEY": (
        {"distance_m": 0.006},
        "the file prints the distance to the centimeter, so half of one is added to the millimeter it asks for",
    ),
    "FLT-NASA-ATMOS01": (
        {"gravity_start_ft_s2": 1e-6},
        "the case states no tolerance for gravity; WGS-84 with J2 alone differs by 8 parts in a billion",
    ),
}

Adapter = Callable[[dict[str, Any]], dict[str, Any]]


def adapters() -> dict[str, Adapter]:
    """All adapters of the ``adapters_*.py`` files beside this one; a case has one adapter only."""
    found: dict[str, Adapter] = {}
    for path in sorted(HERE.glob("adapters_*.py")):
        table = importlib.import_module(f"validation.{path.stem}").ADAPTERS
        twice = found.keys() & table.keys()
        assert not twice, f"{path.name}: adapters already given elsewhere: {sorted(twice)}"
        found.update(table)
    return found


def matches(case: str, patterns: Any) -> bool:
    """Whether a case id fits one of the patterns."""
    return any(fnmatch.fnmatchcase(case, pattern) for pattern in patterns)


ADAPTERS = adapters()
RUN = [case for case in CASES if case in ADAPTERS or matches(case, REQUIRED)]
OMITTED = [case for case in CASES if case not in RUN and matches(case, LEFT_OUT)]

# ------------------------------------------------------------------ the rule of comparison

#: Unit endings of key names, longest first; an angle is compared around the circle.
UNITS = ("ft_s2", "m_s2", "ft_min", "dB_per_km", "ft_s", "m_s", "deg", "rad", "dB", "km", "ft", "Pa", "m", "s", "K")
TURN = {"deg": 360.0, "rad": 2.0 * math.pi}


def unit_of(name: str) -> str:
    """The unit at the end of a key name, or nothing."""
    return next((unit for unit in UNITS if name == unit or name.endswith(f"_{unit}")), "")


def units_of_columns(name: str) -> list[str]:
    """Several one-word units at the end of a name, e.g. aer_deg_deg_m -> deg, deg, m (else nothing)."""
    units: list[str] = []
    for word in reversed(name.split("_")):
        if word not in ("deg", "rad", "m", "dB", "km"):
            break
        units.insert(0, word)
    return units if len(units) > 1 else []


def absolute(tolerance: dict[str, Any], name: str, unit: str) -> float | None:
    """The absolute tolerance of a key: by its name, else by a common end or start, else by its unit."""
    given = tolerance.get("abs")
    if given is None or isinstance(given, numbers.Real):
        return None if given is None else float(given)
    if name in given:
        return float(given[name])
    near = [key for key in given if name.endswith(f"_{key}") or name.startswith((f"{key}_", key))]
    near = near or [key for key in given if unit and unit_of(key) == unit]
    values = {float(given[key]) for key in near}
    assert len(values) <= 1, f"{name}: several tolerances fit: {near}"
    return values.pop() if values else None


def last_digit(printed: Any) -> float:
    """One unit of the last decimal of a number as the source prints it; 0 for a whole number."""
    if float(printed).is_integer():
        return 0.0
    return 10.0 ** float(Decimal(repr(printed)).as_tuple().exponent)


def equality(expected: Any, tolerance: dict[str, Any]) -> bool:
    """Whether a number must be met exactly: a float only if nothing else is allowed for it."""
    whole = not isinstance(expected, float)
    return bool(tolerance.get("exact")) and (whole or not {"abs", "rel"} & tolerance.keys())


def differences(got: Any, expected: Any, tolerance: dict[str, Any], name: str, unit: str, path: str) -> Iterator[str]:
    """Every place where a result differs from what is expected by more than the case allows."""
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            yield f"{path}: got {got!r}, expected keys {sorted(expected)}"
            return
        for key, value in expected.items():
            yield from differences(got[key], value, tolerance, key, unit_of(key), f"{path}.{key}")
    elif isinstance(expected, list):
        row = list(got) if hasattr(got, "__len__") and not isinstance(got, (str, dict)) else None
        if row is None or len(row) != len(expected):
            yield f"{path}: got {got!r}, expected {len(expected)} values"
            return
        columns = units_of_columns(name)
        split = len(columns) == len(expected) and not isinstance(expected[0], list)
        for i, (g, e) in enumerate(zip(row, expected, strict=True)):
            column = f"{name}[{i}]" if split else name
            yield from differences(g, e, tolerance, column, columns[i] if split else unit, f"{path}[{i}]")
    elif isinstance(expected, bool) or not isinstance(expected, numbers.Real) or equality(expected, tolerance):
        if got != expected:
            yield f"{path}: got {got!r}, expected {expected!r}"
    elif isinstance(got, bool) or not isinstance(got, numbers.Real):
        yield f"{path}: got {got!r}, expected a number near {expected!r}"
    else:
        apart = abs(float(got) - float(expected))
        if unit in TURN:
            apart = min(apart, abs(TURN[unit] - apart % TURN[unit]))
        fixed = absolute(tolerance, name, unit)
        if fixed is None:
            fixed = 0.0 if "rel" in tolerance else last_digit(expected)
        allowed = fixed + tolerance.get("rel", 0.0) * abs(float(expected))
        if not apart <= allowed:
            yield f"{path}: got {got!r}, expected {expected!r} within {allowed:.3g} (apart {apart:.3g})"


@pytest.mark.parametrize("case", RUN)
def test_reference_case(case: str, record_property: Callable[[str, object], None]) -> None:
    record_property("validation_case", case)
    record_property("validation_left_out", len(OMITTED))
    assert case in ADAPTERS, f"{case} is required and has no adapter"
    got = ADAPTERS[case](CASES[case]["inputs"])
    tolerance = CASES[case]["tolerance"]
    if case in AMENDED:
        tolerance = {**tolerance, "abs": {**tolerance["abs"], **AMENDED[case][0]}}
    wrong = list(differences(got, CASES[case]["expected"], tolerance, case, "", case))
    assert not wrong, "\n".join(wrong)


def test_every_case_is_run_or_left_out_with_a_reason() -> None:
    forgotten = [case for case in CASES if case not in RUN and case not in OMITTED]
    assert not forgotten
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())


def test_patterns_and_adapters_name_cases_that_exist() -> None:
    assert not [pattern for pattern in (*REQUIRED, *LEFT_OUT) if not fnmatch.filter(CASES, pattern)]
    assert not (set(ADAPTERS) | set(AMENDED)) - set(CASES)
    assert not [case for case in CASES if matches(case, REQUIRED) and matches(case, LEFT_OUT)]


@pytest.mark.parametrize(
    ("got", "expected", "tolerance", "fits"),
    [
        ({"a": 1.0}, {"a": 1.0}, {}, True),
        ({"a": 1.0 + 1e-9}, {"a": 1.0}, {}, False),
        ({"a": 1.01}, {"a": 1.0}, {"rel": 0.02}, True),
        ({"a": 1.03}, {"a": 1.0}, {"rel": 0.02}, False),
        ({"a": 1.03}, {"a": 1.0}, {"rel": 0.02, "abs": 0.02}, True),
        ({"lat_deg": 1.1}, {"lat_deg": 1.0}, {"abs": {"angle_deg": 0.2}}, True),
        ({"lat_deg": 1.3}, {"lat_deg": 1.0}, {"abs": {"angle_deg": 0.2}}, False),
        ({"azimuth_deg": 359.9}, {"azimuth_deg": 0.0}, {"abs": {"angle_deg": 0.2}}, True),
        ({"azimuth_deg": 359.0}, {"azimuth_deg": 0.0}, {"abs": {"angle_deg": 0.2}}, False),
        ({"d_m": 360.0}, {"d_m": 0.0}, {"abs": {"d_m": 1.0}}, False),
        ({"e_deg_m": [[0.1, 7]]}, {"e_deg_m": [[0, 7]]}, {"abs": {"angle_deg": 1, "range_m": 0}}, True),
        ({"e_deg_m": [[0, 8]]}, {"e_deg_m": [[0, 7]]}, {"abs": {"angle_deg": 2, "range_m": 0}}, False),
        ({"location_ecef_m": [1.1]}, {"location_ecef_m": [1.0]}, {"abs": {"location": 0.2}}, True),
        ({"v_down_m_s": 1.1}, {"v_down_m_s": 1.0}, {"abs": {"speed_m_s": 0.2, "t_s": 0}}, True),
        ({"g": 9.81, "t": 1.0}, {"g": 9.82, "t": 1.0}, {"abs": {"altitude": 1.0}}, True),
        ({"g": 9.81, "t": 1.0}, {"g": 9.83, "t": 1.0}, {"abs": {"altitude": 1.0}}, False),
        ({"a": math.nan}, {"a": 1.0}, {"rel": 1.0}, False),
        ({"a": None}, {"a": None}, {"rel": 1.0}, True),
        ({"a": 1.0}, {"a": None}, {"rel": 1.0}, False),
        ({"a": None}, {"a": 1.0}, {"rel": 1.0}, False),
        ({"a": True}, {"a": 1}, {"rel": 1.0}, False),
        ({"a": "x"}, {"a": "y"}, {"rel": 1.0}, False),
        ({"a": [1, 2]}, {"a": [1]}, {"rel": 1.0}, False),
        ({"a": 1, "b": 1}, {"a": 1}, {"rel": 1.0}, False),
        ({"a": 1.0 + 1e-15}, {"a": 1.0}, {"exact": True}, False),
        ({"a": 1.0 + 1e-9}, {"a": 1.0}, {"exact": "times", "abs": 1e-6}, True),
        ({"a": 1.0 + 1e-5}, {"a": 1.0}, {"exact": "times", "abs": 1e-6}, False),
        ({"a": 1 + 1e-9}, {"a": 1}, {"exact": "counts", "abs": 1e-6}, False),
        ({"a": "0:01"}, {"a": "0:00"}, {"exact": "times", "abs": 1e-6}, False),
    ],
)
def test_the_rule_of_comparison(got: Any, expected: Any, tolerance: dict[str, Any], fits: bool) -> None:
    assert (not list(differences(got, expected, tolerance, "", "", "case"))) is fits

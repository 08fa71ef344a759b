"""Latitudes and longitudes as tables hold them: decimals with point or comma, degrees with minutes and seconds."""

from __future__ import annotations

import re

from openiads.base.errors import InputError

_ADVICE = "Write decimal degrees (34.92) or degrees, minutes and seconds (34 55 12 N)."
_SIGNS = str.maketrans({"−": "-", "–": "-", "’": "'", "′": "'", "‘": "'", "″": '"', "”": '"', "º": "°", "\u00a0": " "})
_NUMBER = r"\d+(?:[.,]\d+)?"
_ANGLE = re.compile(
    rf"""(?P<first>[NSEW])?\s*(?P<sign>[+-])?\s*
        (?P<deg>{_NUMBER})\s*(?:°|deg|d|:)?
        (?:\s*(?P<min>{_NUMBER})\s*(?:'|m|:)?
           (?:\s*(?P<sec>{_NUMBER})\s*(?:''|"|s(?!\w))?)?)?
        \s*(?P<last>[NSEW])?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PACKED = re.compile(r"(?P<deg>\d{2,3})(?P<min>\d{2})(?P<sec>\d{2}(?:[.,]\d+)?)\s*(?P<side>[NSEW])", re.IGNORECASE)
_MGRS = re.compile(r"\d{1,2}\s*[C-HJ-NP-X]\s*[A-HJ-NP-Z]{2}\s*\d*\s*\d*", re.IGNORECASE)


def looks_like_mgrs(text: str) -> bool:
    """Whether a text is a grid reference such as 36SYC 12345 67890."""
    return bool(_MGRS.fullmatch(text.strip()))


def angle(text: str, axis: str) -> float:
    """Degrees of a latitude or a longitude as a table holds it.

    Parameters
    ----------
    text : str
        "34.92", "34,92", "-35.9", "34°55'12\\"N", "N34 55.2", "345512N".
    axis : {'latitude', 'longitude'}

    Returns
    -------
    float
        North and east positive; not yet checked against 90 and 180.

    Raises
    ------
    InputError
        Without a place, which the reader adds.
    """
    given = text.translate(_SIGNS).strip()
    if looks_like_mgrs(given):
        raise InputError("", f'"{given[:40]}" is a grid reference (MGRS)', "Convert it to latitude and longitude.")
    packed = _PACKED.fullmatch(given)
    found = packed or (_ANGLE.fullmatch(given) if len(given) <= 60 else None)
    if found is None:
        raise InputError("", f'"{given[:40]}" is no {axis}', _ADVICE)
    if packed:
        side, sign, parts = packed["side"], "", [packed["deg"], packed["min"], packed["sec"]]
    else:
        if found["first"] and found["last"]:
            raise InputError("", f'"{given[:40]}" has two letters', _ADVICE)
        side, sign = found["first"] or found["last"] or "", found["sign"] or ""
        parts = [found[key] or "0" for key in ("deg", "min", "sec")]
    degrees, minutes, seconds = (float(part.replace(",", ".")) for part in parts)
    if minutes >= 60.0 or seconds >= 60.0:
        raise InputError("", f'"{given[:40]}": minutes and seconds go up to 59', _ADVICE)
    side = side.upper()
    if side and (side in "NS") != (axis == "latitude"):
        raise InputError("", f'"{given[:40]}" stands where a {axis} belongs', "Exchange the two columns.")
    if side and sign:
        raise InputError("", f'"{given[:40]}" has both a sign and a letter', _ADVICE)
    value = degrees + minutes / 60.0 + seconds / 3600.0
    return -value if sign == "-" or side in ("S", "W") else value

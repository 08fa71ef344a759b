"""What is not TOML is told by what its writer meant, with what to write instead."""

from pathlib import Path

import pytest

from openiads.base.errors import InputError
from openiads.base.toml import merged, parse_toml, read_text

SLIPS = [
    ("x = 10000 ft", "without quotes", 'Write "10000 ft".'),
    ("x = 34.92 N 35.90 E", "without quotes", 'Write "34.92 N 35.90 E".'),
    ("x = 70 %", "without quotes", 'Write "70 %".'),
    ("x = [Depot, Port]", "text without quotes", 'Write "Depot".'),
    ("x = False", "a switch", "Write false, in small letters"),
    ("x = yes", "a switch", "Write true, in small letters"),
    ("x = None", "no empty value", "Leave the line out."),
    ("x = 0,7", "a point", "Write 0.7."),
    ("x = -.5", "begins with a digit", "Write -0.5."),
    ("x = 5.", "ends with a digit", "Write 5.0."),
    ("x = 1,", "after the value", "without comma or semicolon"),
    ('x = "a";', "after the value", "without comma or semicolon"),
    ('x: "a"', "joined by =", 'Write x = "a"'),
    ("x =", "without a value", "Write the value after ="),
    ('x = "a', "not closed", "Close it"),
    ("x", "stands alone", "Write [x] for a table"),
    ("[[x]", "brackets", "Write [[x]]."),
    ("// note", "comment", "Write #"),
    ("x = \u201ca\u201d", "U+201C, left double quotation mark", "plain quotes"),
    ("x = \u22126", "U+2212, minus sign", "plain hyphen"),
    ("x\u00a0= 6", "U+00A0, no-break space", "plain space"),
    (r'x = "C:\dem\N34E036.hgt"', "backslash", "with / or in single quotes"),
    (r'x = "tiles\north.hgt"', "backslash", "with / or in single quotes"),
    (r'x = "C:\temp\a"', "backslash", "with / or in single quotes"),
]


@pytest.mark.parametrize(("line", "cause", "remedy"), SLIPS)
def test_a_slip_is_told_by_its_cause_on_its_line(line: str, cause: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(f"first = 1\n{line}\nlast = 2\n", "f.toml")
    assert caught.value.place == "f.toml:2"
    assert cause in caught.value.reason
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        r"x = 'C:\dem\N34E036.hgt'",
        'x = "C:/dem/N34E036.hgt"',
        'x = "first line\\nsecond line"',
        'x = "6 km"\ty = 1'.replace("\ty", "\ny"),
        'x = "caf\u00e9 \u2013 \u201cquoted\u201d, 5\u00a0km"',
        'x = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"',  # Persian is written with joiners
        "# a comment: with \u2212 and \u201csigns\u201d\nx = 1",
    ],
)
def test_what_is_toml_is_read(text: str) -> None:
    assert "x" in parse_toml(text, "f.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [('{"name": "a"}', "JSON"), ("---\nname: a\n", "YAML"), ("# c\nname: a\nb: 1\n", "YAML"), ("<kml>", "XML or HTML")],
)
def test_another_format_is_named(text: str, told: str) -> None:
    with pytest.raises(InputError, match=f"this is {told} and not TOML"):
        parse_toml(text, "f.toml")


@pytest.mark.parametrize(
    ("start", "told"),
    [(b"II*\0", "height file"), (b"PK\x03\x04", "archive"), (b"PAR1", "Parquet"), (b"\x1f\x8b", "gzip")],
)
def test_a_file_that_is_no_text_is_named_for_what_it_is(tmp_path: Path, start: bytes, told: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(start + b"\xb4\xff\x00")
    with pytest.raises(InputError, match=f"this is an? .*{told}.*, not a text in TOML"):
        read_text(path)


def test_the_mark_that_editors_put_before_a_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n")
    assert parse_toml(read_text(path), "a.toml") == {"x": 1, "y": 2}
    mapping, lines = merged("\ufeffx = 1\ny = 2\n", "a.toml")
    assert mapping == parse_toml("\ufeffx = 1\ny = 2\n", "a.toml") == {"x": 1, "y": 2}
    assert (lines.line(("x",)), lines.line(("y",))) == (1, 2)


@pytest.mark.parametrize(
    ("sign", "named"),
    [
        ("\u200b", "U+200B, zero width space"),
        ("\u00ad", "U+00AD, soft hyphen"),
        ("\ufeff", "U+FEFF, zero width no-break space"),
        ("\u2060", "U+2060, word joiner"),
        ("\u200d", "U+200D, zero width joiner"),
        ("\U000e0041", "U+E0041, tag latin capital letter a"),
        ("\u3164", "U+3164, hangul filler"),
        ("\u202e", "U+202E, right-to-left override"),
    ],
)
def test_an_unseen_sign_is_named_with_its_line_and_column(sign: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(f'a = 1\nname = "De{sign}pot"\n', "f.toml")
    assert caught.value.place == "f.toml:2"
    assert f"({named}) in column 11" in caught.value.reason


@pytest.mark.parametrize(
    ("data", "line", "told"),
    [
        ("x = 1\n".encode("utf-16"), 1, "UTF-16 text"),
        (b'x = 1\ny = "caf\xe9"\n', 2, "byte 0xe9"),
    ],
)
def test_another_encoding_is_told_with_its_line(tmp_path: Path, data: bytes, line: int, told: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_text(path)
    assert caught.value.place == f"{path}:{line}"
    assert told in caught.value.reason
    assert caught.value.remedy == "Save the file as UTF-8."


def test_lines_that_end_in_a_carriage_return_alone_are_told() -> None:
    with pytest.raises(InputError, match="a carriage return that ends no line"):
        parse_toml("x = 1\ry = 2\r", "f.toml")

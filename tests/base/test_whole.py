"""An installation is compared with what its installer noted: what is missing, and what differs."""

import base64
import hashlib
from importlib import metadata
from pathlib import Path

import pytest

from openiads.base import whole


def installed(folder: Path, files: dict[str, bytes], *, hashes: bool = True) -> None:
    """A package with its notes, as an installer leaves it."""
    notes = folder / "openiads-1.0.dist-info"
    notes.mkdir(parents=True)
    (notes / "METADATA").write_text("Metadata-Version: 2.4\nName: openiads\nVersion: 1.0\n", encoding="utf-8")
    lines = ["openiads-1.0.dist-info/RECORD,,"]
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(body)}" if hashes else f"{name},,")
    (notes / "RECORD").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def distribution(name: str) -> metadata.Distribution:
        (found,) = metadata.distributions(name=name, path=[str(tmp_path)])
        return found

    monkeypatch.setattr(whole.metadata, "distribution", distribution)
    return tmp_path


FILES = {"openiads/a.py": b"A = 1\n", "openiads/shelf/b.npz": bytes(range(256)), "bin/openiads": b"#!"}


def test_what_is_as_it_was_installed_is_whole(site: Path) -> None:
    installed(site, FILES)
    (site / "openiads" / "added.py").write_text("", encoding="utf-8")  # no matter of the installer's
    assert whole.broken_files() == []
    assert whole.not_whole() is None


@pytest.mark.parametrize("body", [b"", bytes(range(128)), bytes(range(1, 256)) + b"\0"])
def test_a_file_that_differs_is_named(site: Path, body: bytes) -> None:
    installed(site, FILES)
    file = site / "openiads" / "shelf" / "b.npz"
    file.write_bytes(body)
    assert str(whole.not_whole()) == (
        f"{file}: a file of openiads itself is not as it was installed. "
        "The installation is not whole: install openiads again."
    )


def test_a_missing_file_is_named_and_others_are_counted(site: Path) -> None:
    installed(site, FILES)
    for name in ("openiads/a.py", "openiads/shelf/b.npz"):
        (site / name).unlink()
    told = whole.not_whole()
    assert told is not None
    assert told.exit_code == 70
    assert told.place == str(site / "openiads" / "a.py")
    assert told.reason == "a file of openiads itself cannot be read (No such file or directory), and 1 more like it"


@pytest.mark.parametrize("kind", ["no hashes", "editable", "not installed"])
def test_where_nothing_is_noted_nothing_is_claimed(site: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    if kind == "not installed":

        def missing(name: str) -> metadata.Distribution:
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(whole.metadata, "distribution", missing)
    else:
        named = FILES if kind == "no hashes" else {"_openiads.pth": b"/src\n"}
        installed(site, named, hashes=kind != "no hashes")
    assert whole.broken_files() is None
    assert whole.not_whole() is None


@pytest.mark.parametrize("line", ["openiads/cut", "", "openiads/a.txt,sha,5", "openiads/a.txt,shattered=x,5"])
def test_a_damaged_list_of_files_hides_no_fault(site: Path, line: str) -> None:
    installed(site, FILES)
    (record,) = site.rglob("RECORD")
    record.write_text(record.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    (site / "openiads" / "a.py").unlink()
    found = whole.broken_files()
    assert found is not None and next(place.name for place, _ in found) == "a.py"

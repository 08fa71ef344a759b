"""What the built viewer holds of others is told: in front of the script, beside it, in the versions of the lock.

That the text names every package whose modules are in the script is held by ``make viewer-check``, which builds it
again; the versions of the lock are held here, where there need be no Node.
"""

import json
import re

from house.source import PACKAGE, ROOT

STATIC = PACKAGE / "faces" / "static"
HEAD = re.compile(r"^-{80}\n(\S+) (\S+) \(([^)]+)\)", re.MULTILINE)


def told() -> str:
    return (STATIC / "LICENSES.txt").read_text(encoding="utf-8")


def test_the_script_begins_with_its_licenses() -> None:
    script = (STATIC / "viewer.js").read_text(encoding="utf-8")
    assert script.startswith(f"/*!\n{told()}*/\n(")


def test_a_replay_in_one_file_takes_the_licenses_along() -> None:
    from openiads.faces.replay.built import viewer_files

    assert told() in viewer_files()["viewer.js"].decode()


def test_versions_are_those_of_the_lock() -> None:
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found = HEAD.findall(told())
    assert [name for name, *_ in found] == sorted(name for name, *_ in found)
    for name, version, license_name in found:
        package = locked[f"node_modules/{name}"]
        assert (package["version"], package.get("license", license_name)) == (version, license_name), name


def test_every_package_that_the_viewer_asks_for_is_told_and_each_text_is_whole() -> None:
    asked = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    parts = dict(
        zip([name for name, *_ in HEAD.findall(told())], re.split(r"^-{80}\n", told(), flags=re.M)[1:], strict=True)
    )
    assert {*asked, "milsymbol"} <= set(parts)
    for name, text in parts.items():
        assert re.search(r"^Copyright ", text, re.MULTILINE), name
        assert "WITHOUT WARRANTY" in " ".join(text.split()) or '"AS IS"' in text, name
    assert not re.search(r"milsymbol@|https?://", told())


def test_the_index_of_licenses_names_each_package() -> None:
    index = (ROOT / "THIRD-PARTY-LICENSES.txt").read_text(encoding="utf-8").replace("OpenLayers", "ol")
    for name, _, license_name in HEAD.findall(told()):
        assert re.search(rf"\b{name}\b", index), name
        assert license_name in index

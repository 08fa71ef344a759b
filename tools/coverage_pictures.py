"""Draw the maps of docs/coverage.md: ``python tools/coverage_pictures.py``.

Each picture is made by the command that the page shows for it, and then stored with fewer levels of color, which makes
the file smaller and changes nothing to the eye.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from PIL import Image

from openiads.faces.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGE, FOLDER = ROOT / "docs" / "coverage.md", ROOT / "docs" / "pictures"
FILLED = 0x07  # lowest bits of a color's levels, all set: their noise costs most of the file and is not seen


def commands(text: str) -> list[list[str]]:
    """The arguments of every coverage command of the page that writes a picture."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in joined.splitlines() if line.startswith("openiads coverage ") and ".png" in line]
    return [shlex.split(line)[1:] for line in lines]


def main() -> None:
    """Write every picture of the page."""
    for arguments in commands(PAGE.read_text(encoding="utf-8")):
        name = arguments[arguments.index("--out") + 1]
        path = FOLDER / Path(name).name
        app([str(path) if word == name else word for word in arguments], standalone_mode=False)
        with Image.open(path) as picture:
            picture.convert("RGB").point(lambda level: level | FILLED).save(path, optimize=True)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB", file=sys.stderr)


if __name__ == "__main__":
    main()

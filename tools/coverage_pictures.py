"""Draw the pictures of docs/coverage.md and docs/envelopes.md: ``python tools/coverage_pictures.py [NAME.png ...]``.

Each picture, or each of the named ones, is made by the command that its page shows for it, and then stored with fewer
levels of color, which makes the file smaller and changes nothing to the eye.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from PIL import Image

from openiads.faces.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
PAGES, FOLDER = ("coverage.md", "envelopes.md"), ROOT / "docs" / "pictures"
FILLED = 0x07  # lowest bits of a color's levels, all set: their noise costs most of the file and is not seen


def commands(text: str) -> list[list[str]]:
    """The arguments of every command of a page that writes a picture."""
    joined = re.sub(r"\\\n\s*", " ", text)
    asking = ("openiads coverage ", "openiads envelope ")
    lines = [line for line in joined.splitlines() if line.startswith(asking) and ".png" in line]
    return [shlex.split(line)[1:] for line in lines]


def main() -> None:
    """Write the pictures."""
    asked = [each for page in PAGES for each in commands((ROOT / "docs" / page).read_text(encoding="utf-8"))]
    for arguments in asked:
        name = arguments[arguments.index("--out") + 1]
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        path = FOLDER / Path(name).name
        app([str(path) if word == name else word for word in arguments], standalone_mode=False)
        with Image.open(path) as picture:
            picture.convert("RGB").point(lambda level: level | FILLED).save(path, optimize=True)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB", file=sys.stderr)


if __name__ == "__main__":
    main()

"""What a package index is told beyond pyproject.toml: addresses, and a README whose links lead somewhere.

The builder calls this (``[tool.hatch.metadata.hooks.custom]`` of pyproject.toml).  The README's links are relative, so
that they lead to the same version in a clone; on the page of an index they would lead nowhere.  There they become
addresses of this version in the public repository.  While that has no address, words stand in place of links.
"""

from __future__ import annotations

import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(r"^(?:[a-z][a-z+.\-]*:|#)")


class Addresses(MetadataHookInterface):
    """Adds ``urls`` and ``readme`` to the table ``project``."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict) -> None:
        """Set both fields, from the version and from ``repository`` of the table that names this file."""
        repository = str(self.config.get("repository", "")).rstrip("/")
        metadata["urls"] = urls(repository, metadata["version"])
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        told = with_addresses(text, repository, metadata["version"])
        metadata["readme"] = {"text": told, "content-type": "text/markdown"}


def reference(version: str) -> str:
    """What a version is called in the repository: its tag, or what is newest between releases."""
    return "HEAD" if ".dev" in version else f"v{version}"


def urls(repository: str, version: str) -> dict[str, str]:
    """The addresses of the project by the names that indexes know; none without a repository."""
    if not repository:
        return {}
    there = f"{repository}/blob/{reference(version)}"
    return {
        "Homepage": repository,
        "Documentation": f"{there}/docs/index.md",
        "Changelog": f"{there}/CHANGELOG.md",
        "Source": repository,
        "Issues": f"{repository}/issues",
    }


def with_addresses(text: str, repository: str, version: str) -> str:
    """Markdown whose relative links are absolute, or words where there is no repository; code stays as it is."""

    def led(match: re.Match[str]) -> str:
        picture, words, target = match.groups()
        if ELSEWHERE.match(target):
            return match[0]
        if not repository:
            return f"[picture: {words}]" if picture else words
        kind = "raw" if picture else "blob"
        return f"{picture}[{words}]({repository}/{kind}/{reference(version)}/{target})"

    parts = FENCE.split(text)
    return "".join(part if part.startswith("```") else LINK.sub(led, part) for part in parts)

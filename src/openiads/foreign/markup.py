"""XML read piece by piece: wanted elements one after the other, and what could harm refused.

Entities of a document's own are refused, so that none can unfold into gigabytes or name other files; nothing outside
the document is fetched. Prefixes of names are dropped, whether or not they are declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from openiads.base.errors import InputError

DEEPEST = 200  # elements within each other
PIECE = 1 << 16  # bytes read at a time


@dataclass(frozen=True)
class Piece:
    """A wanted element, whole.

    Attributes
    ----------
    element : Element
        Names without prefixes.
    folders : tuple of str
        Names of the folders that it lies in.
    line : int
        Where it begins.
    """

    element: Element
    folders: tuple[str, ...]
    line: int


class _Reader:
    def __init__(self, file: str, wanted: frozenset[str]) -> None:
        self.file = file
        self.wanted = wanted
        self.root = ""
        self.ready: list[Piece] = []
        self._path: list[str] = []
        self._names: list[str] = []  # of each element of the path
        self._builder: TreeBuilder | None = None
        self._begun = (0, 0)  # depth and line of the element that is being built
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _entity(self, name: str, *_: object) -> None:
        reason = f'declares an entity of its own ("{name[:40]}")'
        raise InputError(f"{self.file}:{self.parser.CurrentLineNumber}", reason, "Save it without a document type.")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.root = self.root or name
        if len(self._path) >= DEEPEST:
            where = f"{self.file}:{self.parser.CurrentLineNumber}"
            raise InputError(where, f"elements within each other beyond {DEEPEST}", "Flatten the folders.")
        if self._builder is None and name in self.wanted:
            self._builder, self._begun = TreeBuilder(), (len(self._path), self.parser.CurrentLineNumber)
        if self._builder is not None:
            self._builder.start(name, {key.rpartition(":")[2]: value for key, value in given.items()})
        self._path.append(name)
        self._names.append("")

    def _end(self, tag: str) -> None:
        name = self._path.pop()
        said = self._names.pop()
        if self._builder is not None:
            self._builder.end(name)
            if len(self._path) == self._begun[0]:
                folders = tuple(each for each in self._names if each)
                self.ready.append(Piece(self._builder.close(), folders, self._begun[1]))
                self._builder = None
        elif name == "name" and self._path[-1:] == ["Folder"]:
            self._names[-1] = said.strip()

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)
        elif self._path and self._path[-1] == "name" and len(self._names[-1]) < 1000:
            self._names[-1] += text


def root_of(data: bytes, file: str) -> str:
    """The name of a document's root element; InputError for what is no XML."""
    reader = _Reader(file, frozenset())
    for _ in _pieces(reader, data):
        pass  # only until the root is known
    return reader.root


def pieces(data: bytes, file: str, wanted: frozenset[str]) -> Iterator[Piece]:
    """The elements of some names, in order, each once and whole; InputError for what is no XML or could harm."""
    reader = _Reader(file, wanted)
    for _ in _pieces(reader, data):
        yield from reader.ready
        reader.ready.clear()
    yield from reader.ready


def _pieces(reader: _Reader, data: bytes) -> Iterator[None]:
    try:
        for start in range(0, len(data), PIECE):
            reader.parser.Parse(data[start : start + PIECE], False)
            yield
            if not reader.wanted and reader.root:
                return
        reader.parser.Parse(b"", True)
    except expat.ExpatError as problem:
        place = f"{reader.file}:{problem.lineno}"
        reason = f"not well-formed XML ({expat.ErrorString(problem.code)})"
        raise InputError(place, reason, "Save it again from the program that wrote it.") from None
    except (LookupError, ValueError) as problem:  # encodings that Python does not know, or not byte by byte
        raise InputError(reader.file, f"its encoding cannot be read ({problem})", "Save it as UTF-8.") from None


def child(element: Element | None, name: str) -> Element | None:
    """The first child of a name."""
    return None if element is None else element.find(name)


def words(element: Element | None, name: str) -> str:
    """The text of the first child of a name; empty where there is none."""
    found = child(element, name)
    return "" if found is None else "".join(found.itertext()).strip()

"""What the folders of runs, sweeps, comparisons and claims share."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from openiads.base.errors import ResultsError
from openiads.claims.examine import CLAIM
from openiads.experiments.compare import COMPARISON
from openiads.experiments.sweep_store import SweepStore
from openiads.runs.folder import Damaged, Kept, Layout, output_folder, read_checked, refuse_foreign, write_checked
from openiads.runs.store import Store

LAYOUTS = [Store.LAYOUT, SweepStore.LAYOUT, COMPARISON, CLAIM]
every_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.noun)


@every_layout
def test_a_folder_that_is_not_there_or_is_empty_is_taken(layout: Layout, tmp_path: Path) -> None:
    refuse_foreign(tmp_path, layout)
    refuse_foreign(tmp_path / "a" / "b", layout)
    assert list(tmp_path.iterdir()) == []


@every_layout
def test_what_a_killed_start_leaves_is_taken(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / f".{layout.noun}.json.17-ab.tmp").write_text("half")
    for name in layout.own:
        (tmp_path / name).write_text("")
    if layout.inside:
        (tmp_path / layout.inside).mkdir()
    refuse_foreign(tmp_path, layout)


@every_layout
def test_other_files_are_named_and_left_alone(layout: Layout, tmp_path: Path) -> None:
    for k in range(5):
        (tmp_path / f"thesis{k}.txt").write_text("mine")
    with pytest.raises(ResultsError) as caught:
        refuse_foreign(tmp_path, layout)
    told = str(caught.value)
    assert f"holds other files (thesis0.txt, thesis1.txt, thesis2.txt and 2 more) and no {layout.noun}" in told
    assert "Nothing was touched" in caught.value.remedy
    assert len(list(tmp_path.iterdir())) == 5


@every_layout
def test_files_in_the_place_of_folders_are_refused(layout: Layout, tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("mine")
    link.symlink_to("nowhere")
    for path, why in ((file, "is a file"), (file / "below", "is a file, not a folder"), (link, "link to nothing")):
        with pytest.raises(ResultsError, match=why):
            refuse_foreign(path, layout)


@pytest.mark.parametrize("store", [Store, SweepStore])
def test_parts_without_the_file_that_names_them_are_refused(store: type[Store | SweepStore], tmp_path: Path) -> None:
    part = tmp_path / store.LAYOUT.inside / store.LAYOUT.pattern.replace("*", "p1")
    part.parent.mkdir()
    part.write_text("")
    with pytest.raises(ResultsError, match=f"no {store.LAYOUT.noun}.json to say of what"):
        store.refuse_foreign(tmp_path)


@pytest.mark.parametrize("store", [Store, SweepStore])
def test_a_folder_that_is_none_is_named_when_it_is_opened(store: type[Store | SweepStore], tmp_path: Path) -> None:
    noun = store.LAYOUT.noun
    (tmp_path / "file").write_text("")
    for path, why in (
        (tmp_path, rf"there is no {noun} here \(no {noun}.json\)"),
        (tmp_path / "none", "there is no such folder"),
        (tmp_path / "file", f"is a file, not the folder of a {noun}"),
    ):
        with pytest.raises(ResultsError, match=why):
            store.open(path)


def test_small_files_tell_when_they_were_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_checked(file, {"b": 1})
    assert read_checked(file) == {"b": 1}
    file.write_text(file.read_text().replace("1", "2", 1))
    with pytest.raises(Damaged, match="its own hash"):
        read_checked(file)
    with pytest.raises(FileNotFoundError):
        read_checked(tmp_path / "none.json")


def test_a_temporary_folder_goes_when_what_fills_it_fails() -> None:
    made: list[Path] = []

    def fill() -> None:
        with output_folder(None) as path:
            made.append(path)
            (path / "part").write_text("")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fill()
    assert not made[0].exists()


def test_a_named_folder_stays_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), output_folder(str(tmp_path)) as path:
        raise ZeroDivisionError
    assert path == tmp_path and path.exists()


def test_a_temporary_folder_goes_with_its_result(tmp_path: Path) -> None:
    class Result(Kept):
        def __init__(self, path: Path) -> None:
            self.path = path

    stays, goes = Result(tmp_path / "stays"), Result(tmp_path / "goes")
    for each in (stays, goes):
        each.path.mkdir()
    goes.make_temporary()
    assert (stays.out, goes.out) == (str(tmp_path / "stays"), None)
    del stays, goes, each
    gc.collect()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["stays"]

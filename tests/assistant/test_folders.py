"""The folders that an assistant may touch."""

from pathlib import Path

import pytest

from armusic.assistant.folders import folders
from armusic.errors import UsageError


def test_names_are_looked_up_in_every_folder(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (second / "tune.mid").write_bytes(b"")
    both = folders([first, second])
    assert both.existing("tune.mid") == second / "tune.mid"
    assert both.existing("none.mid") == first / "none.mid"
    assert both.new("new.mid") == first / "new.mid"
    assert both.new(str(second / "new.mid")) == second / "new.mid"


@pytest.mark.parametrize("name", ["../tune.mid", "/etc/passwd", "a/../../tune.mid", "nul\0.mid"])
def test_other_places_are_refused(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    for way in (folders([inside]).existing, folders([inside]).new):
        with pytest.raises(UsageError, match=r"outside the folders|no name of a file"):
            way(name)


def test_a_folder_that_is_a_link_is_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert folders([tmp_path / "link"]).new("tune.mid") == tmp_path / "real" / "tune.mid"


def test_a_new_file_needs_a_folder_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        folders([tmp_path]).new("none/tune.mid")


def test_roots_are_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder is named"):
        folders([])
    with pytest.raises(UsageError, match="no such folder"):
        folders([tmp_path / "none"])


def test_a_free_name_is_counted_up(tmp_path: Path) -> None:
    places = folders([tmp_path])
    assert places.free("tune").name == "tune.mid"
    places.free("tune").touch()
    places.free("tune").touch()
    assert places.free("tune").name == "tune-3.mid"

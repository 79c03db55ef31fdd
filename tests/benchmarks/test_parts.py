"""The search with other parts: what it finds candidates with, and that it is put back."""

from __future__ import annotations

from pathlib import Path

import parts
import pytest
import sources

import armusic
from armusic.editing import candidates, written
from armusic.editing import pool as pools
from armusic.editing.candidates import Search
from armusic.editing.material import pitches, prepare

TUNE = Path(__file__).parents[2] / "examples" / "speed-the-plough.mid"


@pytest.fixture(scope="module")
def search() -> Search:
    """Return a search for one measure."""
    model, tune = armusic.load(), armusic.read(TUNE)
    material = prepare(model.checkpoint, tune, (2, 2))
    return candidates.start(model.checkpoint, material, pitches(tune, "auto"), ("density",))


def every_one(search: Search, row: str) -> set[bytes]:
    with parts.search_of(parts.ROWS[row]):
        return {tokens.tobytes() for tokens in pools.fill(search, "density").tokens}


def test_fewer_parts_find_some_of_what_all_find(search: Search) -> None:
    every, some = every_one(search, "the search as it is"), every_one(search, "without decodes")
    assert len(some) < len(every)
    assert every_one(search, "the search as it is") == every
    assert every_one(search, "without decodes, half of the draws led") != some


def test_what_is_joined_comes_on_top(search: Search) -> None:
    both = parts.Parts(decodes=False), parts.Parts(decodes=False, joined=True)
    few, more = (
        {row.tobytes() for row in parts.without_decodes(each.joined)(search, "density").tokens} for each in both
    )
    assert few < more


def test_the_search_is_put_back_after_an_error() -> None:
    before = pools.fill, candidates.written, written.DRAWS, sources.LEAD
    with pytest.raises(ZeroDivisionError), parts.search_of(parts.Parts(decodes=False, draws=3, led=0.5)):
        _ = 1 / 0
    assert (pools.fill, candidates.written, written.DRAWS, sources.LEAD) == before

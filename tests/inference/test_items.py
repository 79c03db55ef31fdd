"""A corpus as items: what a model's frame cannot hold is left out, and counted."""

from pathlib import Path

import pytest

from armusic import config
from armusic.datasets import corpora
from armusic.inference.items import to_data

TUNE = "X:1\nT:Wide\nM:4/4\nL:1/8\nK:C\nCDEF GABc|{wide}|c8|\n"
ANCHORED = "19 semitones on either side of their median pitch"
ABSOLUTE = "pitches 55 to 84"


@pytest.mark.parametrize(
    ("wide", "frame", "remark"),
    [
        ("C4 c4", "anchored", ""),
        ("C,,4 d''4", "anchored", f"tunes: measures that leave the model's frame ({ANCHORED}) are left out: 1 of 3"),
        ("C,,4 C,,4", "anchored", ""),
        ("C,,4 C,,4", "absolute", f"tunes: measures that leave the model's frame ({ABSOLUTE}) are left out: 1 of 3"),
    ],
)
def test_a_remark_counts_what_is_left_out(wide: str, frame: str, remark: str, tmp_path: Path) -> None:
    (tmp_path / "tunes").mkdir()
    (tmp_path / "tunes" / "wide.abc").write_text(TUNE.format(wide=wide))
    corpus = corpora.read(str(tmp_path / "tunes"), tmp_path)
    data = to_data(corpus, config.make(frame=frame))
    assert (data.remark, len(data)) == (remark, 2 if remark else 3)
    assert data.take(slice(1)).remark == remark

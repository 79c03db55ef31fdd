"""The table of formats says what each writer takes."""

import subprocess
import sys
from importlib import import_module
from inspect import signature

import pytest

from armusic.errors import UsageError
from armusic.io import writers
from armusic.io.writers.formats import FORMATS, LAYOUTS, Format


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.key)
def test_a_writer_takes_what_its_format_says(form: Format) -> None:
    options = signature(import_module(form.module).write).parameters
    assert ("attributes" in options, "ppq" in options) == (form.attributes, form.ppq)
    assert options["layout"].default == form.layouts[0]
    assert set(form.layouts) <= set(LAYOUTS)
    for suffix in form.suffixes:
        assert writers.format_of(f"out{suffix.upper()}") is form


def test_a_layout_that_a_format_does_not_have_is_refused_by_its_name() -> None:
    for form in FORMATS:
        for layout in LAYOUTS:
            path = f"out{form.suffixes[0]}"
            if layout in form.layouts:
                assert writers.check(path, layout=layout, clips=form.suffixes[0]) == layout
            else:
                with pytest.raises(UsageError, match=f"{form.suffixes[0]} holds one voice: use the layout sequence or"):
                    writers.check(path, layout=layout)


def test_the_table_needs_no_heavy_library() -> None:
    code = (
        "import sys, armusic.io.writers.formats, armusic.io.readers.options\n"
        "heavy = {'numpy', 'torch', 'mido', 'matplotlib', 'music21'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

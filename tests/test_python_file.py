"""What is in a Python file of the user's: found by name, or refused with the line that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from armusic.errors import ArmusicError, DataError, MissingFileError, UsageError
from armusic.python_file import explain, load, names_file, short_name

TWO = """
    WEIGHTS = (1, 2)

    def longest_name(tokens, metre):
        return tokens

    class Scaled:
        pass
"""


def test_any_value_is_given(write_python: Callable[[str], str]) -> None:
    assert load("loss", f"{write_python(TWO)}:WEIGHTS") == (1, 2)
    assert load("loss", f"{write_python(TWO)}:Scaled").__name__ == "Scaled"


def test_a_file_is_run_once_if_it_runs(write_python: Callable[[str], str]) -> None:
    with pytest.raises(DataError, match="ZeroDivisionError"):
        load("attribute", f"{write_python('1 / 0')}:longest_name")
    function = load("attribute", f"{write_python(TWO)}:longest_name")
    assert load("attribute", f"{write_python('1 / 0')}:longest_name") is function
    assert load("attribute", f"{write_python('2 / 0')}:Scaled") is not function


@pytest.mark.parametrize(
    ("text", "function", "error", "message"),
    [
        (TWO, "longest_nam", UsageError, r"my.py has no function 'longest_nam': did you mean longest_name\?"),
        (TWO, "zzz", UsageError, "my.py has no function 'zzz': there is longest_name, Scaled$"),
        ("x = 1", "f", UsageError, "my.py has no function 'f': there is no function in it"),
        ("import nonsense_module", "f", DataError, "my.py cannot be imported: ModuleNotFoundError: .* \\(line 1\\)$"),
        ("def f(:\n  pass", "f", DataError, "my.py cannot be imported: SyntaxError: .*line 1"),
        ("import sys\nsys.exit('a\\nb')", "f", DataError, r"cannot be imported: SystemExit: a b \(line 2\)"),
    ],
)
def test_a_file_that_cannot_be_used(
    write_python: Callable[[str], str], text: str, function: str, error: type[ArmusicError], message: str
) -> None:
    spec = f"{write_python(text)}:{function}"
    with pytest.raises(error, match=message) as caught:
        load("attribute", spec)
    assert f"attribute {spec!r}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spec", ["my.py", "my.py:", "my.py:a b", "my:f", ":f", "my.txt:f"])
def test_a_name_that_is_not_written_right(spec: str) -> None:
    with pytest.raises(UsageError, match="as FILE.py:FUNCTION"):
        load("attribute", spec)


def test_a_file_without_a_function_is_taken_for_a_file() -> None:
    assert names_file("my.py")
    assert not names_file("my.txt")
    with pytest.raises(UsageError, match="'my.py': write one of your own as FILE.py:FUNCTION"):
        load("attribute", "my.py")


def test_a_path_may_have_a_colon() -> None:
    assert short_name("C:/music/my.py:f") == "f"
    with pytest.raises(MissingFileError, match="attribute 'C:/gone/my.py:f': there is no file"):
        load("attribute", "C:/gone/my.py:f")


def test_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingFileError, match="attribute 'gone.py:f': there is no file .*gone.py"):
        load("attribute", "gone.py:f")


def test_an_error_without_a_message_is_its_kind() -> None:
    assert explain(ValueError()) == "ValueError"
    assert explain(ValueError("two\nlines")) == "ValueError: two lines"

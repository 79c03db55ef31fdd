"""The page of a listening test, in both browsers: comparisons are heard and chosen by keyboard alone.

It stands here as two drivers of browsers cannot run in one process.
"""

import csv
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from armusic.io.readers import abc
from armusic.listening import Answers, Trial
from armusic.listening.server import application
from armusic.studio.security import Access
from armusic.studio.server import listen
from tests.studio.browser.conftest import foreign
from tests.studio.browser.hands import PATIENCE

HEAD = "X:1\nT:t\nM:4/4\nL:1/8\nQ:1/4=80\nK:G\n"
TUNES = [abc.parse_tune(HEAD + notes, "t.abc") for notes in ("GABc dedB|\n", "GABc d2dB|\n", "GABd g2dB|\n")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.csv"


@pytest.fixture
def page(browser: Browser, path: Path, tmp_path: Path) -> Iterator[Page]:
    """Return the page of a test with two comparisons; it must have made no error, and asked nobody else."""
    trials = [
        Trial(f"t {step}", TUNES[0], "rhythm", step, ("one", "other"), (TUNES[1], TUNES[2])) for step in (-1.0, 1.0)
    ]
    listening = listen("127.0.0.1", 0)
    access = Access(("127.0.0.1",), listening.getsockname()[1], "secret", "secret code")
    app = application(trials, Answers(path, "anna"), tmp_path, access)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    address, errors = f"http://127.0.0.1:{access.port}/", []
    page = browser.new_page()
    page.on("console", lambda line: errors.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: foreign(request.url, address) and errors.append(request.url))
    page.goto(f"{address}?token=secret")
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    page.close()
    server.should_exit = True
    thread.join()
    assert errors == []


def test_keys_are_enough(page: Page, path: Path) -> None:
    expect(page.get_by_role("status")).to_have_text("0 of 2 answered")
    expect(page.get_by_role("heading")).not_to_be_empty()
    better = page.get_by_role("button", name="A is better")
    page.keyboard.press("ArrowLeft")
    expect(better).to_be_disabled()  # nothing was heard
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Original")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="2 A")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="2 A")).to_have_attribute("aria-pressed", "false")  # it has ended
    expect(better).to_be_disabled()  # B was not heard
    page.keyboard.press("3")
    expect(better).to_be_enabled()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="3 B")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("status")).to_have_text("1 of 2 answered")
    expect(better).to_be_disabled()  # the next pair is another one
    page.get_by_role("button", name="2 A").click()
    expect(page.get_by_role("button", name="2 A")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="3 B").click()
    page.get_by_role("button", name="No difference").click()
    expect(page.get_by_role("heading")).to_have_text("That was all, thank you: you may close this page")
    expect(better).to_be_hidden()
    with path.open(encoding="utf-8", newline="") as file:
        assert [(row["chosen"], row["model"]) for row in csv.DictReader(file)] == [("a", "one"), ("same", "")]

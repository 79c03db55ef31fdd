"""The page of the studio in the system's Chromium and Firefox, with the server in a process of its own.

Every test that takes `page` runs in both. Firefox is driven by WebDriver BiDi, which emulates neither colours nor touch
here: what runs in Chromium alone is marked with `in_chromium` and says why.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.studio.browser.hands import DESK, FOLDER, PATIENCE, SOUND

PROGRAMS = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "firefox": ("firefox-esr", "firefox")}

LONGEST = 300  # seconds of a test

UNANSWERED = ["TargetClosedError", r"^TimeoutError: (.|\n)* performing click action\s*$"]
"""Errors where `guard` killed the browser, or where it took a click and never said that it was done."""

running: dict[Browser, int] = {}
"""The number of the process of each browser that has been started and not closed."""

COLOURS: dict[str, tuple[dict[str, Any], dict[str, str | bool | float]]] = {
    "light": ({"color_scheme": "light"}, {"layout.css.prefers-color-scheme.content-override": 1}),
    "dark": ({"color_scheme": "dark"}, {"layout.css.prefers-color-scheme.content-override": 0}),
    "forced": ({"forced_colors": "active"}, {"browser.display.document_color_use": 2}),
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a test once more, and show it, where its browser did not answer; any other failure is one."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=UNANSWERED))


def start(playwright: Playwright, name: str, preferences: dict[str, str | bool | float] | None = None) -> Browser:
    """Start a browser of this system; skip the test where there is none.

    Parameters
    ----------
    playwright
        Who starts it.
    name
        ``"chromium"`` or ``"firefox"``.
    preferences
        What would stand in Firefox's ``about:config``.

    Returns
    -------
    Browser
        The browser, without a window.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS[name])), None)
    if program is None:
        pytest.skip(f"this system has no {name.title()} (Debian: {PROGRAMS[name][0]})")
    number, script = Path(FOLDER.name, "number"), Path(FOLDER.name, name)
    script.write_text(f'#!/bin/sh\necho $$ > "{number}"\nexec "{program}" "$@"\n')
    script.chmod(0o700)
    if name == "chromium":
        browser = playwright.chromium.launch(executable_path=script)
    else:
        browser = playwright.firefox.launch(
            executable_path=script,
            channel="moz-firefox",
            downloads_path=FOLDER.name,
            env={**os.environ, "PULSE_SERVER": SOUND},
            firefox_user_prefs={
                "browser.download.alwaysOpenPanel": False,
                **(preferences or {}),
            },  # it takes focus
        )
    running[browser] = int(number.read_text())

    def forget(browser: Browser) -> None:
        del running[browser]

    browser.on("disconnected", forget)
    return browser


@pytest.fixture(scope="package")
def sound() -> Iterator[None]:
    """Start a sound server that is silent: without any, Firefox's audio clock stands still."""
    if shutil.which("pulseaudio") is None:
        pytest.skip("this system has no sound server for Firefox (Debian: pulseaudio)")
    protocol = f"module-native-protocol-unix socket={SOUND.removeprefix('unix:')} auth-anonymous=1"
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-target=null"]
    environment = {**os.environ, "HOME": FOLDER.name, "XDG_RUNTIME_DIR": FOLDER.name}
    with subprocess.Popen([*command, "-Lmodule-null-sink", f"-L{protocol}"], env=environment) as server:
        yield
        server.terminate()


@contextmanager
def studio(port: int = 0) -> Iterator[str]:
    """Start a studio in a process of its own; it is stopped in the end.

    Parameters
    ----------
    port
        Its port; a free one if it is 0.

    Yields
    ------
    str
        Its address.
    """
    command = [sys.executable, "-m", "armusic_cli", "studio", "--no-open", "--port", str(port)]
    paths = os.pathsep.join(filter(None, ("cli", os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stderr.readline())
        assert address
        try:
            yield address[0]
        finally:
            server.terminate()


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    with studio() as address:
        yield address


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browsers() -> Iterator[dict[str, Browser]]:
    """Keep the browsers that have started: each starts once, and all tests of the package run in it."""
    browsers: dict[str, Browser] = {}
    yield browsers
    for browser in browsers.values():
        browser.close()


@pytest.fixture(autouse=True)
def guard() -> Iterator[None]:
    """Kill the browsers where a test takes too long: else what waits for one that does not answer waits for ever."""

    def kill() -> None:
        for number in running.values():
            os.kill(number, signal.SIGKILL)

    timer = threading.Timer(LONGEST, kill)
    timer.start()
    yield
    timer.cancel()


@pytest.fixture(params=PROGRAMS)
def browser(playwright: Playwright, browsers: dict[str, Browser], request: pytest.FixtureRequest) -> Browser:
    """Return a browser; another one if it was killed."""
    name = request.param
    if name == "firefox":
        request.getfixturevalue("sound")
    if name not in browsers or not browsers[name].is_connected():
        browsers[name] = start(playwright, name)
    return browsers[name]


@pytest.fixture
def refusals() -> list[int | str]:
    """Return the answers, and the words of errors, that a test expects, which the browser notes as errors."""
    return []


@contextmanager
def watched(context: BrowserContext, address: str, refusals: list[int | str]) -> Iterator[Page]:
    """Open the page; in the end it must have made no error and asked nobody else.

    Parameters
    ----------
    context
        Where the page is opened; it is closed in the end.
    address
        Where the studio answers.
    refusals
        The answers, and the words of errors, that a test expects.

    Yields
    ------
    Page
        The page, before a file is opened.
    """
    errors: list[str] = []
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()

    def note_message(text: str) -> None:
        if not any((f"status of {each}" if isinstance(each, int) else each) in text for each in refusals):
            errors.append(text)

    page.on("console", lambda line: note_message(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: foreign(request.url, address) and errors.append(request.url))
    page.goto(address)
    page.locator("#welcome-examples button").first.wait_for()
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def page(browser: Browser, address: str, refusals: list[int | str]) -> Iterator[Page]:
    """Return the page, as on a desk."""
    with watched(browser.new_context(viewport=DESK), address, refusals) as page:
        yield page


@pytest.fixture(params=COLOURS)
def coloured(
    playwright: Playwright, browser: Browser, address: str, refusals: list[int | str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Return the page in light, dark and forced colours, which Firefox takes from preferences and not from a test."""
    options, preferences = COLOURS[request.param]
    if browser.browser_type.name == "chromium":
        with watched(browser.new_context(viewport=DESK, **options), address, refusals) as page:
            yield page
        return
    another = start(playwright, "firefox", preferences)
    with watched(another.new_context(viewport=DESK), address, refusals) as page:
        yield page
    another.close()


def foreign(url: str, address: str) -> bool:
    return urlsplit(url).scheme not in ("blob", "data") and urlsplit(url).netloc != urlsplit(address).netloc

"""A page of the studio with whoever uses it: what goes wrong on it, and what a mouse does, for the soak test."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page

PATIENCE = 120.0  # seconds
EXPECTED = {404, 409, 422}  # an expired session, an overtaken request, a damaged file


@dataclass
class Soak:
    """Counts of actions and exports, and the errors."""

    address: str
    files: list[tuple[str, bytes]]
    actions: Counter[str] = field(default_factory=Counter)
    exports: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    errors: list[str] = field(default_factory=list)


class Hand:
    """A page, and the mouse of its user."""

    def __init__(self, soak: Soak, page: Page, seed: int) -> None:
        self.soak, self.page, self.rng = soak, page, random.Random(seed)  # noqa: S311  (no secret)
        self.past: list[str] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.report(f"error on the page: {error.stack}"))
        page.on("response", lambda answer: self._on_response(answer.status, answer.url))
        page.on("request", lambda request: self._on_request(request.url))

    def report(self, error: str) -> None:
        """Record an error and the actions before it."""
        self.soak.errors.append(f"{error}\n    after: {', '.join(self.past[-8:])}")
        print(f"ERROR: {self.soak.errors[-1]}", flush=True)

    def _on_console(self, line: Any) -> None:
        if line.type in ("error", "warning") and not any(f"status of {status}" in line.text for status in EXPECTED):
            self.report(f"{line.type} in the console: {line.text}")

    def _on_response(self, status: int, url: str) -> None:
        if status >= 400 and status not in EXPECTED:
            self.report(f"{status} from {url}")

    def _on_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("blob", "data") and parts.netloc != urlsplit(self.soak.address).netloc:
            self.report(f"a request to another host: {url}")

    async def until(self, condition: str) -> None:
        """Wait until an expression is true on the page."""
        end = time.monotonic() + PATIENCE
        while not await self.page.evaluate(condition):
            if time.monotonic() > end:
                raise AssertionError(f"never: {condition}")
            await asyncio.sleep(0.1)

    async def drag(self, selector: str, points: int) -> None:
        """Drag over an element, if it is visible."""
        element = self.page.locator(selector).first
        await element.scroll_into_view_if_needed()
        box, size = await element.bounding_box(), self.page.viewport_size
        if box is None or size is None:
            return
        wide = min(box["width"], size["width"] - max(box["x"], 0))
        places = [
            (box["x"] + self.rng.random() * wide, box["y"] + self.rng.random() * box["height"]) for _ in range(points)
        ]
        await self.page.mouse.move(*places[0])
        await self.page.mouse.down()
        for place in places[1:]:
            await self.page.mouse.move(*place, steps=5)
        await self.page.mouse.up()

    async def click(self, selector: str) -> None:
        """Click by script, which does nothing to a disabled button."""
        await self.page.locator(selector).evaluate("(element) => element.click()")

    async def show(self, selector: str) -> None:
        """Open what holds a field, where the window is narrow."""
        if not await self.page.locator(selector).is_visible():
            await self.click("#more")

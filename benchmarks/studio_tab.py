"""A tab of the studio's page with a random user, for the soak test."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import mido
from playwright.async_api import Error
from studio_files import check, damaged
from studio_hand import Hand

FORMATS = ("mid", "mid", "dawproject", "musicxml", "abc", "wav", "svg", "png", "pdf", "picture")

KEYS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Shift+ArrowRight", "Alt+ArrowLeft", "Enter", "Delete")
WORK = "(({ edit, kept, session }) => JSON.stringify([[session.name, session.title, edit], kept]))(studio.get())"


class Tab(Hand):
    """One tab and its random user."""

    async def start(self) -> None:
        """Open the page with an example."""
        await self.page.goto(self.soak.address)
        await self.page.locator("#welcome-examples button").first.click()
        await self.page.locator("#work").wait_for()

    async def duplicate(self, seed: int) -> Tab:
        """Return a second tab of the same session, as by the browser's own command."""
        async with self.page.context.expect_page() as opened:
            await self.page.evaluate("void open(location.href)")
        copy = Tab(self.soak, await opened.value, seed)
        await copy.page.locator("#work").wait_for()
        return copy

    async def act(self) -> None:
        """Perform a random action."""
        name = self.rng.choices(list(ACTIONS), [weight for _, weight in ACTIONS.values()])[0]
        self.past.append(name)
        self.soak.actions[name] += 1
        try:
            await ACTIONS[name][0](self)
        except (AssertionError, Error) as error:
            self.report(f"{name}: {error}")
        await asyncio.sleep(self.rng.random() * 0.3)

    async def attribute(self) -> str:
        """Return one of the attributes."""
        return self.rng.choice(await self.page.evaluate("Object.keys(studio.get().session.values)"))

    async def do_slider(self) -> None:
        """Drag a slider."""
        slider = self.page.locator(f"#slider-{await self.attribute()}")
        values = [self.rng.randrange(401) for _ in range(self.rng.randint(1, 30))]
        for value in values:
            await slider.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value)
        await slider.dispatch_event("change")

    async def do_pad(self) -> None:
        """Drag over the pad."""
        await self.page.locator("#pad-x").select_option(await self.attribute())
        await self.drag("#pad", self.rng.randint(1, 4))

    async def do_curve(self) -> None:
        """Draw on a lane."""
        name = await self.attribute()
        await self.drag(f'#lanes canvas[aria-label^="{name.replace("_", " ")}"]', self.rng.randint(1, 4))

    async def do_select(self) -> None:
        """Select measures, or clear the selection."""
        if self.rng.random() < 0.5:
            await self.page.locator("#roll").press("Escape")
        else:
            await self.drag("#roll", 2)

    async def do_hand(self) -> None:
        """Edit notes by mouse and keyboard."""
        if await self.page.locator("#write").get_attribute("aria-pressed") == "false":
            await self.click("#write")
        for _ in range(self.rng.randint(1, 6)):
            if self.rng.random() < 0.4:
                await self.drag("#roll", self.rng.randint(1, 3))
            else:
                await self.page.locator("#roll").press(self.rng.choice(KEYS))
        if self.rng.random() < 0.3:
            await self.click("#unlock")
        await self.click("#write")

    async def do_session(self) -> None:
        """Save the session to a file and open it again: it is as it was, and what was kept since is there too."""
        if not await self.page.locator("#save-session").is_visible():
            return
        await self.until("studio.get().settled")
        before, kept = json.loads(await self.page.evaluate(WORK))
        async with self.page.expect_download() as expected:
            await self.click("#save-session")
        download = await expected.value
        data = Path(await download.path()).read_bytes()
        await download.delete()
        if self.rng.random() < 0.5:
            await self.do_button()
        await self._open(download.suggested_filename, data)
        self.soak.exports["session"] += 1
        after, now_kept = json.loads(await self.page.evaluate(WORK))
        if after != before or now_kept[: len(kept)] != kept:
            self.report(f"a session that was saved and opened is {after}, {now_kept}, not {before}, {kept}")

    async def do_lock(self) -> None:
        """Lock or unlock an attribute."""
        await self.page.get_by_role("button", name=f"Lock {(await self.attribute()).replace('_', ' ')}").click()

    async def do_key(self) -> None:
        """Choose a key."""
        keys = await self.page.evaluate("[...document.getElementById('key').options].map(option => option.value)")
        await self.show("#key")
        await self.page.locator("#key").select_option(self.rng.choice(["auto", "off", self.rng.choice(keys)]))

    async def do_button(self) -> None:
        """Press a button of the work bar."""
        await self.click(self.rng.choice(["#undo", "#undo", "#redo", "#dice", "#dice", "#reset", "#keep", "#copy"]))

    async def do_compare(self) -> None:
        """Switch to the original or the variation."""
        await self.click(self.rng.choice(["#show-original", "#show-variation"]))

    async def do_play(self) -> None:
        """Start or stop the tune, the loop or the metronome."""
        await self.click(self.rng.choice(["#play", "#play", "#loop", "#metronome"]))

    async def do_tempo(self) -> None:
        """Type a tempo."""
        await self.show("#tempo")
        await self.page.locator("#tempo").fill(str(self.rng.randint(10, 450)))
        await self.page.locator("#tempo").press("Tab")

    async def do_drop(self) -> None:
        """Remove a kept variation, or go back to it."""
        buttons = self.page.locator("#kept button")
        if count := await buttons.count():
            await buttons.nth(self.rng.randrange(count)).click()

    async def do_track(self) -> None:
        """Choose another track."""
        if await self.page.locator("#track").is_visible():
            ids = await self.page.evaluate("studio.get().session.tracks.map(track => track.id)")
            await self.page.locator("#track").select_option(self.rng.choice(ids))
            await self.until("!document.body.hasAttribute('aria-busy')")

    async def _open(self, name: str, data: bytes) -> None:
        await self.page.locator("#file").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        )
        await asyncio.sleep(0.1)
        await self.until("!document.body.hasAttribute('aria-busy')")

    async def do_file(self) -> None:
        """Open a file."""
        await self._open(*self.rng.choice(self.soak.files))

    async def do_example(self) -> None:
        """Open an example."""
        ids = await self.page.evaluate("[...document.getElementById('examples').options].map(option => option.value)")
        await self.page.locator("#examples").select_option(self.rng.choice(ids[1:]))
        await self.until("!document.body.hasAttribute('aria-busy')")

    async def do_damaged(self) -> None:
        """Open a damaged file."""
        name, data = self.rng.choice(self.soak.files)
        await self._open(name, damaged(data, self.rng))
        message = await self.page.locator("#message-text").inner_text()
        self.soak.refused += bool(message)
        if "bug in armusic" in message or "\n" in message or "Error:" in message:
            self.report(f"unexpected message for a damaged file: {message}")

    async def do_reload(self) -> None:
        """Reload the page."""
        await self.page.reload()
        state = "[document.getElementById('work').hidden, document.getElementById('message-text').textContent]"
        try:
            await self.page.locator("#work").wait_for(timeout=60_000)
        except Error:
            self.report(f"nothing is open after a reload: {await self.page.evaluate(state)}")
            await self.start()

    async def do_look(self) -> None:
        """Change the size and the colour scheme of the window."""
        await self.page.set_viewport_size(
            self.rng.choice([{"width": 1440, "height": 1000}, {"width": 390, "height": 844}])
        )
        await self.page.emulate_media(color_scheme=self.rng.choice(["light", "dark"]))

    async def do_export(self) -> None:
        """Export, and check the file."""
        if self.rng.random() < 0.6:
            await self.until("studio.get().settled")
        form = self.rng.choice(FORMATS)
        await self.page.locator("#format").select_option(form)
        await self.page.locator("#with-original").set_checked(self.rng.random() < 0.4)
        if await self.page.locator("#layout").is_visible():
            options = "[...document.getElementById('layout').options]"
            layouts = await self.page.evaluate(f"{options}.map(option => option.value)")
            await self.page.locator("#layout").evaluate("(e, v) => { e.value = v; }", self.rng.choice(layouts))
        before = await self.page.evaluate("studio.get()")
        async with self.page.expect_download() as expected:
            await self.page.locator("#download").click()
        download = await expected.value
        data = Path(await download.path()).read_bytes()
        await download.delete()
        name = download.suggested_filename
        self.soak.exports[name.rpartition(".")[2]] += 1
        try:
            check(name, data)
            alone = not before["kept"] and not await self.page.locator("#with-original").is_checked()
            after = await self.page.evaluate("studio.get()")  # the search may have ended meanwhile
            settled = before["settled"] and after["settled"] and before["shown"] == after["shown"]
            if form == "mid" and alone and settled:
                sounds = mido.MidiFile(file=io.BytesIO(data))
                exported = [event.note for event in sounds if event.type == "note_on" and event.velocity]
                shown = [note["pitch"] for note in before["shown"]["notes"]]
                passing = any(": left as " in line for line in before["session"]["remarks"])
                rest = iter(exported)  # what cannot be varied is in the file, and not on the page
                same = all(pitch in rest for pitch in shown) if passing else exported == shown
                assert same, f"{exported} are not {shown} of {before['shown'].get('command')}"
        except Exception as error:  # noqa: BLE001  (libraries raise anything)
            self.report(f"{name} is not valid: {type(error).__name__}: {error}")


ACTIONS: dict[str, tuple[Callable[[Tab], Awaitable[None]], int]] = {
    "slider": (Tab.do_slider, 8),
    "pad": (Tab.do_pad, 3),
    "curve": (Tab.do_curve, 4),
    "select": (Tab.do_select, 2),
    "hand": (Tab.do_hand, 4),
    "session": (Tab.do_session, 1),
    "lock": (Tab.do_lock, 1),
    "key": (Tab.do_key, 1),
    "button": (Tab.do_button, 4),
    "compare": (Tab.do_compare, 1),
    "play": (Tab.do_play, 2),
    "tempo": (Tab.do_tempo, 1),
    "drop": (Tab.do_drop, 1),
    "track": (Tab.do_track, 1),
    "file": (Tab.do_file, 2),
    "example": (Tab.do_example, 1),
    "damaged": (Tab.do_damaged, 1),
    "reload": (Tab.do_reload, 1),
    "look": (Tab.do_look, 1),
    "export": (Tab.do_export, 4),
}
"""The actions and their weights."""

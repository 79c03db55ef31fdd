"""What `mkdocs build` needs beside the pages of this folder: files of the repository that pages link to.

The README is the home page. Any other file outside `docs/` that a page links to, or that `mkdocs.yml` names, is on
the site as `repository/PATH`, as a page where it is Markdown. So links work in the repository and on the site alike.
"""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"(?<=\]\()(?!\w+:|#|//)([^)\s#]+)(#[^)\s]*)?(?=\))")
SOUND = re.compile(r'<a href="([^"]+\.mp3)">[^<]*</a>')
OUTSIDE = "repository/"


def place(path: str) -> str:
    """Return where a file of the repository is on the site."""
    if path == "README.md":
        return "index.md"
    return path.removeprefix("docs/") if path.startswith("docs/") else OUTSIDE + path


def origin(uri: str) -> str:
    """Return the path in the repository of what is at `uri` on the site."""
    if uri == "index.md":
        return "README.md"
    return uri.removeprefix(OUTSIDE) if uri.startswith(OUTSIDE) else f"docs/{uri}"


def target(link: str, path: str) -> str:
    """Return the path in the repository that a link of the file at `path` leads to; a folder's is its README."""
    there = normpath(f"{Path(path).parent.as_posix()}/{link}")
    return f"{there}/README.md" if (ROOT / there).is_dir() else there


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the README, what `nav` names outside this folder, and what pages link to."""
    waiting = ["README.md", *(origin(uri) for uri in re.findall(rf"{OUTSIDE}\S+", str(config.nav).replace("'", " ")))]
    waiting += [origin(file.src_uri) for file in files.documentation_pages()]
    read = set()
    while waiting:
        path = waiting.pop()
        if path in read or not (ROOT / path).is_file():
            continue
        read.add(path)
        if files.get_file_from_path(place(path)) is None:
            files.append(File.generated(config, place(path), abs_src_path=str(ROOT / path)))
        if path.endswith(".md"):
            text = (ROOT / path).read_text(encoding="utf-8")
            waiting += [target(match[1], path) for match in LINK.finditer(text)]
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 mkdocs calls it so
    """Turn the links of a page, which are paths in the repository, into those of the site."""
    path, uri = origin(page.file.src_uri), page.file.src_uri

    def turned(match: re.Match[str]) -> str:
        return relpath(place(target(match[1], path)), Path(uri).parent.as_posix()) + (match[2] or "")

    return LINK.sub(turned, markdown)


def on_page_content(html: str, **_: object) -> str:
    """Put a player after each link to a sound."""
    return SOUND.sub(r'\g<0> <audio controls preload="none" src="\1"></audio>', html)

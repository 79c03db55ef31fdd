"""Write the index that ReaPack reads, for the repository at an address.

python hosts/reaper/make_index.py https://host/owner/armusic/raw/v0.2.0 > index.xml

The name, version and description are those in the head of the script; ReaPack's format is described in its wiki.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

SCRIPT = Path(__file__).with_name("armusic.lua")
FOLDER = "hosts/reaper"


def head(text: str) -> dict[str, str]:
    """Return the fields in the comment at the top of a script."""
    return dict(re.findall(r"^-- @(description|author|version) (.+)$", text, re.MULTILINE))


def index(address: str) -> str:
    """Return the index for a repository whose files are at an address."""
    fields = head(SCRIPT.read_text(encoding="utf-8"))
    root = ET.Element("index", version="1", name="armusic")
    category = ET.SubElement(root, "category", name="MIDI editor")
    package = ET.SubElement(category, "reapack", name=SCRIPT.name, type="script", desc=fields["description"])
    version = ET.SubElement(package, "version", name=fields["version"], author=fields["author"])
    source = ET.SubElement(version, "source", main="main")
    source.text = f"{address.rstrip('/')}/{FOLDER}/{SCRIPT.name}"
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_index.py ADDRESS")
    sys.stdout.write(index(sys.argv[1]))

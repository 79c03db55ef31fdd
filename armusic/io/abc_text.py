r"""Text strings of ABC, such as titles: from characters to escapes, and back.

Source
------
The ABC music standard 2.1 (2011), section 8.2: accents such as `\'e`, named and numbered characters such as
`&eacute;` and `\u00e9`, and signs after a backslash.
"""

from __future__ import annotations

import html
import re
import unicodedata

_ACCENTS = {
    "`": "\N{COMBINING GRAVE ACCENT}", "'": "\N{COMBINING ACUTE ACCENT}", "^": "\N{COMBINING CIRCUMFLEX ACCENT}",
    '"': "\N{COMBINING DIAERESIS}", "~": "\N{COMBINING TILDE}", "c": "\N{COMBINING CEDILLA}",
    ",": "\N{COMBINING CEDILLA}", "u": "\N{COMBINING BREVE}", "v": "\N{COMBINING CARON}",
    "H": "\N{COMBINING DOUBLE ACUTE ACCENT}", "=": "\N{COMBINING MACRON}", ";": "\N{COMBINING OGONEK}",
    ".": "\N{COMBINING DOT ABOVE}",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "/o": "ø", "/O": "Ø", "/d": "đ",
    "/D": "Đ", "/l": "ł", "/L": "Ł", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:(?P<hex>u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|(?P<letter>ss|ae|AE|oe|OE|aa|AA|/[oOdDlL]|dh|DH|th|TH)"
    r"""|(?P<accent>[`'^"~c,uvH=;.])(?P<base>[A-Za-z])|(?P<sign>[\\%&]))|(?P<entity>&(?:\#[0-9]{1,7}"""
    r"|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
_ENTITY = re.compile("&(?=[#A-Za-z0-9]+;)")


def decoded(text: str) -> str:
    r"""Return a text string with its escapes as characters; what is no escape stays.

    Examples
    --------
    >>> decoded(r"Caf\'e, &Uuml;ber 100\%, \u266d, \AA, \x")
    'Café, Über 100%, ♭, Å, \\x'
    """
    return _ESCAPE.sub(_character, text)


def encoded(text: str) -> str:
    r"""Return a text as a text string that `decoded` gives back.

    Examples
    --------
    >>> encoded(r"100% Café & \ &eacute;")
    '100\\% Café & \\\\ \\&eacute;'
    """
    return _ENTITY.sub(r"\&", text.replace("\\", "\\\\").replace("%", r"\%"))


def _character(match: re.Match[str]) -> str:
    if match["hex"]:
        code = int(match["hex"][1:], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match[0]
    if match["letter"]:
        return _LETTERS[match["letter"]]
    if match["accent"]:
        character = unicodedata.normalize("NFC", match["base"] + _ACCENTS[match["accent"]])
        return character if len(character) == 1 else match[0]
    return match["sign"] or html.unescape(match["entity"])

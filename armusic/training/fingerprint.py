"""A fingerprint of the data of a run, kept in its checkpoints: data that changes under a run is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from armusic.vae.data import Data

BLOCK = 1 << 16  # items that are read at once: images lie on the disk
ROUNDING = 1e-6  # of an attribute, in the last digits that machines do not share; beside its root mean square


def of(data: Data) -> dict[str, Any]:
    """Return the fingerprint of data, as plain values.

    Items, their kinds, groups and parts are compared to the last bit. Attributes may be computed, and come out
    otherwise in the last digit on another machine: of them there are sums, also weighted by their place.

    Examples
    --------
    >>> data = Data(np.zeros((3, 4), int), np.ones((3, 1), np.float32), ("size",), np.arange(3), np.zeros(3, int))
    >>> fingerprint = of(data)
    >>> fingerprint["items"], fingerprint["attributes"]
    (3, {'size': [3.0, 0.0, 1.0]})
    """
    digest = hashlib.sha256()
    for array in (data.kind, data.group, data.part, data.x):
        if array is None:
            continue
        for start in range(0, len(array), BLOCK):
            rows = np.asarray(array[start : start + BLOCK])
            digest.update((rows if rows.dtype == np.uint8 else rows.astype("<i8")).tobytes())
    place = np.linspace(-1, 1, len(data))
    attributes = {}
    for name, column in zip(data.names, data.a.T, strict=True):
        values = column.astype(np.float64)
        sums = (values.sum(), values @ place, np.sqrt((values**2).mean()))
        attributes[name] = [round(float(value), 12) for value in sums]
    return {"items": len(data), "digest": digest.hexdigest()[:16], "attributes": attributes}


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return in words how data differs from that of a fingerprint; empty where it does not.

    Examples
    --------
    >>> before = {"items": 3, "digest": "ab", "attributes": {"size": [3.0, 0.0, 1.0]}}
    >>> difference(before, before), difference(before, before | {"items": 4})
    ('', '4 items, not 3')
    >>> difference(before, before | {"attributes": {"size": [3.5, 0.0, 1.1]}})
    "other values of attribute 'size'"
    """
    if before["items"] != now["items"]:
        return f"{now['items']:,} items, not {before['items']:,}"
    if before["digest"] != now["digest"]:
        return "other items, or in another order"
    for name, sums in before["attributes"].items():
        if name not in now["attributes"]:
            return f"no attribute {name!r}"
        tolerance = ROUNDING * np.sqrt(before["items"]) * sums[2]
        if not np.allclose(sums[:2], now["attributes"][name][:2], rtol=0, atol=max(tolerance, 1e-9)):
            return f"other values of attribute {name!r}"
    return ""

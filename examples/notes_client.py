"""Notes to `armusic serve` and variations back, with Python's own library: see docs/notes-api.md."""

import json
import os
import urllib.error
import urllib.request

ADDRESS = os.environ.get("ARMUSIC_SERVE", "http://127.0.0.1:8766")
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ.get("ARMUSIC_TOKEN", "")}

pitches = (67, 69, 71, 72, 74, 71, 69, 67, 64, 67, 71, 74, 72, 69, 66, 67)
notes = [{"pitch": pitch, "start": at / 2, "duration": 0.5} for at, pitch in enumerate(pitches)]
order = {"api": 1, "notes": notes, "metre": "4/4", "tempo": 96, "attributes": ["density=by-0.05"], "alternatives": 2}
try:
    request = urllib.request.Request(ADDRESS + "/api/notes", json.dumps(order).encode(), HEADERS)  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        reply = json.load(response)
except urllib.error.HTTPError as error:
    raise SystemExit(json.load(error)["message"]) from None
for answer in reply["answers"]:
    print(answer["name"], [(note["pitch"], note["start"]) for note in answer["notes"]])
print(*reply["remarks"], sep="\n")

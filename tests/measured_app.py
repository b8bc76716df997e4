"""app.py with a clock beside it: /gaps tells how long the hub was held by one task.

`waited_ms` is the longest time between two ticks; `worked_ms` the most processor time of the
hub's own thread between two ticks, which a busy machine does not change.
"""

import json
import os
import runpy
import time
import warnings
from pathlib import Path

if os.environ.get("HALLWAY_ASYNC_MODE", "eventlet") == "eventlet":
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

from flask import request

import blueprints

ROOT = Path(__file__).resolve().parent.parent
TICK_S = 0.002
original = blueprints.init_app
seen = {"ticks": 0, "waited_ms": 0.0, "worked_ms": 0.0}


def tick():
    while True:
        clock, work = time.monotonic(), time.thread_time()
        eventlet.sleep(TICK_S)
        waited, worked = time.monotonic() - clock - TICK_S, time.thread_time() - work
        seen["ticks"] += 1
        seen["waited_ms"] = max(seen["waited_ms"], round(1000 * waited, 1))
        seen["worked_ms"] = max(seen["worked_ms"], round(1000 * worked, 1))


def init_app(app):
    def gaps():
        if request.method == "POST":
            seen.update(ticks=0, waited_ms=0.0, worked_ms=0.0)
        return json.dumps(seen)

    original(app)
    app.add_url_rule("/gaps", "gaps", gaps, methods=["GET", "POST"])
    eventlet.spawn(tick)


blueprints.init_app = init_app
runpy.run_path(str(ROOT / "app.py"), run_name="__main__")

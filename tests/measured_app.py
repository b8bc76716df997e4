"""app.py with a clock beside it: /gaps tells how long the hub was held by one task.

`waited_ms` is the longest time between two ticks by the clock on the wall. `held_ms` is what of it
was our own doing: without the time in which the hub's thread was ready and the machine had no
processor for it. `worked_ms` is the most processor time of the hub's thread between two ticks.
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
STATISTICS = Path("/proc/thread-self/schedstat")
original = blueprints.init_app
NOTHING = {"ticks": 0, "waited_ms": 0.0, "held_ms": 0.0, "worked_ms": 0.0}
seen = dict(NOTHING)


def queued():
    """Seconds for which this thread was ready to run and had no processor, as Linux counts."""
    return int(STATISTICS.read_text().split()[1]) / 1e9 if STATISTICS.exists() else 0.0


def tick():
    while True:
        clock, work, queue = time.monotonic(), time.thread_time(), queued()
        eventlet.sleep(TICK_S)
        waited, worked = time.monotonic() - clock - TICK_S, time.thread_time() - work
        held = waited - (queued() - queue)
        seen["ticks"] += 1
        for name, value in (("waited_ms", waited), ("held_ms", held), ("worked_ms", worked)):
            seen[name] = max(seen[name], round(1000 * value, 1))


def init_app(app):
    def gaps():
        if request.method == "POST":
            seen.update(NOTHING)
        return json.dumps(seen)

    original(app)
    app.add_url_rule("/gaps", "gaps", gaps, methods=["GET", "POST"])
    eventlet.spawn(tick)


blueprints.init_app = init_app
runpy.run_path(str(ROOT / "app.py"), run_name="__main__")

"""app.py with two more addresses: /slow answers late, /broken fails in a WSGI layer.

It looks for sockets to close several times a second.
"""

import os
import runpy
import sys
import time
import warnings
from pathlib import Path

if os.environ.get("HALLWAY_ASYNC_MODE", "eventlet") == "eventlet":
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

import blueprints
from blueprints import live

ROOT = Path(__file__).resolve().parent.parent
original = blueprints.init_app


def init_app(app):
    def slow():
        sys.stderr.write("slow has begun\n")
        time.sleep(2)
        return "late but whole"

    original(app)
    app.add_url_rule("/slow", "slow", slow)
    inner = app.wsgi_app

    def layer(environ, start_response):
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("the secret of the layer")
        return inner(environ, start_response)

    app.wsgi_app = layer


blueprints.init_app = init_app
live.LOOK_S = 0.2
runpy.run_path(str(ROOT / "app.py"), run_name="__main__")

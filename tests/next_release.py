"""app.py as its next release would be: every script and stylesheet has changed."""

import os
import runpy
import warnings
from pathlib import Path

if os.environ.get("HALLWAY_ASYNC_MODE", "eventlet") == "eventlet":
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

from blueprints import building

ROOT = Path(__file__).resolve().parent.parent
original = building.build


def build(folder):
    changed = (".js", ".css")
    return {
        name: content + b"\n/* next */" if name.endswith(changed) else content
        for name, content in original(folder).items()
    }


building.build = build
runpy.run_path(str(ROOT / "app.py"), run_name="__main__")

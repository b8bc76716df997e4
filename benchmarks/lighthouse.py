"""`python -m benchmarks.lighthouse`: what Lighthouse says of the pages, as a phone sees them."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.house import PASSWORD, House
from benchmarks.phone import Line
from tests.browser.conftest import chromium
from tests.servers import HallwayServer

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / ".bin" / "lighthouse"
AT_LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100}
TIMES = {
    "largest-contentful-paint": ("  largest paint", 1 / 1_000, 1.8, "s"),
    "total-blocking-time": ("  blocked", 1, 100, "ms"),
    "cumulative-layout-shift": ("  shifted", 1, 0.003, ""),
}


def main() -> None:
    if not shutil.which("npm"):
        print("Lighthouse is not run: it needs Node, which is not installed.")
        return
    if not PROGRAM.exists():
        subprocess.run(["npm", "ci", "--prefix", str(HERE), "--silent"], check=True)
    with tempfile.TemporaryDirectory() as folder, HallwayServer(Path(folder) / "house") as server:
        house = House.build(server)
        pages = (
            ("sign-in", "/sign-in", ""),
            ("50 messages, tenant", house.address, house.tenant),
            ("50 messages, landlord", house.address, house.landlord),
        )
        for what, address, email in pages:
            cookie = cookie_of(server, email) if email else ""
            report = run(server.url + address, cookie, Path(folder))
            for line in told(what, report):
                print(line, flush=True)


def told(what: str, report: dict[str, Any]) -> Iterator[str]:
    """The report in lines; a score below what it shall be with what it lost by."""
    for name, least in AT_LEAST.items():
        category = report["categories"][name]
        score = round(category["score"] * 100)
        yield f"{f'{what}: {name}':<58} {score:>9}       at least {least}" + (
            "" if score >= least else f"   UNDER: {', '.join(failed(report, category))}"
        )
    for audit, (label, scale, budget, unit) in TIMES.items():
        yield str(Line(label, report["audits"][audit]["numericValue"] * scale, budget, unit))


def failed(report: dict[str, Any], category: dict[str, Any]) -> list[str]:
    """The audits of a category that counted and were not met."""
    refs = [ref["id"] for ref in category["auditRefs"] if ref["weight"]]
    return [name for name in refs if (report["audits"][name]["score"] or 0) < 0.9]


def run(address: str, cookie: str, folder: Path) -> dict[str, Any]:
    """Lighthouse's report of one page, in its own words."""
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
    flags = " ".join(["--headless=new", *map(str, chromium()["args"])])
    wanted = f"--only-categories={','.join(AT_LEAST)}"
    asked = f"--extra-headers={headers}"
    made = subprocess.run(
        [PROGRAM, address, "--quiet", "--output=json", asked, wanted, f"--chrome-flags={flags}"],
        env=os.environ | {"CHROME_PATH": str(chromium()["executable_path"])},
        check=True,
        capture_output=True,
        text=True,
    )
    report: dict[str, Any] = json.loads(made.stdout)
    return report


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Answers with the redirect itself."""

    def redirect_request(self, *_: object) -> None:
        return None


def cookie_of(server: HallwayServer, email: str) -> str:
    """The Cookie header of somebody who signs in."""
    form = urllib.parse.urlencode({"email": email, "password": PASSWORD}).encode()
    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(f"{server.url}/sign-in", form)
    except urllib.error.HTTPError as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.split(";")[0] for cookie in cookies)


if __name__ == "__main__":
    main()

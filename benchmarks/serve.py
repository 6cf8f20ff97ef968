"""The web under load on loopback, by wrk: one assessment, many a second, the hook with a large bundle, memory over time.

The peer is a bare FastAPI application in the same run that parses the same body and gives back as many bytes: what is left is
ours. ``--minute`` holds the load of two cores for 60 seconds, and 50,000 requests; without it for 10 seconds and 5,000.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
CASE = DATA / "bench-case.json"
HOOK = DATA / "bench-hook.json"
PEER = """
from fastapi import FastAPI, Request, Response
app = FastAPI(openapi_url=None)
ANSWER = b'{"x":"' + b"x" * SIZE + b'"}'
@app.get("/healthz")
def healthz(): return {}
@app.post("/{path:path}")
async def answer(path: str, request: Request):
    await request.json()
    return Response(ANSWER, media_type="application/json")
"""
LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local held = io.open(os.getenv("BODY"), "rb")
wrk.body = held:read("*a")
held:close()
local pause = tonumber(os.getenv("PAUSE_MS"))
local spread = tonumber(os.getenv("SPREAD"))
if pause > 0 then
  function delay() return pause * (1 + spread * (2 * math.random() - 1)) end
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("NUMBERS %d %d %.3f %.3f %.3f %.3f %.3f\\n", summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests, errors, seconds, and quantiles of the latency in ms."""

    requests: int
    errors: int
    seconds: float
    p50: float
    p95: float
    p99: float
    most: float

    def __str__(self) -> str:
        rate = self.requests / self.seconds
        quantiles = f"p50 {self.p50:.1f}, p95 {self.p95:.1f}, p99 {self.p99:.1f}, longest {self.most:.1f} ms"
        return f"{rate:7.1f} a second, {quantiles}; {self.errors} errors of {self.requests:,}"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def at(command: list[str], cores: str) -> Iterator[tuple[str, int]]:
    """A server on loopback, pinned to some cores, until the block ends: its address, and its process."""
    port = free_port()
    command = [*command, "--port", str(port)]
    environment = {**os.environ, "EQUIPOISE_RATE": "0"}
    process = subprocess.Popen(
        ["/usr/bin/taskset", "-c", cores, *command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1).raise_for_status()
                break
            except httpx.HTTPError:
                if process.poll() is not None:
                    raise SystemExit(f"the server ended: {' '.join(command)}") from None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def loaded(url: str, body: Path, *, seconds: int, connections: int, pause_ms: int, cores: str, spread: float = 0.0) -> Load:
    """Load by wrk. With a pause each connection waits so long before each request, more or less by the ``spread``."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as script:
        script.write(LUA)
    command = ["taskset", "-c", cores, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    held = subprocess.run(
        [*command, "-s", script.name, url],
        env={**os.environ, "BODY": str(body), "PAUSE_MS": str(pause_ms), "SPREAD": str(spread)},
        capture_output=True,
        text=True,
        check=True,
    )
    Path(script.name).unlink()
    found = re.search(r"NUMBERS (\d+) (\d+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)", held.stdout)
    if found is None:
        raise SystemExit(held.stdout + held.stderr)
    return Load(int(found[1]), int(found[2]), *(float(found[place]) for place in range(3, 8)))


def resident(pid: int) -> float:
    """MiB of a process and all below it."""
    pages, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def ours(workers: int) -> list[str]:
    """Our own server."""
    return [str(Path(sys.executable).parent / "equipoise"), "serve", "--workers", str(workers)]


def peer(size: int, folder: Path) -> list[str]:
    """The peer, whose answer has ``size`` bytes."""
    (folder / "peer.py").write_text(PEER.replace("SIZE", str(size)))
    return [sys.executable, "-m", "uvicorn", "peer:app", "--no-access-log", "--app-dir", str(folder)]


def answered(url: str, body: Path) -> int:
    """The bytes of one answer, which has to be a success."""
    held = httpx.post(url, content=body.read_bytes(), headers={"Content-Type": "application/json"}, timeout=30)
    held.raise_for_status()
    return len(held.content)


def cases(folder: Path) -> dict[str, Path]:
    """The whole case, and what most people will give of it: no certificate, no places on the way."""
    data = json.loads(CASE.read_bytes())
    for field in ("certificate", "travel", "conditions"):
        del data[field]
    short = folder / "short.json"
    short.write_text(json.dumps(data))
    return {"whole": CASE, "short": short}


def main() -> None:
    """Print one line for each load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minute", action="store_true", help="the whole load: 60 seconds, and 50,000 requests")
    wanted = parser.parse_args().minute
    subprocess.run([ROOT / "scripts" / "system-packages", "wrk"], check=True)
    seconds, many = (60, 50_000) if wanted else (10, 5_000)
    with tempfile.TemporaryDirectory() as folder:
        asked = cases(Path(folder))
        with at(ours(1), "0") as (url, pid):
            for name, body in asked.items():
                size = answered(f"{url}/api/assessment", body)
                loaded(f"{url}/api/assessment", body, seconds=2, connections=1, pause_ms=0, cores="1")
                load = loaded(f"{url}/api/assessment", body, seconds=seconds, connections=2, pause_ms=28, cores="1")
                crowd = loaded(
                    f"{url}/api/assessment", body, seconds=seconds, connections=16, pause_ms=310, cores="1", spread=0.9
                )
                alone = loaded(f"{url}/api/assessment", body, seconds=5, connections=1, pause_ms=0, cores="1")
                print(f"{name} case, {len(body.read_bytes()):,} bytes in, {size:,} out, {resident(pid):.0f} MiB")
                print(f"  one core, 50 a second asked: {load}  (goal: p99 under 20 ms)")
                print(f"  the same from 16 at random:     {crowd}")
                print(f"  one core, one by one:           {alone}")
            hook = loaded(f"{url}/cds-services/kratom-order-sign", HOOK, seconds=5, connections=1, pause_ms=0, cores="1")
            print(f"hook, {len(HOOK.read_bytes()):,} bytes, one by one: {hook}  (goal: p95 under 100 ms)")
        with at(peer(size, Path(folder)), "0") as (url, pid):
            bare = loaded(f"{url}/x", body, seconds=5, connections=1, pause_ms=0, cores="1")
            print(f"bare FastAPI, one by one:      {bare}; the short case takes {alone.p50 / bare.p50:.0f} times as long")
        with at(ours(2), "0,1") as (url, pid):
            for name, body in asked.items():
                loaded(f"{url}/api/assessment", body, seconds=3, connections=40, pause_ms=0, cores="0,1")
                most = loaded(f"{url}/api/assessment", body, seconds=seconds, connections=40, pause_ms=0, cores="0,1")
                print(f"two cores, {name} case, without a pause: {most}  (goal: 200 a second, no error)")
                load = loaded(
                    f"{url}/api/assessment", body, seconds=seconds, connections=320, pause_ms=1500, cores="0,1", spread=0.9
                )
                print(f"  200 a second asked, by 320 at random: {load}")
            sizes, done = [resident(pid)], 0
            while done < many:
                done += loaded(f"{url}/api/assessment", body, seconds=5, connections=16, pause_ms=0, cores="0,1").requests
                sizes.append(resident(pid))
            ends = f"{min(sizes):.0f} to {max(sizes):.0f}"
            print(f"memory over {done:,} requests: {sizes[0]:.0f} MiB before, {ends}, {sizes[-1]:.0f} after")


if __name__ == "__main__":
    main()

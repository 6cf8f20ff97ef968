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
if pause > 0 then
  function delay() return pause end
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
def served(command: list[str], port: int, cores: str, **variables: str) -> Iterator[int]:
    """A server on loopback, pinned to some cores, until the block ends."""
    environment = {**os.environ, "EQUIPOISE_RATE": "0", **variables}
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
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def loaded(url: str, body: Path, *, seconds: int, connections: int, pause_ms: int, cores: str) -> Load:
    """Load by wrk. With a pause each connection waits so long before each request."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as script:
        script.write(LUA)
    command = ["taskset", "-c", cores, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    held = subprocess.run(
        [*command, "-s", script.name, url],
        env={**os.environ, "BODY": str(body), "PAUSE_MS": str(pause_ms)},
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


def ours(port: int, workers: int) -> list[str]:
    """Our own server."""
    binary = Path(sys.executable).parent / "equipoise"
    return [str(binary), "serve", "--port", str(port), "--workers", str(workers)]


def peer(port: int, size: int, folder: Path) -> list[str]:
    """The peer, whose answer has ``size`` bytes."""
    (folder / "peer.py").write_text(PEER.replace("SIZE", str(size)))
    return [sys.executable, "-m", "uvicorn", "peer:app", "--port", str(port), "--no-access-log", "--app-dir", str(folder)]


def answered(url: str, body: Path) -> int:
    """The bytes of one answer, which has to be a success."""
    held = httpx.post(url, content=body.read_bytes(), headers={"Content-Type": "application/json"}, timeout=30)
    held.raise_for_status()
    return len(held.content)


def main() -> None:
    """Print one line for each load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minute", action="store_true", help="the whole load: 60 seconds, and 50,000 requests")
    whole = parser.parse_args().minute
    subprocess.run([ROOT / "scripts" / "system-packages", "wrk"], check=True)
    seconds, many = (60, 50_000) if whole else (10, 5_000)
    print(f"case {len(CASE.read_bytes()):,} bytes with {len(json.loads(CASE.read_bytes())['medicines'])} medicines")
    print(f"hook {len(HOOK.read_bytes()):,} bytes")
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}/api/assessment"
        with served(ours(port, 1), port, "0") as pid:
            size = answered(url, CASE)
            loaded(url, CASE, seconds=2, connections=1, pause_ms=0, cores="1")
            print(f"answer {size:,} bytes; {resident(pid):.0f} MiB in one process")
            load = loaded(url, CASE, seconds=seconds, connections=4, pause_ms=80, cores="1")
            print(f"one core, 50 a second asked:  {load}  (goal: p99 under 20 ms)")
            alone = loaded(url, CASE, seconds=5, connections=1, pause_ms=0, cores="1")
            print(f"one core, one after another:  {alone}")
            hook = loaded(
                f"http://127.0.0.1:{port}/cds-services/kratom-order-sign", HOOK, seconds=5, connections=1, pause_ms=0, cores="1"
            )
            print(f"hook, one after another:      {hook}  (goal: p95 under 100 ms)")
        port = free_port()
        with served(peer(port, size, Path(folder)), port, "0"):
            bare = loaded(f"http://127.0.0.1:{port}/x", CASE, seconds=5, connections=1, pause_ms=0, cores="1")
            print(f"bare FastAPI, one by one:     {bare}; ours takes {alone.p50 / bare.p50:.1f} times as long")
        port = free_port()
        url = f"http://127.0.0.1:{port}/api/assessment"
        with served(ours(port, 2), port, "0,1") as pid:
            loaded(url, CASE, seconds=3, connections=4, pause_ms=0, cores="0,1")
            load = loaded(url, CASE, seconds=seconds, connections=10, pause_ms=45, cores="0,1")
            print(f"two cores, 200 a second asked: {load}  (goal: 200 a second, no error)")
            sizes, done = [resident(pid)], 0
            while done < many:
                done += loaded(url, CASE, seconds=5, connections=8, pause_ms=0, cores="0,1").requests
                sizes.append(resident(pid))
            print(f"memory over {done:,} requests: {', '.join(f'{size:.0f}' for size in sizes)} MiB")


if __name__ == "__main__":
    main()

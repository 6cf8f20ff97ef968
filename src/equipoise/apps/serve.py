"""``equipoise serve``: pages, JSON API and CDS Hooks on this machine. What it needs is imported when it is called."""

import logging
import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from equipoise.apps.options import AsOf, Folder
from equipoise.apps.terminal import progress, reading, stop

MOST_AT_ONCE = 200
"""Connections of one worker; a further one is told to come again."""
_MISSING = "the web server needs more packages; should be installed with `pip install 'equipoise[web]'`."


def _environment(evidence: Path | None, as_of: date | None) -> None:
    """What was said on the command line goes before what the environment says; every worker reads it there."""
    if evidence is not None:
        os.environ["EQUIPOISE_EVIDENCE"] = str(evidence)
    if as_of is not None:
        os.environ["EQUIPOISE_AS_OF"] = str(as_of)


def _heard(log: logging.Logger) -> None:
    """What the server and its loop say goes where our lines go: of each the first line, since the others may name a client."""

    def shortened(record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        kind = record.exc_info[0] if record.exc_info else None
        record.fields = {"error": kind.__name__} if kind else {}
        return True

    for name in ("uvicorn.error", "asyncio"):
        other = logging.getLogger(name)
        other.handlers, other.propagate = log.handlers, False
        other.addFilter(shortened)


def serve(
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="How many processes.")] = 1,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """Pages, JSON API and CDS Hooks of this evidence, for a browser on this machine or behind a proxy.

    Nothing of what anybody asks is stored or logged. docs/web.md names the settings that the environment may hold.
    """
    try:
        import uvicorn

        from equipoise.apps.hooks.settings import loopback
        from equipoise.apps.web import asgi, processes
        from equipoise.apps.web.connections import MOST_OF_A_HEAD, Connection
        from equipoise.apps.web.logs import logger
        from equipoise.apps.web.settings import from_environment
    except ModuleNotFoundError as missing:
        stop(f"{missing.name} is not installed: {_MISSING}")
    _environment(evidence, as_of)
    where = f"[{host}]" if ":" in host else host
    try:
        settings = from_environment(os.environ)
    except ValueError as fault:
        stop(f"{fault}.")
    _heard(logger())
    try:
        held = processes.sockets(host, port, workers)
    except OSError as fault:
        stop(f"{where}:{port}: cannot be listened at ({fault.strerror}).")
    address = f"http://{where}:{held[0].getsockname()[1]}"
    if loopback(host) and not os.environ.get("EQUIPOISE_HOOKS"):
        os.environ.setdefault("EQUIPOISE_OPEN_HOOKS", address)
    typer.echo(f"equipoise at {address}/ (stop with Ctrl+C)", err=True)
    if not loopback(host):
        typer.echo("Others can reach this address: put a proxy with TLS before it (docs/web.md).", err=True)
    try:
        with progress() as step, reading(settings.evidence, "in the evidence; nothing is served"):
            step("Reading and computing")
            app = asgi.app()
    except ValueError as fault:
        stop(f"{fault}.")
    else:
        config = uvicorn.Config(
            app,
            http=Connection,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=True,
            log_config=None,
            ws="none",
            backlog=2 * MOST_AT_ONCE,
            log_level="warning",
            lifespan="off",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=10,
            limit_concurrency=MOST_AT_ONCE,
            h11_max_incomplete_event_size=MOST_OF_A_HEAD,
        )
        processes.keep(held, lambda one: uvicorn.Server(config).run(sockets=[one]))
    finally:
        processes.close(held)

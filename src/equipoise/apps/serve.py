"""``equipoise serve``: pages, JSON API and CDS Hooks on this machine. What it needs is imported when it is called."""

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
        from equipoise.apps.web.connections import Connection
        from equipoise.apps.web.logs import logger
        from equipoise.apps.web.settings import from_environment
    except ModuleNotFoundError as missing:
        stop(f"{missing.name} is not installed: {_MISSING}")
    _environment(evidence, as_of)
    where = f"[{host}]" if ":" in host else host
    if loopback(host) and not os.environ.get("EQUIPOISE_HOOKS"):
        os.environ.setdefault("EQUIPOISE_OPEN_HOOKS", f"http://{where}:{port}")
    try:
        settings = from_environment(os.environ)
    except ValueError as fault:
        stop(f"{fault}.")
    logger()
    typer.echo(f"equipoise at http://{where}:{port}/ (stop with Ctrl+C)", err=True)
    if not loopback(host):
        typer.echo("Others can reach this address: put a proxy with TLS before it (docs/web.md).", err=True)
    try:
        held = processes.sockets(host, port, workers)
    except OSError as fault:
        stop(f"{where}:{port}: cannot be listened at ({fault.strerror}).")
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
            log_level="warning",
            lifespan="off",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=10,
            limit_concurrency=MOST_AT_ONCE,
            h11_max_incomplete_event_size=32_768,
        )
        processes.keep(held, lambda one: uvicorn.Server(config).run(sockets=[one]))
    finally:
        processes.close(held)

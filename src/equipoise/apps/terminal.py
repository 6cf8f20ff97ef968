"""What those who wait at a terminal are told: what is being done, and why it stopped."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Says what is being done, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield status.update


def stop(message: str) -> NoReturn:
    """End with a sentence that says why."""
    typer.echo(message, err=True)
    raise typer.Exit(1)

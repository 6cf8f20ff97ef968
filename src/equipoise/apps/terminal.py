"""What those who wait at a terminal are told: what is being done, and why it stopped."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from equipoise.records.faults import EvidenceError


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


def refuse(faults: Sequence[object], ending: str) -> NoReturn:
    """End with every fault, and how many they are: ``2 faults`` and the ``ending``, ``in the law; nothing was answered``."""
    for fault in faults:
        typer.echo(str(fault), err=True)
    stop(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} {ending}.")


@contextmanager
def reading(folder: Path | None, ending: str) -> Iterator[None]:
    """Ends the command, as :func:`refuse` does, where the evidence that is read has faults or cannot be read."""
    try:
        yield
    except EvidenceError as refused:
        refuse(refused.faults, ending)
    except OSError as refused:
        stop(f"{refused.filename or folder}: cannot be read ({refused.strerror})")

"""Short phrases that every output says alike: counts, beginnings, and how far studies differ."""

import textwrap

from equipoise.values.estimate import Heterogeneity

WIDTH = 80
"""Columns of a terminal."""


def counted(number: int, word: str = "study", words: str = "studies") -> str:
    """``1 study``, ``13 studies``."""
    return f"{number:,} {word if number == 1 else words}"


def upper_first(text: str) -> str:
    """``text`` as a line begins."""
    return f"{text[:1].upper()}{text[1:]}"


def differences(spread: Heterogeneity) -> tuple[str, str, str, str]:
    """``τ² 0.31``, ``I² 92%``, ``Q 152.2`` and its ``p < 0.001``."""
    chance = "p < 0.001" if spread.q_p_value < 0.001 else f"p = {spread.q_p_value:.3f}"
    return f"τ² {spread.tau2:.3g}", f"I² {spread.i2:.0f}%", f"Q {spread.q:.1f}", chance


def wrap(text: str, *, first: str = "", indent: int = 0) -> list[str]:
    """Lines of at most 80 columns; an address longer than that stays whole."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ) or [""]


def field(name: str, text: str) -> list[str]:
    """A line that begins with a name in a column of its own."""
    return wrap(text, first=f"{name:<11}", indent=11)

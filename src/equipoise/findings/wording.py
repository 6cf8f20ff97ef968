"""Sentences from (certainty, direction, kind of outcome), and from nothing else.

The verbs follow GRADE guidelines 26 (Santesso 2020). A motive is said, never a benefit; an association is a link, never a cause; an animal
result names the animal.
"""

from collections.abc import Mapping
from typing import Literal

from equipoise.findings.finding import Level

Direction = Literal["higher", "lower", "unclear"]

SAID: Mapping[Level, str] = {
    Level.HIGH: "",
    Level.MODERATE: "probably ",
    Level.LOW: "may ",
    Level.VERY_LOW: "",
}

FORBIDDEN = (
    "all clear", "is safe", "are safe", "no interaction", "no risk", "proven", "proves", "cures", "cure ", "caused by", "causes ",
    "because of kratom", "effective", "works for", "risk-free", "harmless", "you should", "recommended dose",
)
"""Forms that no sentence of ours may take, whatever the certainty."""


def share(printed: str, among: str, phrase: str) -> str:
    """A share of a group: ``65% of kratom users in a US web survey said they use kratom for depression.``"""
    return f"{printed} of {among} {phrase}."


def pooled_share(printed: str, among: str, phrase: str, certainty: Level) -> str:
    """A pooled share: ``About 60% of ... said ...``, hedged by the certainty."""
    opening = {Level.HIGH: "", Level.MODERATE: "Probably about ", Level.LOW: "Perhaps ", Level.VERY_LOW: "Very uncertain: perhaps "}[certainty]
    return f"{opening}{printed} of {among} {phrase}."


def effect(label: str, subject: str, comparator: str, direction: Direction, certainty: Level) -> str:
    """An effect from randomised evidence, in the words of GRADE guidelines 26."""
    name = label[0].upper() + label[1:]
    if certainty is Level.VERY_LOW:
        return f"The evidence is very uncertain about {label} with {subject} compared with {comparator}."
    if direction == "unclear":
        verb = {Level.HIGH: "is about the same", Level.MODERATE: "is probably about the same", Level.LOW: "may be about the same"}[certainty]
        return f"{name} {verb} with {subject} as with {comparator}."
    verb = {Level.HIGH: "is", Level.MODERATE: "is probably", Level.LOW: "may be"}[certainty]
    return f"{name} {verb} {direction} with {subject} than with {comparator}."


def link(label: str, contrast: str, direction: Direction) -> str:
    """An association: a link and no more."""
    said = {"higher": "was linked with more", "lower": "was linked with less", "unclear": "was not clearly linked with"}[direction]
    return f"{contrast[0].upper()}{contrast[1:]} {said} {label}."


def measured(label: str, among: str, statistic: str, printed: str) -> str:
    """A measured quantity: ``In healthy volunteers, the median half-life was 45.3 h.``"""
    name = {"value": "", "total": "total ", "minimum": "lowest ", "maximum": "highest ", "geometric-mean-ratio": "mean ratio of "}
    return f"In {among}, the {name.get(statistic, statistic + ' ')}{label} was {printed}."


def none_found(what: str) -> str:
    """Absence of evidence, which is not evidence of absence."""
    return f"No {what} was found."


def disagreement(label: str, low: str, high: str) -> str:
    """Studies that disagree."""
    return f"Studies disagree on {label}: from {low} to {high}."


def forbidden(sentence: str) -> str | None:
    """The first forbidden form in a sentence, or None."""
    lowered = sentence.lower()
    return next((form for form in FORBIDDEN if form in lowered), None)

"""Sentences from (certainty, direction, kind of outcome), and from nothing else.

The verbs follow GRADE guidelines 26 (Santesso 2020). A motive is said, never a benefit; an association is a link, never
a cause; an animal result names the animal.
"""

import re
from datetime import date
from typing import Literal

from equipoise.findings.finding import Level
from equipoise.values.dates import PartialDate
from equipoise.values.multiverse import Word

Direction = Literal["higher", "lower", "same", "unclear"]

FORBIDDEN = re.compile(
    r"\b(?:all clear|safe|safer|safely|no interactions?|no risk|risk-free|harmless|proven|proves?|cures?|cured|"
    r"caus(?:es|ed|ing)|because of kratom|effective|works? for|you (?:should|must|can)|recommended dose)\b",
    re.IGNORECASE,
)
"""Forms that no sentence of ours may take, whatever the certainty."""


def share(printed: str, among: str, phrase: str) -> str:
    """A share of a group, as in "65% of kratom users in a US web survey said they use kratom for depression".

    Of a small group, and of nobody, the count is printed, and it reads on by itself: "3 of 7 kratom users said ...".
    """
    said = f"{printed} of {among} {phrase}." if printed.endswith("%") else f"{printed} {among} {phrase}."
    return f"{said[0].upper()}{said[1:]}"


def dated_share(year: str, printed: str, among: str, phrase: str) -> str:
    """A share of a group in a year, as in "In 2022, 8.8% of US adults met survey criteria for depression"."""
    said = share(printed, among, phrase)
    return f"In {year}, {said[0].lower()}{said[1:]}" if said.startswith("None") else f"In {year}, {said}"


def pooled_share(printed: str, among: str, phrase: str, certainty: Level) -> str:
    """A pooled share: ``About 60% of ... said ...``, hedged by the certainty."""
    opening = {
        Level.NOT_GRADED: "",
        Level.HIGH: "",
        Level.MODERATE: "Probably about ",
        Level.LOW: "Perhaps ",
        Level.VERY_LOW: "Very uncertain: perhaps ",
    }[certainty]
    return f"{opening}{printed} of {among} {phrase}."


def effect(label: str, subject: str, comparator: str, direction: Direction, certainty: Level, *, chance: bool) -> str:
    """An effect from a comparison, in the words of GRADE guidelines 26.

    ``chance`` says that the measure is of how likely an event is, not of how high a score is.

    Raises
    ------
    ValueError
        An effect that nobody graded.
    """
    if certainty is Level.NOT_GRADED:
        raise ValueError(f"{label} is not graded; an effect should be")
    name = label[0].upper() + label[1:]
    if certainty is Level.VERY_LOW:
        return f"The evidence is very uncertain about {label} with {subject} compared with {comparator}."
    hedge = {Level.HIGH: "is", Level.MODERATE: "is probably", Level.LOW: "may be"}[certainty]
    if direction == "unclear":
        return f"It is not clear whether {label} differs between {subject} and {comparator}."
    if direction == "same":
        return f"{name} {hedge} about the same with {subject} as with {comparator}."
    way = {"higher": "likelier", "lower": "less likely"}[direction] if chance else direction
    return f"{name} {hedge} {way} with {subject} than with {comparator}."


def link(label: str, contrast: str, direction: Direction, *, chance: bool, odds: bool = True) -> str:
    """An association: a link and no more. ``chance`` as in :func:`effect`; ``odds``: one of odds, not of risks."""
    more, less = "more", "less"
    if chance:
        more, less = ("higher odds of", "lower odds of") if odds else ("a higher chance of", "a lower chance of")
    said = {"higher": f"linked with {more}", "lower": f"linked with {less}"}.get(direction, "not clearly linked with")
    return f"{contrast[0].upper()}{contrast[1:]} was {said} {label}."


def measured(label: str, among: str, statistic: str, printed: str) -> str:
    """A measured quantity, as in "In healthy volunteers, the median half-life was 45.3 h"."""
    if statistic == "total":
        return f"In {among}, the {label} came to {printed}."
    name = {
        "value": "",
        "minimum": "lowest ",
        "maximum": "highest ",
        "geometric-mean-ratio": "mean ratio of ",
    }
    return f"In {among}, the {name.get(statistic, statistic + ' ')}{label} was {printed}."


def ranged(label: str, among: str, low: str, high: str, unit: str) -> str:
    """A quantity from its lowest to its highest, as in "In kratom products, alkaloid content ran from 13.9 to 270 mg/g"."""
    return f"In {among}, {label} ran from {low} to {high}{'' if unit == '%' else ' '}{unit}."


def none_found(what: str) -> str:
    """Absence of evidence, which is not evidence of absence."""
    return f"No {what} was found."


def disagreement(label: str, low: str, high: str) -> str:
    """Studies that disagree."""
    return f"Studies disagree on {label}: from {low} to {high}."


def robustness(verdict: Word, *, feasible: int, every: int, agree: int, span: str, decision: str, option: str) -> str:
    """What a multiverse says of the analysis shown, in one sentence. It counts analyses and is no probability.

    ``span`` runs from the lowest to the highest estimate; a sensitive verdict has the ``decision`` and the ``option`` that
    flip it.
    """
    made = f"Of {every:,} defensible analyses" + (f", {feasible:,} can be made and" if feasible < every else ",")
    number = "all" if agree == feasible else f"{agree:,}"
    opening = f"{made} {number} agree with the one shown ({span})"
    ending = {
        "robust": "it is robust to these choices",
        "sensitive": f"it is sensitive to one choice, {decision}, and changes most with “{option}”",
        "fragile": "it is fragile, and no one choice explains it",
        "cannot judge": "whether it is robust cannot be judged",
    }[verdict]
    return f"{opening}: {ending}."


def stated(when: PartialDate) -> str:
    """When somebody said what they hold."""
    return f"Stated {'on' if when.day else 'in'} {when}."


def undated(read_on: date) -> str:
    """That nobody can tell when."""
    return f"The text has no date; it was read on {read_on}."


def interests(said: str) -> str:
    """What the holder has to gain or lose."""
    return f"Interests: {said.rstrip('.')}."


def replaced(later: str) -> str:
    """That the holder now holds something else."""
    return f"Replaced by a later position: {later.rstrip('.')}."


def forbidden(sentence: str) -> str | None:
    """The first forbidden form in a sentence, or None."""
    form = FORBIDDEN.search(sentence)
    return form[0] if form else None

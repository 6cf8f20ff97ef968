"""How likely an interaction is, by the kind of evidence for it; kept apart from how severe it would be.

The two are never made one number: a list of interactions is cut down to those that no other one outdoes on both
(:func:`foremost`), which a further medicine can only raise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["human-trial", "observational", "case", "animal", "in-vitro", "pharmacology"]
"""Kinds of evidence, the strongest first; ``pharmacology``: expected from what both do, with no study of the two together."""
Stands = Literal["for", "against", "unclear"]
Likelihood = Literal[
    "shown-in-trial",
    "seen-in-studies-of-people",
    "seen-in-cases",
    "seen-in-animals",
    "seen-in-vitro",
    "expected",
    "unknown",
    "not-in-people",
]
"""From the most to the least likely. ``not-in-people``: a trial in people looked for it and did not find it, though a dish, an
animal or the pharmacology spoke for it; or nothing ever did."""
Severity = Literal["life-threatening", "serious", "moderate", "unknown", "minor"]
"""From the worst down. What nobody knows stands above minor: it may be worse."""

KINDS: tuple[Kind, ...] = get_args(Kind)
LIKELIHOODS: tuple[Likelihood, ...] = get_args(Likelihood)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

_OF_KIND: dict[Kind, Likelihood] = {
    "human-trial": "shown-in-trial",
    "observational": "seen-in-studies-of-people",
    "case": "seen-in-cases",
    "animal": "seen-in-animals",
    "in-vitro": "seen-in-vitro",
    "pharmacology": "expected",
}
_IN_PEOPLE = frozenset({"human-trial", "observational", "case"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece: its kind, and whether it speaks for the interaction or against it."""

    kind: Kind
    stands: Stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How likely, by which kinds of evidence for it, and which against; ``contested`` where people speak on both sides.

    ``strongest``: the kind of evidence that decided; None where there was none.
    """

    likelihood: Likelihood
    strongest: Kind | None
    kinds_for: tuple[Kind, ...]
    kinds_against: tuple[Kind, ...]
    contested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """An interaction by its name, with both axes."""

    name: str
    severity: Severity
    likelihood: Likelihood


def grade(evidence: Iterable[Evidence]) -> Grade:
    """How likely the strongest evidence makes an interaction.

    A trial in people > studies that observe people > cases > animals > in vitro > what pharmacology leads one to expect. More
    evidence for an interaction never makes it less likely. Only a trial in people that did not find it does, and only where no
    evidence from people speaks for it.
    """
    pieces = tuple(evidence)
    kinds_for, kinds_against = _kinds(pieces, "for"), _kinds(pieces, "against")
    if "human-trial" in kinds_against and not _IN_PEOPLE & set(kinds_for):
        return _grade("not-in-people", "human-trial", kinds_for, kinds_against)
    if not kinds_for:
        return _grade("unknown", None, kinds_for, kinds_against)
    return _grade(_OF_KIND[kinds_for[0]], kinds_for[0], kinds_for, kinds_against)


def foremost(warned: Iterable[Warned]) -> tuple[Warned, ...]:
    """Those that no other one outdoes: none is at least as severe and as likely, and more of one. The most severe first.

    Whatever is added to the list, for each that stood there one stands there that is at least as severe and as likely.
    """
    listed = tuple(dict.fromkeys(warned))
    left = [one for one in listed if not any(_outdoes(other, one) for other in listed)]
    return tuple(sorted(left, key=lambda one: (*_ranks(one), one.name)))


def _outdoes(other: Warned, one: Warned) -> bool:
    theirs, ours = _ranks(other), _ranks(one)
    return theirs != ours and theirs[0] <= ours[0] and theirs[1] <= ours[1]


def _ranks(one: Warned) -> tuple[int, int]:
    return SEVERITIES.index(one.severity), LIKELIHOODS.index(one.likelihood)


def _kinds(pieces: Sequence[Evidence], stands: Stands) -> tuple[Kind, ...]:
    held = {piece.kind for piece in pieces if piece.stands == stands}
    return tuple(kind for kind in KINDS if kind in held)


def _grade(
    likelihood: Likelihood, strongest: Kind | None, kinds_for: tuple[Kind, ...], kinds_against: tuple[Kind, ...]
) -> Grade:
    return Grade(
        likelihood=likelihood,
        strongest=strongest,
        kinds_for=kinds_for,
        kinds_against=kinds_against,
        contested=bool(_IN_PEOPLE & set(kinds_for) and _IN_PEOPLE & set(kinds_against)),
    )

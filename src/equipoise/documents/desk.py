"""What every assessment draws on and no person changes: computed once, asked many times; nothing of a person stays in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.documents.citations import CitedReference, cite
from equipoise.documents.monograph import HelpEntry, help_entry
from equipoise.findings.certificates import Standing, standing
from equipoise.findings.exposure_answer import Crowd, Model, model
from equipoise.findings.finding import Finding
from equipoise.findings.interactions import ListAnswer, check, checker
from equipoise.findings.medicines import Typed, known, named
from equipoise.findings.people import condition_register
from equipoise.findings.pharmacokinetics import LEVELS
from equipoise.findings.places import Places, places
from equipoise.findings.topics import compute
from equipoise.intake.medicine_names import Register, UniiNames
from equipoise.records.evidence import Evidence
from equipoise.records.topic import AssessmentPage, InteractionFinding, Topic

PEOPLE, SEED = 200, 20261122
"""How many people are drawn for an exposure, and the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The evidence on one day, ready for one person after the other.

    ``named`` says what a typed medicine is, ``check`` answers a list of them.

    ``exposure`` is the model of leaf, ``crowd`` the people drawn for it. ``limits``: those of toxicology and of microbes.
    ``findings``: those of the monograph that an assessment shows. ``findings_of``: the finding of a chapter about each rule.
    ``help``: helplines by country, ``urgent`` those that stand on every page.
    """

    evidence: Evidence
    page: AssessmentPage
    as_of: date
    named: Callable[[str], Typed]
    check: Callable[[Sequence[str]], ListAnswer]
    conditions: Register
    places: Places
    exposure: Model | None
    crowd: Crowd | None
    limits: Sequence[Standing]
    findings: Mapping[str, Finding]
    findings_of: Mapping[str, str]
    references: Mapping[str, CitedReference]
    help: Mapping[str, Sequence[HelpEntry]]
    urgent: Sequence[HelpEntry]


def desk(
    evidence: Evidence,
    topic: Topic,
    as_of: date,
    unii: UniiNames | None = None,
    *,
    many: bool = True,
    findings: Mapping[str, Finding] | None = None,
) -> Desk:
    """Everything that does not depend on the person.

    ``many``: for one person after the other, so that every medicine is worked out before anybody asks; else for one alone.
    ``exposure`` is the model of leaf, ``findings``: those of the topic, where they are made already.

    Raises
    ------
    EvidenceError
        A finding that its records do not allow.
    ValueError
        Evidence in which one name stands for two medicines or two conditions.
    """
    page = topic.assessment or AssessmentPage()
    exposure = _model(evidence)
    register = known(evidence)
    shown = {*page.balance, *page.product, *page.dependence, *page.unknown}
    lines = [help_entry(evidence, item, as_of) for item in evidence.helplines.values()]
    by_country: dict[str, list[HelpEntry]] = {}
    for line, item in zip(lines, evidence.helplines.values(), strict=True):
        by_country.setdefault(item.country, []).append(line)
    return Desk(
        evidence=evidence,
        page=page,
        as_of=as_of,
        named=lambda text: named(evidence, text, register, unii),
        check=checker(evidence, as_of, unii).check if many else lambda names: check(evidence, names, as_of, unii),
        conditions=condition_register(evidence),
        places=places(evidence, as_of),
        exposure=exposure,
        crowd=None if exposure is None else exposure.crowd(people=PEOPLE, seed=SEED, levels=LEVELS, many=many),
        limits=standing(evidence),
        findings=findings or compute(evidence, topic, as_of, shown),
        findings_of={
            declared.records[0]: declared.id
            for declared in topic.findings
            if isinstance(declared, InteractionFinding) and len(declared.records) == 1
        },
        references={name: cite(item) for name, item in evidence.references.items()},
        help=by_country,
        urgent=[help_entry(evidence, evidence.helplines[name], as_of) for name in topic.help],
    )


def _model(evidence: Evidence) -> Model | None:
    """The model of leaf, where the evidence has what it needs."""
    try:
        return model(evidence)
    except ValueError:
        return None

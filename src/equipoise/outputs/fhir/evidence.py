"""A finding as Evidence, with the variables it is about and its certainty domain by domain."""

from collections.abc import Iterator, Mapping, Sequence

from equipoise.documents.monograph import Monograph, OutcomeEntry, StudyEntry
from equipoise.findings.finding import Finding, Option, Reason
from equipoise.outputs.fhir.codes import BASE, CERTAINTY, DOMAINS, META_ANALYSIS, MOVES, OVERALL, TERMS
from equipoise.outputs.fhir.elements import Resource, concept, hashed, identity, notes, opening, present, reference, slug
from equipoise.outputs.fhir.quantities import statistics
from equipoise.outputs.fhir.sources import cites

STUDIED = frozenset({"pooled", "reported", "contrast", "series"})
"""Kinds of findings whose records are results of studies."""
MEASURED = "measuredVariable"


def evidence(
    document: Monograph,
    finding: Finding,
    outcomes: Mapping[str, tuple[StudyEntry, OutcomeEntry]],
    variables: dict[str, Resource],
) -> Resource:
    """One finding; the variables that it needs are put among ``variables``."""
    studied = finding.basis.kind in STUDIED
    found = [outcomes[name] for name in finding.basis.records if studied and name in outcomes]
    ident = identity(finding.id)
    return present(
        opening("Evidence", ident, finding.statement),
        identifier=[{"system": f"{BASE}/finding", "value": finding.id}],
        url=f"{BASE}/Evidence/{ident}",
        title=finding.question,
        status="active",
        date=str(finding.as_of),
        relatedArtifact=[cites(document, source) for source in finding.sources],
        assertion=finding.statement,
        note=notes([*finding.caveats, _based_on(finding)]),
        variableDefinition=_variables(document, finding, found, variables),
        synthesisType=concept(META_ANALYSIS) if finding.basis.kind == "pooled" else None,
        studyDesign=[{"text": design} for design in dict.fromkeys(study.design for study, _ in found)],
        statistic=[] if finding.estimate is None else list(statistics(finding, finding.estimate)),
        certainty=[_certainty(finding)],
    )


def _based_on(finding: Finding) -> str:
    basis = finding.basis
    options = "; ".join(f"{name} {_said(value)}" for name, value in basis.options) or "no options"
    records = ", ".join(basis.records) or "none"
    return f"Compute it again: engine {basis.engine}; {options}; records {records}; version {basis.version}."


def _said(option: Option) -> str:
    return ", ".join(option) if isinstance(option, tuple) else str(option)


def _variables(
    document: Monograph, finding: Finding, found: Sequence[tuple[StudyEntry, OutcomeEntry]], variables: dict[str, Resource]
) -> list[Resource]:
    """Among whom, exposed to what, and what was measured, as far as the finding has them; else what it asks."""
    measured = [one.label for _, one in found] or list(_measured(finding))
    words = {"population": [one.among for _, one in found], "exposure": _exposures(document, finding), MEASURED: measured}
    made = [
        {"variableRole": _role(role), "observed": _variable(document, role, text, variables)}
        for role, texts in words.items()
        for text in dict.fromkeys(texts)
    ]
    return made if measured else [*made, {"description": finding.question, "variableRole": _role(MEASURED)}]


def _role(code: str) -> Resource:
    return concept((f"{TERMS}/variable-role", code, "measured variable" if code == MEASURED else code))


def _exposures(document: Monograph, finding: Finding) -> list[str]:
    """Ligands, the intake of a study, or what meets in an interaction."""
    options = dict(finding.basis.options)
    rules = document.interactions if finding.basis.kind == "interaction" else ()
    met = [one.title for one in rules if one.id in finding.basis.records]
    return [*_words(options.get("ligands")), *(f"intake {one}" for one in _words(options.get("intake"))), *met]


def _measured(finding: Finding) -> Iterator[str]:
    """What a model or a laboratory measured, of what: ``Ki: mor``."""
    options = dict(finding.basis.options)
    about = [word for name in ("target", "analyte", "medicine") for word in _words(options.get(name))]
    if finding.estimate is not None and about:
        yield f"{finding.estimate.measure}: {', '.join(about)}"


def _words(option: Option) -> tuple[str, ...]:
    return option if isinstance(option, tuple) else (option,) if isinstance(option, str) else ()


def _variable(document: Monograph, role: str, words: str, variables: dict[str, Resource]) -> Resource:
    """A reference to the variable of these words, which is made at its first use."""
    ident = identity(f"{role}-{slug(words)[:32]}-{hashed(role, words)}")
    if ident not in variables:
        variables[ident] = present(
            opening("EvidenceVariable", ident, words),
            url=f"{BASE}/EvidenceVariable/{ident}",
            title=words,
            status="active",
            date=str(document.as_of),
            description=words,
        )
    return reference("EvidenceVariable", ident, words)


def _certainty(finding: Finding) -> Resource:
    return present(
        {},
        type=concept(OVERALL),
        rating=concept(CERTAINTY[finding.certainty], finding.certainty.value),
        subcomponent=[_reason(reason) for reason in finding.because],
    )


def _reason(reason: Reason) -> Resource:
    """A domain; what could not be judged has no rating of HL7's, for none of those means it."""
    own = (f"{BASE}/CodeSystem/certainty-domain", slug(reason.domain), reason.domain)
    rating = None
    if reason.unjudged:
        rating = concept((f"{BASE}/CodeSystem/certainty", "not-judged", "Cannot be judged"))
    elif reason.domain in DOMAINS or reason.change:
        rating = concept((f"{TERMS}/certainty-rating", *MOVES[reason.change]))
    return present({}, note=notes([reason.why]), type=concept(DOMAINS.get(reason.domain, own), reason.domain), rating=rating)

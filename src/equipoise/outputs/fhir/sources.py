"""References and searches as Citation, and the judgement of each study's risk of bias as ArtifactAssessment."""

from collections.abc import Sequence

from equipoise.documents.citations import CitedReference
from equipoise.documents.monograph import Monograph, SearchEntry, StudyEntry
from equipoise.findings.finding import Citation
from equipoise.outputs.fhir.codes import BASE, RISK_OF_BIAS
from equipoise.outputs.fhir.elements import Resource, concept, identity, notes, opening, present, reference, slug


def cites(document: Monograph, source: Citation) -> Resource:
    """A source, the place in it as its display; a search with its day."""
    if source.ref is not None:
        held = document.references[source.ref]
        where = reference("Citation", identity(held.id), held.short)
        return {"type": "citation", "label": held.short, "display": source.at, "resourceReference": where}
    search = document.searches[str(source.search)]
    where = reference("Citation", _search_id(search), search.question)
    return {"type": "citation", "label": f"search {search.id}", "display": f"searched: {source.on}", "resourceReference": where}


def cited_reference(document: Monograph, held: CitedReference, about: Sequence[StudyEntry]) -> Resource:
    """A reference; ``about``: the studies whose first source it is, which are judged."""
    judged = [reference("ArtifactAssessment", identity(study.id), study.title) for study in about]
    cited = present(
        {},
        identifier=[{"system": "urn:ietf:rfc:3986", "value": f"https://doi.org/{held.doi}"}] if held.doi else [],
        webLocation=[{"url": held.url}] if held.url else [],
        classification=[{"type": concept(RISK_OF_BIAS), "artifactAssessment": judged}] if judged else [],
        note=notes([*held.saw, "A second person checked it." if held.checked else "No second person checked it yet."]),
    )
    return _citation(document, identity(held.id), held.short, summary=held.text, cited=cited)


def cited_search(document: Monograph, held: SearchEntry) -> Resource:
    """A search is cited like a paper: an absence rests on it."""
    said = [f"Searched: {held.on}.", *held.queries, f"Found: {held.found}", f"What it could not see: {held.limits}"]
    sources = [cites(document, Citation(ref=ref, at=at)) for ref, at in held.sources]
    cited = present({}, relatesTo=sources, note=notes(said))
    return _citation(document, _search_id(held), held.question, summary=f"Search ({held.on}): {held.question}", cited=cited)


def _search_id(held: SearchEntry) -> str:
    return identity(f"search-{held.id}")


def _citation(document: Monograph, ident: str, title: str, *, summary: str, cited: Resource) -> Resource:
    return present(
        opening("Citation", ident, summary),
        url=f"{BASE}/Citation/{ident}",
        title=title,
        status="active",
        date=str(document.as_of),
        summary=[{"text": summary}],
        citedArtifact=cited,
    )


def assessment(document: Monograph, study: StudyEntry) -> Resource:
    """The judgement of a study's risk of bias, about its first source; that it was not judged is said too."""
    sources = [Citation(ref=ref, at=at) for ref, at in study.sources]
    judged = bool(study.bias_domains)
    content = present(
        {"informationType": "rating" if judged else "comment"},
        summary=None if judged else f"Risk of bias: {study.bias}.",
        type=concept(RISK_OF_BIAS),
        classifier=[_judgement(study.bias)] if judged else [],
        relatedArtifact=[cites(document, one) for one in sources],
        component=[
            {"informationType": "rating", "summary": why, "type": {"text": domain}, "classifier": [_judgement(found)]}
            for domain, found, why in study.bias_domains
        ],
    )
    return present(
        opening("ArtifactAssessment", identity(study.id), f"Risk of bias of {study.title}: {study.bias}"),
        identifier=[{"system": f"{BASE}/study", "value": study.id}],
        title=f"Risk of bias of {study.title}",
        date=str(document.as_of),
        artifactReference=cites(document, sources[0])["resourceReference"],
        content=[content],
    )


def _judgement(word: str) -> Resource:
    return concept((f"{BASE}/CodeSystem/risk-of-bias", slug(word), word))

"""The bundle is FHIR R5 that stands on its own, and says what the monograph says: no number, word or certainty more."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class
from typer.testing import CliRunner

from equipoise.apps.cli import app
from equipoise.documents.monograph import InteractionEntry, Monograph
from equipoise.findings.finding import Basis, Citation, Finding, Level, Reason
from equipoise.outputs.fhir import BASE, CERTAINTY, fhir_bundle, monograph_fhir
from equipoise.values.estimate import Counts, Estimate, Heterogeneity, Interval, Part

BCG = Path(__file__).parents[1] / "data" / "bcg" / "evidence"
TYPES = {"Evidence", "EvidenceVariable", "Citation", "ArtifactAssessment", "ClinicalUseDefinition"}
ADVICE = re.compile(
    r"\b(?:(?:start|stop|avoid|reduce|increase|halve|double|taper|lower|adjust) (?:taking|the dose|your|dosing)"
    r"|take (?:\d|half|less|more)|recommended dose|maximum dose|\d[\d.,]* ?(?:mg|g|grams?) (?:a|per|every) (?:day|\d))",
    re.IGNORECASE,
)
HARMLESS = re.compile(r"\b(?:safe|safer|safely|all clear|no interactions?|no risk|risk-free|harmless)\b", re.IGNORECASE)
DAY = date(2026, 6, 1)


def made_up(small: Monograph, name: str, **fields: Any) -> Finding:
    """Return a finding of a small monograph with other fields, and no figure that would have to follow."""
    return replace(small.findings["example-series"], id=name, multiverse=None, panel=None, **fields)


@pytest.fixture(scope="session")
def handmade(small: Monograph) -> Monograph:
    """Return the small monograph with an interaction, and with findings that have what no other has."""
    ref, at = next((one.ref, one.at) for one in small.findings["example-series"].sources)
    rests = Citation(ref=ref, at=at)
    basis = Basis(kind="interaction", engine="interactions", options=(), records=("sedatives",), version="0")
    meeting = made_up(
        small,
        "meeting",
        question="What if both meet?",
        statement="Tea & sedatives <both>: serious if it happens.",
        estimate=None,
        certainty=Level.NOT_GRADED,
        because=(),
        sources=(rests,),
        basis=basis,
    )
    full = Estimate(
        measure="pooled proportion",
        value=0.0587565080338575069,
        unit="%",
        printed="0.06%",
        interval=Interval(low=0.01, high=1e-05 + 0.06, kind="credible", level=0.9),
        prediction=Interval(low=0.0, high=13.4, kind="prediction"),
        counts=Counts(events=3, total=5107),
        heterogeneity=Heterogeneity(q=0.4763, q_p_value=7.88e-05, tau2=0.25, i2=12.5),
        parts=(
            Part(
                label="One 1990",
                record="one/x",
                value=1.5,
                interval=Interval(low=1, high=2, kind="range", level=None),
                counts=Counts(events=2, total=40),
                weight=61.25,
            ),
            Part(label="Two 1991", record="two/x", value=0.5, interval=Interval(low=0.1, high=2, kind="of draws", level=0.9)),
        ),
    )
    graded = tuple(
        made_up(
            small,
            f"graded-{level.value.replace(' ', '-')}",
            certainty=level,
            because=(Reason(domain="start", change=0, why="so"),),
        )
        for level in Level
    )
    reasons = (
        Reason(domain="risk of bias", change=-2, why="high risk in all"),
        Reason(domain="imprecision", change=0, why="cannot be judged: no interval", unjudged=True),
        Reason(domain="inconsistency", change=0, why="all alike"),
        Reason(domain="large effect", change=1, why="large"),
        Reason(domain="cap", change=-1, why="capped"),
    )
    long = "a-name-that-goes-on-and-on-for-much-longer-than-sixty-four-letters-"
    added = (
        meeting,
        made_up(small, "full", estimate=full, statement="About 0.06% did.", certainty=Level.LOW, because=reasons),
        *graded,
        made_up(small, f"{long}1"),
        made_up(small, f"{long}2"),
    )
    entry = InteractionEntry(
        id="sedatives",
        title="Tea and sedatives",
        substance="tea",
        partner="sedatives",
        axis="pharmacodynamic",
        effect="Both make drowsy.",
        severity="life-threatening",
        likelihood="seen in one case report",
        medicines=(("calmine", "ABC1234567"), ("stillin", None)),
    )
    return replace(small, findings={**small.findings, **{one.id: one for one in added}}, interactions=(entry,))


@pytest.fixture(scope="session", params=["handmade", "shipped"])
def document(request: pytest.FixtureRequest) -> Monograph:
    held: Monograph = request.getfixturevalue(request.param)
    return held


@pytest.fixture(scope="session")
def bundle(document: Monograph) -> dict[str, Any]:
    """Return the bundle as a reader of the file has it."""
    held: dict[str, Any] = json.loads(monograph_fhir(document))
    return held


def of_type(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def of_finding(bundle: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in of_type(bundle, "Evidence") if one["identifier"][0]["value"] == name)


def inside(value: Any) -> Iterator[Any]:
    """Yield every dict, list and scalar in it."""
    yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(item)


def test_every_resource_is_valid_r5_and_of_a_kind_that_the_page_names(bundle: dict[str, Any]) -> None:
    get_fhir_model_class("Bundle").model_validate(bundle)
    for entry in bundle["entry"]:
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} == TYPES


def test_nothing_in_it_is_empty_and_no_decimal_is_longer_than_fhir_allows(bundle: dict[str, Any]) -> None:
    for value in inside(bundle):
        assert value not in ("", [], {}, None)
        if isinstance(value, float):
            assert re.fullmatch(r"-?(0|[1-9]\d{0,17})(\.\d{1,17})?([eE][+-]?\d{1,9})?", json.dumps(value))


def test_every_reference_resolves_inside_and_every_address_is_there_once(bundle: dict[str, Any]) -> None:
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(addresses) == len(set(addresses))
    for entry in bundle["entry"]:
        held = entry["resource"]
        assert entry["fullUrl"] == f"{BASE}/{held['resourceType']}/{held['id']}"
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", held["id"])
        assert held.get("url", entry["fullUrl"]) == entry["fullUrl"]
    for value in inside(bundle):
        if isinstance(value, dict) and "reference" in value:
            assert f"{BASE}/{value['reference']}" in addresses


def test_every_finding_is_there_with_its_sentence_and_every_source_with_its_place(
    bundle: dict[str, Any], document: Monograph
) -> None:
    assert [one["identifier"][0]["value"] for one in of_type(bundle, "Evidence")] == list(document.findings)
    titles = {one["id"]: one["title"] for one in of_type(bundle, "Citation")}
    for finding in document.findings.values():
        held = of_finding(bundle, finding.id)
        assert (held["assertion"], held["title"], held["date"]) == (finding.statement, finding.question, str(document.as_of))
        assert [one["text"] for one in held["note"][:-1]] == list(finding.caveats)
        for cited, source in zip(held["relatedArtifact"], finding.sources, strict=True):
            title = titles[cited["resourceReference"]["reference"].removeprefix("Citation/")]
            if source.ref is not None:
                assert (cited["display"], title) == (source.at, document.references[source.ref].short)
            else:
                assert title == document.searches[str(source.search)].question
                assert str(source.on) in cited["display"]


def numbers(statistic: dict[str, Any]) -> list[float]:
    """Return the numbers of a statistic in the order of an estimate."""
    found = [statistic["quantity"]["value"]]
    for one in statistic.get("attributeEstimate", []):
        ends = [one["range"]["low"]["value"], one["range"]["high"]["value"]] if "range" in one else [one["quantity"]["value"]]
        found += [*ends, *([one["level"]] if "level" in one else [])]
        found += [nested["quantity"]["value"] for nested in one.get("attributeEstimate", [])]
    size = statistic.get("sampleSize", {})
    return found + [held[name] for held, name in ((statistic, "numberAffected"), (size, "knownDataCount")) if name in held]


def of_interval(interval: Interval | None) -> list[float]:
    return [] if interval is None else [interval.low, interval.high, *([] if interval.level is None else [interval.level])]


def of_counts(counts: Counts | None) -> list[float]:
    return [] if counts is None else [counts.events, counts.total]


def test_a_statistic_has_every_number_of_its_estimate_and_no_other(bundle: dict[str, Any], document: Monograph) -> None:
    for finding in document.findings.values():
        statistics = of_finding(bundle, finding.id).get("statistic", [])
        estimate = finding.estimate
        if estimate is None:
            assert statistics == []
            continue
        spread = estimate.heterogeneity
        expected = [estimate.value, *of_interval(estimate.interval), *of_interval(estimate.prediction)]
        expected += [] if spread is None else [spread.q, spread.q_p_value, spread.tau2, spread.i2]
        assert numbers(statistics[0]) == pytest.approx(expected + of_counts(estimate.counts), rel=1e-11, abs=0)
        assert estimate.printed in statistics[0]["description"]
        for part, held in zip(estimate.parts, statistics[1:], strict=True):
            weight = [] if part.weight is None else [part.weight]
            said = [part.value, *of_interval(part.interval), *weight, *of_counts(part.counts)]
            assert numbers(held) == pytest.approx(said, rel=1e-11, abs=0)
            assert held["description"] == part.label


def test_words_of_certainty_map_one_to_one_and_every_reason_stands_under_them(
    bundle: dict[str, Any], document: Monograph
) -> None:
    assert set(CERTAINTY) == set(Level)
    assert len(set(CERTAINTY.values())) == len(Level)
    for finding in document.findings.values():
        (held,) = of_finding(bundle, finding.id)["certainty"]
        (rating,) = held["rating"]["coding"]
        assert (rating["system"], rating["code"], rating["display"]) == CERTAINTY[finding.certainty]
        assert held["rating"]["text"] == finding.certainty.value
        for reason, domain in zip(finding.because, held.get("subcomponent", []), strict=True):
            assert (domain["type"]["text"], domain["note"]) == (reason.domain, [{"text": reason.why}])


def test_a_domain_says_how_far_it_moved_and_one_that_could_not_be_judged_claims_nothing(handmade: Monograph) -> None:
    (held,) = of_finding(fhir_bundle(handmade), "full")["certainty"]
    codes = [(one["type"]["coding"][0]["code"], one["rating"]["coding"][0]["code"]) for one in held["subcomponent"]]
    moved = [("Inconsistency", "no-change"), ("LargeEffect", "upcode1"), ("cap", "downcode1")]
    assert codes == [("RiskOfBias", "downcode2"), ("Imprecision", "not-judged"), *moved]
    assert held["subcomponent"][1]["rating"]["coding"][0]["system"].startswith(BASE)


def test_what_was_measured_among_whom_is_a_variable_and_alike_words_are_one(small: Monograph) -> None:
    bundle = fhir_bundle(small)
    titles = {one["id"]: one["title"] for one in of_type(bundle, "EvidenceVariable")}
    assert len(set(titles.values())) == len(titles)
    outcomes = {f"{study.id}/{one.id}": one for study in small.studies for one in study.outcomes}
    finding = next(one for one in small.findings.values() if one.basis.kind == "pooled")
    roles: dict[str, list[str]] = {"population": [], "measuredVariable": []}
    for one in of_finding(bundle, finding.id)["variableDefinition"]:
        ident = one["observed"]["reference"].removeprefix("EvidenceVariable/")
        roles[one["variableRole"]["coding"][0]["code"]].append(titles[ident])
    behind = [outcomes[name] for name in finding.basis.records]
    assert roles["population"] == list(dict.fromkeys(one.among for one in behind))
    assert roles["measuredVariable"] == list(dict.fromkeys(one.label for one in behind))


def test_every_study_has_its_judgement_word_for_word_and_what_was_not_judged_is_said(
    bundle: dict[str, Any], document: Monograph
) -> None:
    held = {one["identifier"][0]["value"]: one for one in of_type(bundle, "ArtifactAssessment")}
    assert list(held) == [study.id for study in document.studies]
    linked = {
        one["reference"]
        for citation in of_type(bundle, "Citation")
        for kind in citation["citedArtifact"].get("classification", [])
        for one in kind["artifactAssessment"]
    }
    for study in document.studies:
        one = held[study.id]
        (content,) = one["content"]
        found = [
            (part["type"]["text"], part["classifier"][0]["text"], part["summary"]) for part in content.get("component", [])
        ]
        assert found == list(study.bias_domains)
        assert study.bias in (content["classifier"][0]["text"] if study.bias_domains else content["summary"])
        assert f"ArtifactAssessment/{one['id']}" in linked


def test_an_interaction_names_partner_effect_and_both_axes_and_gives_no_instruction(
    bundle: dict[str, Any], document: Monograph
) -> None:
    made = of_type(bundle, "ClinicalUseDefinition")
    rests = {name for one in document.findings.values() if one.basis.kind == "interaction" for name in one.basis.records}
    assert {one["identifier"][0]["value"] for one in made} == rests
    for entry, held in zip(document.interactions, made, strict=True):
        said = held["interaction"]
        assert set(said) == {"interactant", "type", "effect"}, "no incidence, no management"
        first, *medicines = [one["itemCodeableConcept"] for one in said["interactant"]]
        assert (first["text"], said["effect"]["concept"]["text"]) == (entry.partner, entry.effect)
        codes = [one.get("coding", [{"code": None}])[0]["code"] for one in medicines]
        assert list(zip([one["text"] for one in medicines], codes, strict=True)) == list(entry.medicines)
        severity, likelihood, *evidence = held["extension"]
        assert severity["valueCodeableConcept"]["text"] == entry.severity
        assert likelihood["valueCodeableConcept"]["text"] == entry.likelihood
        assert evidence


def test_no_sentence_advises_on_a_dose_or_calls_anything_harmless(bundle: dict[str, Any]) -> None:
    assert ADVICE.search("Stop taking it.")
    assert ADVICE.search("take 2 capsules")
    for one in of_type(bundle, "ClinicalUseDefinition"):
        for text in inside(one):
            assert not (isinstance(text, str) and (ADVICE.search(text) or HARMLESS.search(text))), text
    for one in of_type(bundle, "Evidence"):
        assert not ADVICE.search(one["assertion"])
        assert not HARMLESS.search(one["assertion"])


def test_only_open_terms_are_used_and_none_of_snomed_or_loinc(bundle: dict[str, Any]) -> None:
    systems = {value["system"] for value in inside(bundle) if isinstance(value, dict) and "system" in value}
    known = ("http://terminology.hl7.org/CodeSystem/", "http://hl7.org/fhir/", f"{BASE}/")
    exact = {"http://fdasis.nlm.nih.gov", "http://unitsofmeasure.org", "urn:ietf:rfc:3986"}
    assert {one for one in systems if not one.startswith(known)} <= exact


def test_the_same_document_gives_the_same_bytes_at_the_time_of_its_day(document: Monograph) -> None:
    text = monograph_fhir(document)
    assert text == monograph_fhir(replace(document))
    assert json.loads(text)["timestamp"] == f"{document.as_of}T00:00:00Z"


def test_a_sign_that_markup_would_obey_stays_a_sign(handmade: Monograph) -> None:
    held = of_finding(fhir_bundle(handmade), "meeting")
    assert "Tea &amp; sedatives &lt;both&gt;" in held["text"]["div"]
    assert held["assertion"] == "Tea & sedatives <both>: serious if it happens."


def test_the_monograph_tells_of_each_interaction_what_its_record_and_its_finding_tell(shipped: Monograph) -> None:
    said = {
        name: text for one in shipped.findings.values() if one.basis.kind == "interaction" for name, text in one.basis.options
    }
    assert {entry.id for entry in shipped.interactions} == set(said)
    for entry in shipped.interactions:
        assert str(said[entry.id]).startswith(f"{entry.severity}; ")
        assert entry.partner.lower() in entry.title.lower()
    opioids = next(entry for entry in shipped.interactions if entry.id == "opioids")
    assert len(opioids.medicines) > 5
    assert all(
        unii is None or re.fullmatch(r"[A-Z0-9]{10}", unii) for entry in shipped.interactions for _, unii in entry.medicines
    )


def test_the_command_writes_the_bundle(tmp_path: Path) -> None:
    arguments = ["monograph", "--format", "fhir", "--evidence", str(BCG), "--as-of", str(DAY), "--out", str(tmp_path / "build")]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0, answer.output
    held = json.loads((tmp_path / "build" / "monograph.fhir.json").read_text(encoding="utf-8"))
    assert (held["resourceType"], held["type"], held["id"]) == ("Bundle", "collection", "bcg-tuberculosis")

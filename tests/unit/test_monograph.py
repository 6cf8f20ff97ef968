"""A monograph counts what stands behind a chapter once, and each thing as what it is."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from equipoise.documents.monograph import monograph
from equipoise.records import places
from equipoise.records.correction import Correction
from equipoise.records.rules import sound
from equipoise.values.missing import Missing

BCG = Path(__file__).parents[1] / "data" / "bcg" / "evidence"
DAY = date(2026, 6, 1)


def test_a_position_with_the_id_of_a_study_is_not_counted_as_the_study() -> None:
    """Records have their names folder by folder, so that one id may stand in two."""
    evidence = sound(BCG, places.beside(BCG), DAY)
    topic = evidence.topics["bcg-tuberculosis"]
    (declared,) = (finding for finding in topic.findings if finding.kind == "position")
    position = replace(evidence.positions["example-position"], id="hart-1977")
    made = monograph(
        replace(
            evidence,
            positions={"hart-1977": position},
            prose={(topic.id, "examples"): "{{finding: example-position}}"},
        ),
        replace(topic, chapters=topic.chapters[1:], findings=(replace(declared, record="hart-1977"),)),
        DAY,
    )
    strip = made.chapters[0].strip
    assert (strip.studies, strip.people, strip.records) == (0, 0, 1)
    assert made.studies == ()


def test_a_correction_stands_beside_what_it_corrects() -> None:
    evidence = sound(BCG, places.beside(BCG), DAY)
    study = evidence.studies["aronson-1948"]
    error = Correction(
        id="x",
        concerns="aronson-1948/tuberculosis",
        printed="5 of 123",
        used="4 of 123",
        because="The columns add up so",
        told=Missing.NOT_REPORTED,
        source=study.sources[0],
        extracted=study.extracted,
    )
    made = monograph(replace(evidence, corrections={"x": error}), evidence.topics["bcg-tuberculosis"], DAY)
    (entry,) = (item for item in made.studies if item.id == "aronson-1948")
    assert entry.outcomes[0].note == "Correction: printed is \u201c5 of 123\u201d; used here: 4 of 123. The columns add up so."
    assert entry.note == study.note

"""Each curation rule refuses what it says it refuses, at the right line, and says what would be right."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from equipoise.records.reader import read
from equipoise.records.rules import FRESHNESS, RULES, Rule, check, sound

STUDY = "studies/aronson-1948.yaml"
SECOND = "studies/ferguson-1949.yaml"
REFERENCE = "references/aronson-1948.yaml"
WEBPAGE = "references/bates-1950.yaml"
TOPIC = "topics/villages.yaml"
CHAPTER = "../chapters/villages/glance.md"
LAW = "law/no/act-1949.yaml"


class Case(NamedTuple):
    """One change to the sound folder, and the one fault that it makes: on the line that then reads ``at``."""

    rule: str
    file: str
    old: str
    new: str
    at: str
    fault: str


CASES = (
    Case(
        "file_name_is_id",
        REFERENCE,
        "id: aronson-1948",
        "id: aronson-48",
        "id: aronson-48",
        "id: is 'aronson-48'; should be the file name, 'aronson-1948'",
    ),
    Case(
        "references_exist",
        STUDY,
        'ref: aronson-1948, at: "Table II"',
        'ref: aronson-49, at: "Table II"',
        'source: {ref: aronson-49, at: "Table II"}',
        "outcomes[1].source.ref: is 'aronson-49'; should be a file of references/",
    ),
    Case(
        "references_exist",
        STUDY,
        '"Table II"',
        '"-"',
        'source: {ref: aronson-1948, at: "-"}',
        "outcomes[1].source.at: is '-'; should say the place in the source",
    ),
    Case(
        "sources_are_named",
        "positions/ministry-2020.yaml",
        "sources:\n  - {ref: bates-1950, at: first paragraph}",
        "sources: []",
        "sources: []",
        "sources: is an empty list; should name a reference and the place in it",
    ),
    Case(
        "sources_are_named",
        WEBPAGE,
        'retrieved:\n  - {url: "https://example.org/ministry", date: 2026-01-05, saw: full-text}',
        "retrieved: []",
        "retrieved: []",
        "retrieved: is an empty list; should say where the source was seen",
    ),
    Case(
        "records_exist",
        STUDY,
        "overlaps:",
        "overlaps:\n  - {study: cook-1950, how: subset, because: Same villages}",
        "- {study: cook-1950, how: subset, because: Same villages}",
        "overlaps[0].study: is 'cook-1950'; should be a file of studies/",
    ),
    Case(
        "records_exist",
        "searches/letters-2026.yaml",
        "kept: [aronson-1948]",
        "kept: [aronson-1948, cook-1950]",
        "- {database: PubMed, date: 2026-01-05, query: letters, hits: 2, screened: 2, kept: [aronson-1948, cook-1950]}",
        "queries[0].kept[1]: is 'cook-1950'; should be a file of studies/ or references/",
    ),
    Case(
        "records_exist",
        "positions/ministry-2020.yaml",
        "extracted:",
        "superseded: ministry-2021\nextracted:",
        "superseded: ministry-2021",
        "superseded: is 'ministry-2021'; should be a file of positions/",
    ),
    Case(
        "records_exist",
        "corrections/aronson-1948-total.yaml",
        "concerns: aronson-1948/illness",
        "concerns: aronson-1948/harm",
        "concerns: aronson-1948/harm",
        "concerns: is 'aronson-1948/harm'; should be a record, or study/outcome",
    ),
    Case(
        "records_exist", TOPIC, "[us-988]", "[us-911]", "help: [us-911]", "help[0]: is 'us-911'; should be a file of helplines/"
    ),
    Case(
        "words_are_known",
        STUDY,
        "n: 200, unit: points",
        "n: 200, unit: marks",
        "quantity: {statistic: mean, value: 0.50, low: 0.25, high: 0.75, interval: 95% CI, n: 200, unit: marks}",
        "outcomes[1].quantity.unit: is 'marks'; should be a word of vocabulary/units.csv",
    ),
    Case(
        "words_are_known",
        STUDY,
        "country: [NO]",
        "country: [NO, ZZ]",
        "country: [NO, ZZ]",
        "country[1]: is 'ZZ'; should be a word of vocabulary/countries.csv",
    ),
    Case(
        "words_are_known",
        STUDY,
        "instruments: [own]",
        "instruments: [ownn]",
        "instruments: [ownn]",
        "instruments[0]: is 'ownn'; should be a word of vocabulary/instruments.csv",
    ),
    Case(
        "words_are_known",
        STUDY,
        "{by: cd,",
        "{by: ef,",
        "- {by: ef, date: 2026-01-06}",
        "checked[0].by: is 'ef'; should be a word of vocabulary/people.csv",
    ),
    Case(
        "words_are_known",
        "positions/ministry-2020.yaml",
        "[safety]",
        "[taste]",
        "about: [taste]",
        "about[0]: is 'taste'; should be a word of vocabulary/questions.csv",
    ),
    Case(
        "nothing_is_in_the_future",
        REFERENCE,
        "date: 2026-01-05, saw",
        "date: 2026-02-01, saw",
        '- {url: "https://example.org/aronson", date: 2026-02-01, saw: abstract}',
        "retrieved[0].date: is 2026-02-01; should not be after 2026-01-31",
    ),
    Case(
        "nothing_is_in_the_future",
        REFERENCE,
        "issued: 1948",
        "issued: 2026-02",
        "issued: 2026-02",
        "issued: is 2026-02; should not be after 2026-01-31",
    ),
    Case(
        "counts_fit",
        SECOND,
        "events: 29, total: 100",
        "events: 129, total: 100",
        "- {name: none, events: 129, total: 100}",
        "outcomes[0].arms[1].events: is 129 of 100; should be at most the total and not below zero",
    ),
    Case(
        "counts_fit",
        STUDY,
        "{events: 50, total: 200, percent: 25.0}",
        "{events: 0, total: 0, percent: 1}",
        "count: {events: 0, total: 0, percent: 1}",
        "outcomes[0].count.total: is 0; should be at least one",
    ),
    Case(
        "counts_fit",
        STUDY,
        "{events: 50, total: 200, percent: 25.0}",
        "{events: -1, total: not-reported}",
        "count: {events: -1, total: not-reported}",
        "outcomes[0].count.events: is -1 of not reported; should be at most the total and not below zero",
    ),
    Case(
        "counts_fit",
        STUDY,
        "{events: 50, total: 200, percent: 25.0}",
        "{total: 200}",
        "count: {total: 200}",
        "outcomes[0].count: has neither events nor percent; should have one of them",
    ),
    Case(
        "counts_fit",
        SECOND,
        "{size: 200,",
        "{size: -200,",
        "sample: {size: -200, unit: people}",
        "sample.size: is -200; should not be below zero",
    ),
    Case(
        "percentages_agree",
        STUDY,
        "percent: 25.0",
        "percent: 25.1",
        "count: {events: 50, total: 200, percent: 25.1}",
        "outcomes[0].count.percent: is 25.1, but 50 of 200 is 25.000 %; should agree within 0.05",
    ),
    Case(
        "percentages_agree",
        STUDY,
        "percent: 25.0",
        "percent: 125.0",
        "count: {events: 50, total: 200, percent: 125.0}",
        "outcomes[0].count.percent: is 125.0; should lie between 0 and 100",
    ),
    Case(
        "identifiers_are_well_formed",
        REFERENCE,
        "DOI: 10.1000/art.1948",
        "DOI: https://doi.org/10.1000/art.1948",
        "DOI: https://doi.org/10.1000/art.1948",
        "DOI: is 'https://doi.org/10.1000/art.1948'; should be a DOI such as 10.1000/abc.12, in small letters, without address",
    ),
    Case(
        "identifiers_are_well_formed", WEBPAGE, "PMC1950", "1950", "PMCID: 1950", "PMCID: is '1950'; should be PMC and digits"
    ),
    Case(
        "identifiers_are_well_formed",
        WEBPAGE,
        '"https://example.org/ministry"',
        '"example.org/ministry"',
        '- {url: "example.org/ministry", date: 2026-01-05, saw: full-text}',
        "retrieved[0].url: is 'example.org/ministry'; should be an address that starts with http",
    ),
    Case(
        "identifiers_are_well_formed",
        WEBPAGE,
        "URL: https://example.org/ministry",
        "URL: https://example.org/the ministry",
        "URL: https://example.org/the ministry",
        "URL: is 'https://example.org/the ministry'; should be an address that starts with http",
    ),
    Case(
        "works_stand_once",
        WEBPAGE,
        "PMCID:",
        'PMID: "18890001"\nPMCID:',
        'PMID: "18890001"',
        "PMID: is 18890001, the one of aronson-1948; should be one reference",
    ),
    Case(
        "basis_is_explained",
        STUDY,
        "    derivation: 25.0% of 200\n",
        "",
        "- id: illness",
        "outcomes[0].derivation: is missing; should say how the value was derived",
    ),
    Case(
        "basis_is_explained",
        SECOND,
        "basis: reported",
        "basis: conflicting",
        "- id: illness",
        "outcomes[0].note: is missing; should say which sources disagree",
    ),
    Case(
        "basis_is_explained",
        SECOND,
        "basis: reported",
        "basis: unseen",
        "basis: unseen",
        "outcomes[0].basis: is unseen, but a number stands here; should be stated in words",
    ),
    Case(
        "intervals_hold_their_values",
        STUDY,
        "value: 0.50, low",
        "value: 0.80, low",
        "quantity: {statistic: mean, value: 0.80, low: 0.25, high: 0.75, interval: 95% CI, n: 200, unit: points}",
        "outcomes[1].quantity.value: is 0.80, outside 0.25 to 0.75; should lie between",
    ),
    Case(
        "intervals_hold_their_values",
        STUDY,
        "value: 0.5, n",
        "value: 0.5, low: 0.4, n",
        "association: {measure: OR, value: 0.5, low: 0.4, n: 200, adjusted: not-reported, contrast: two groups}",
        "outcomes[2].association: has one bound; should have low and high, or neither",
    ),
    Case(
        "intervals_hold_their_values",
        STUDY,
        "value: 0.5, n",
        "value: 0.5, low: 0.4, high: 0.6, n",
        "association: {measure: OR, value: 0.5, low: 0.4, high: 0.6, n: 200, adjusted: not-reported, contrast: two groups}",
        "outcomes[2].association.level: is missing; should say what lies between low and high",
    ),
    Case(
        "intervals_hold_their_values",
        STUDY,
        "value: 0.5, n",
        "value: 0.5, level: 95, n",
        "association: {measure: OR, value: 0.5, level: 95, n: 200, adjusted: not-reported, contrast: two groups}",
        "outcomes[2].association.level: stands without bounds; should come with low and high",
    ),
    Case(
        "intervals_hold_their_values",
        STUDY,
        "value: 0.5, n",
        "value: 0.5, low: 0.4, high: 0.6, level: 0.95, n",
        "association: {measure: OR, value: 0.5, low: 0.4, high: 0.6, level: 0.95, "
        "n: 200, adjusted: not-reported, contrast: two groups}",
        "outcomes[2].association.level: is 0.95; should be in percent, such as 95",
    ),
    Case(
        "overlaps_are_declared",
        STUDY,
        "overlaps:\n  - {study: ferguson-1949, how: distinct, because: Another country}\n",
        "",
        "sample: {size: 200, unit: people}",
        "sample.size: has the size, frame and country of ferguson-1949; should declare how they overlap, or distinct",
    ),
    Case(
        "readers_are_two",
        STUDY,
        "{by: cd,",
        "{by: ab,",
        "- {by: ab, date: 2026-01-06}",
        "checked[0].by: is ab, who extracted it; should be another reader",
    ),
    Case(
        "readers_are_two",
        STUDY,
        "date: 2026-01-06",
        "date: 2026-01-04",
        "- {by: cd, date: 2026-01-04}",
        "checked[0].date: is 2026-01-04, before the extraction; should be 2026-01-05 or later",
    ),
    Case(
        "bias_is_judged_in_every_domain",
        STUDY,
        "    - {domain: measurement, judgement: low, because: Seen by a doctor}\n",
        "",
        "domains:",
        "risk_of_bias.domains: are sampling; should be sampling, measurement",
    ),
    Case(
        "bias_is_judged_in_every_domain",
        STUDY,
        "instrument: survey",
        "instrument: tasting",
        "instrument: tasting",
        "risk_of_bias.instrument: is 'tasting'; should be an instrument of vocabulary/bias-domains.csv",
    ),
    Case(
        "outcomes_are_unique",
        STUDY,
        "- id: link",
        "- id: score",
        "- id: score",
        "outcomes[2].id: is 'score', which stands above; should stand once",
    ),
    Case(
        "outcomes_are_unique",
        STUDY,
        "- id: link",
        "- id: link two",
        "- id: link two",
        "outcomes[2].id: is 'link two'; should be small letters, digits and single hyphens",
    ),
    Case(
        "sentences_are_short_and_without_digits",
        STUDY,
        "People of the villages felt well",
        "4 villages felt well",
        "stated: 4 villages felt well",
        "outcomes[3].stated: holds the digits '4'; should have numbers only in values, or a name of vocabulary/names.csv",
    ),
    Case(
        "sentences_are_short_and_without_digits",
        "positions/ministry-2020.yaml",
        "The ministry supports vaccination.",
        "The ministry supports vaccination" + " very" * 25 + " much.",
        "holds: The ministry supports vaccination" + " very" * 25 + " much.",
        "holds: has 164 characters; should have at most 140",
    ),
    Case(
        "findings_have_their_records",
        TOPIC,
        "record: aronson-1948/score",
        "record: aronson-1948/scores",
        "record: aronson-1948/scores",
        "findings[1].record: is 'aronson-1948/scores'; should be a study/outcome",
    ),
    Case(
        "findings_have_their_records",
        TOPIC,
        "[letters-2026]",
        "[letters-2025]",
        "searches: [letters-2025]",
        "findings[2].searches[0]: is 'letters-2025'; should be a file of searches/",
    ),
    Case(
        "findings_have_their_records",
        TOPIC,
        "record: ministry-2020",
        "record: ministry-2021",
        "record: ministry-2021",
        "findings[3].record: is 'ministry-2021'; should be a file of positions/",
    ),
    Case(
        "findings_have_their_records",
        TOPIC,
        "assessment:\n  balance: [wellbeing]",
        "assessment:\n  balance: [wealth]",
        "balance: [wealth]",
        "assessment.balance[0]: is 'wealth'; should be a finding of this topic",
    ),
    Case(
        "findings_have_their_records",
        TOPIC,
        "assessment:\n  balance: [wellbeing]",
        "assessment:\n  plain:\n    - {finding: wealth, says: Some are well.}",
        "- {finding: wealth, says: Some are well.}",
        "assessment.plain[0].finding: is 'wealth'; should be a finding of this topic",
    ),
    Case(
        "sentences_are_short_and_without_digits",
        TOPIC,
        "assessment:\n  balance: [wellbeing]",
        "assessment:\n  plain:\n    - {finding: wellbeing, says: Some are well. Of these are 5 ill.}",
        "- {finding: wellbeing, says: Some are well. Of these are 5 ill.}",
        "assessment.plain[0].says: holds the digits '5'; should have numbers only in values, or a name of vocabulary/names.csv",
    ),
    Case(
        "findings_are_shown",
        CHAPTER,
        "{{finding: wellbeing}}",
        "",
        "- id: wellbeing",
        "findings[1].id: is 'wellbeing', which no chapter shows; should be shown",
    ),
    Case(
        "pools_are_of_one_kind",
        SECOND,
        "outcome: tuberculosis",
        "outcome: wellbeing",
        "records: [aronson-1948/illness, ferguson-1949/illness]",
        "findings[0].records: mixes the outcomes tuberculosis, wellbeing; should hold one outcome",
    ),
    Case(
        "pools_are_of_one_kind",
        SECOND,
        "frame: volunteers",
        "frame: patients",
        "records: [aronson-1948/illness, ferguson-1949/illness]",
        "findings[0].records: mixes samples of different frames (patients, volunteers); should hold one frame",
    ),
    Case(
        "pools_are_of_one_kind",
        STUDY,
        "how: distinct",
        "how: suspected",
        "records: [aronson-1948/illness, ferguson-1949/illness]",
        "findings[0].records: pools aronson-1948 and ferguson-1949 that share people or data (aronson-1948 declares an overlap "
        "(suspected): Another country); should hold at most one of them",
    ),
    Case(
        "pools_are_of_one_kind",
        SECOND,
        "    arms:\n      - {name: vaccine, events: 6, total: 100}\n      - {name: none, events: 29, total: 100}\n",
        "    stated: Children fell ill less often\n",
        "records: [aronson-1948/illness, ferguson-1949/illness]",
        "findings[0].records: pools ferguson-1949/illness, which is stated in words; should hold results with numbers",
    ),
    Case(
        "pools_are_of_one_kind",
        TOPIC,
        ", ferguson-1949/illness]",
        "]",
        "records: [aronson-1948/illness]",
        "findings[0].records: has 1; should have at least two results",
    ),
    Case(
        "choices_part_what_shares_people",
        TOPIC,
        "    measure: PLO",
        "    measure: PLO\n    multiverse:\n      candidates: [aronson-1948/illness]",
        "candidates: [aronson-1948/illness]",
        "findings[0].multiverse.candidates: pools aronson-1948 and aronson-1948 that share people or data (both results are of "
        "aronson-1948); should hold at most one of them in each analysis",
    ),
    Case(
        "choices_part_what_shares_people",
        TOPIC,
        "    measure: PLO",
        "    measure: PLO\n    multiverse:\n      which:\n        - name: place\n          options:\n"
        "            - {name: villages, without: [aronson-1948/score]}",
        "- {name: villages, without: [aronson-1948/score]}",
        "findings[0].multiverse.which[0].options[0]: names 'aronson-1948/score'; should be one of records or candidates",
    ),
    Case(
        "findings_have_their_records",
        TOPIC,
        "    measure: PLO",
        "    measure: PLO\n    multiverse:\n      candidates: [aronson-1948/health]",
        "candidates: [aronson-1948/health]",
        "findings[0].multiverse.candidates[0]: is 'aronson-1948/health'; should be a study/outcome",
    ),
    Case(
        "sentences_are_short_and_without_digits",
        TOPIC,
        "    measure: PLO",
        "    measure: PLO\n    threshold: {value: 50, why: More than 1 in 2}",
        "threshold: {value: 50, why: More than 1 in 2}",
        "findings[0].threshold.why: holds the digits '1'; should have numbers only in values, or a name of "
        "vocabulary/names.csv",
    ),
    Case(
        "chapters_have_their_pages",
        TOPIC,
        "  - id: glance\n    title: At a glance",
        "  - {id: glance, title: Twice, reader: person}\n  - id: glance\n    title: At a glance",
        "- id: glance",
        "chapters[1].id: is 'glance', which stands above; should stand once",
    ),
    Case(
        "tallies_use_known_words",
        TOPIC,
        "    what: surveys\n    designs: [survey]",
        "    what: surveys\n    designs: [tasting]",
        "designs: [tasting]",
        "findings[4].designs[0]: is 'tasting'; should be a word of vocabulary/designs.csv",
    ),
    Case(
        "tallies_use_known_words",
        TOPIC,
        "outcomes: [tuberculosis, wellbeing]",
        "outcomes: [tuberculosis, wealth]",
        "outcomes: [tuberculosis, wealth]",
        "chapters[0].evidence_map.outcomes[1]: is 'wealth'; should be a word of vocabulary/outcomes.csv",
    ),
    Case(
        "helplines_are_fresh",
        "helplines/us-988.yaml",
        "verified_on: 2026-01-05",
        "verified_on: 2025-08-03",
        "verified_on: 2025-08-03",
        "verified_on: is 2025-08-03; should be at most 180 days before 2026-01-31",
    ),
    Case(
        "places_are_known",
        LAW,
        'place: "NO"',
        "place: Norway",
        "place: Norway",
        "place: is 'Norway', which the gazetteer lacks; should be NO",
    ),
    Case(
        "law_words_are_known",
        LAW,
        "      any_of: [plant]\n      limits",
        "      any_of: [tea]\n      limits",
        "any_of: [tea]",
        "norms[0].substance.any_of[0]: is 'tea'; should be a word of vocabulary/substances.csv",
    ),
    Case(
        "laws_are_sourced",
        LAW,
        "stale_after_days: 180",
        "stale_after_days: 365",
        "stale_after_days: 365",
        "stale_after_days: is 365; should be from 1 to 180",
    ),
    Case(
        "laws_are_sourced",
        LAW,
        "at: section 2",
        'at: "-"',
        'at: "-"',
        "evidence[0].at: is '-'; should say the place in the source",
    ),
    Case(
        "law_dates_are_in_order",
        LAW,
        "- {date: 1952-01-01, how: superseded}",
        "- {date: 1949-05, how: superseded}",
        "- {date: 1949-05, how: superseded}",
        "instrument.ends[0].date: is 1949-05; should not be before 1949-06-01, when it begins",
    ),
    Case(
        "law_dates_are_in_order",
        LAW,
        "zone: Europe/Oslo",
        "zone: Europe/Nowhere",
        '- {date: 1949-06-01, time: "12:00", zone: Europe/Nowhere}',
        "instrument.commences[0].zone: is 'Europe/Nowhere'; should be a time zone such as America/New_York",
    ),
    Case(
        "norms_say_what_they_do",
        LAW,
        "min_age: 18",
        "min_age: -18",
        "min_age: -18",
        "norms[0].min_age: is -18; should be an age from 1 to 120",
    ),
    Case(
        "norms_say_what_they_do",
        LAW,
        "    min_age: 18\n",
        "",
        "effect: permit-if",
        "norms[0].effect: is permit-if without a condition; should have min_age, licence or conditions",
    ),
    Case(
        "limits_can_be_measured",
        LAW,
        "unit: percent",
        "unit: mg",
        '- all: [{analyte: plant, op: ">", value: 2, unit: mg, basis: dry-weight}]',
        "norms[0].substance.limits[0].all[0].unit: is 'mg' on the basis dry-weight; should be percent or ppm or mg/g",
    ),
    Case(
        "law_links_lead_somewhere",
        LAW,
        "norms: [sale]",
        "norms: [gift]",
        "norms: [gift]",
        "conflicts[0].norms[0]: is 'gift'; should be one of sale",
    ),
    Case(
        "versions_do_not_overlap",
        LAW,
        "scope: later, date: 1952-01-01",
        "scope: later, date: 1951-12-31",
        "- id: sale",
        "norms[1].id: is 'sale', whose version above is in force at the same time; should begin when that one ends",
    ),
    Case(
        "mechanism_words_are_known",
        "assays/aronson-1948.yaml",
        "target: mor",
        "target: mu",
        "target: mu",
        "measurements[0].target: is 'mu'; should be a word of vocabulary/targets.csv",
    ),
    Case(
        "mechanism_words_are_known",
        "medicines/calmine.yaml",
        "property: sedative",
        "property: sleepy",
        '- {property: sleepy, sources: [{ref: aronson-1948, at: "section 5"}]}',
        "properties[0].property: is 'sleepy'; should be a word of vocabulary/properties.csv",
    ),
    Case(
        "mechanism_links_lead_somewhere",
        "interactions/sedatives.yaml",
        "medicines: [calmine]",
        "medicines: [calmin]",
        "medicines: [calmin]",
        "evidence[0].medicines[0]: is 'calmin'; should be a file of medicines/",
    ),
    Case(
        "mechanism_links_lead_somewhere",
        "exposures/aronson-1948.yaml",
        "intake: cup",
        "intake: mug",
        "intake: mug",
        "observations[0].intake: is 'mug'; should be one of cup",
    ),
    Case(
        "reference_studies_exist",
        "parameters/tea.yaml",
        "reference: aronson-1948",
        "reference: aronson-1949",
        "reference: aronson-1949",
        "reference: is 'aronson-1949'; should be a file of exposures/",
    ),
    Case(
        "brands_hold_medicines",
        "vocabulary/brands.csv",
        "Calmex Night,calmine",
        "Calmex Night,calmine sleepine",
        "brand,ingredients,kind,ref,at",
        ": 'Calmex Night' holds sleepine; should be files of medicines/",
    ),
    Case(
        "product_codes_mean_medicines",
        "vocabulary/product-codes.csv",
        "4567,calmine",
        "4567,calmine sleepine",
        "rxcui,medicines,others,kind,ref,at",
        ": '4567' holds sleepine; should be files of medicines/",
    ),
    Case(
        "product_codes_mean_medicines",
        "vocabulary/product-codes.csv",
        "4567,calmine",
        "4567,calmine calmine",
        "rxcui,medicines,others,kind,ref,at",
        ": '4567' holds calmine calmine; should name each medicine once",
    ),
    Case(
        "product_codes_mean_medicines",
        "vocabulary/product-codes.csv",
        "4567,calmine",
        "C4567,calmine",
        "rxcui,medicines,others,kind,ref,at",
        ": 'C4567' is no code of RxNorm; should be digits",
    ),
    Case(
        "product_codes_mean_medicines",
        "vocabulary/product-codes.csv",
        "4567,calmine",
        "123,calmine",
        "rxcui,medicines,others,kind,ref,at",
        ": '123' is the code of calmine itself; should stand in medicines/ alone",
    ),
    Case(
        "product_codes_mean_medicines",
        "vocabulary/product-codes.csv",
        "SCD,aronson-1948",
        "SCD,aronson-1949",
        "rxcui,medicines,others,kind,ref,at",
        ": '4567' cites 'aronson-1949'; should be a file of references/",
    ),
    Case(
        "measurements_are_sourced",
        "parameters/tea.yaml",
        "derivation: a fit,",
        "",
        "- {id: ka, label: absorption, value: 1.5, unit: 1/h, between_people: 0.4, basis: derived,",
        "parameters[0].derivation: is missing; should say how the value was derived",
    ),
    Case(
        "measurements_are_sourced",
        "products/aronson-1948.yaml",
        "basis: reported",
        "basis: unseen",
        "value: 12.5",
        "contents[0].value: is a number that nobody saw; should be not-reported",
    ),
    Case(
        "measurements_can_be",
        "assays/aronson-1948.yaml",
        "value: 100",
        "value: 0",
        "value: 0",
        "measurements[0].value: is 0; should be above zero",
    ),
    Case(
        "measurements_can_be",
        "exposures/aronson-1948.yaml",
        "{kind: range, low: 50, high: 180}",
        "{kind: range, low: 50}",
        "spread: {kind: range, low: 50}",
        "observations[0].spread: has one bound; should have low and high, or neither",
    ),
    Case(
        "fractions_are_fractions",
        "medicines/calmine.yaml",
        "low: 0.6",
        "low: 0.9",
        '- {enzyme: CYP3A, fraction: 0.8, low: 0.9, high: 0.95, how: label, sources: [{ref: aronson-1948, at: "section 12"}]}',
        "pathways[0].fraction: is 0.8 between 0.9 and 0.95; should be in order, from 0 to 1",
    ),
    Case(
        "names_mean_one_medicine",
        "medicines/calmine.yaml",
        'rxnorm: "123"',
        "rxnorm: RX123",
        "rxnorm: RX123",
        "rxnorm: is 'RX123'; should be digits",
    ),
    Case(
        "interactions_are_weighed",
        "interactions/sedatives.yaml",
        "ask: A pharmacist.",
        "ask: Stop taking it.",
        "ask: Stop taking it.",
        "ask: says 'Stop taking'; should give no dose, no advice and no reassurance",
    ),
    Case(
        "interactions_are_weighed",
        "interactions/sedatives.yaml",
        "effect: Both make drowsy.",
        "effect: Drowsy after 5 g.",
        "effect: Drowsy after 5 g.",
        "effect: says '5 g'; should give no dose, no advice and no reassurance",
    ),
    Case(
        "conditions_are_weighed",
        "conditions/old-age.yaml",
        "applies: {to: age, above: 80}",
        "applies: {to: age}",
        "applies: {to: age}",
        "applies: should have an age below or above which it holds where it is to age, and only there",
    ),
    Case(
        "conditions_are_weighed",
        "conditions/weak-sight.yaml",
        "applies: {to: condition}",
        "applies: {to: cyp2d6}",
        "applies: {to: cyp2d6}",
        "applies: should have a value where it is to an enzyme, and only there",
    ),
    Case(
        "conditions_are_weighed",
        "conditions/weak-sight.yaml",
        "questions: [Could tea blur my sight?]",
        "questions: [Is tea safe for my eyes?]",
        "questions: [Is tea safe for my eyes?]",
        "questions[0]: says 'safe'; should give no dose, no advice and no reassurance",
    ),
    Case(
        "conditions_are_weighed",
        "conditions/weak-sight.yaml",
        '    sources:\n      - {ref: aronson-1948, at: "page 15"}\n',
        "    sources: []\n",
        "sources: []",
        "evidence[0].sources: is an empty list; should name a reference and the place in it",
    ),
    Case(
        "signs_are_sourced",
        "vocabulary/signs.csv",
        "cannot be woken,aronson-1948",
        "cannot be woken,aronson-1949",
        "id,label,help,words,ref,at",
        ": 'deep-sleep' cites 'aronson-1949'; should be a file of references/",
    ),
    Case(
        "signs_are_sourced",
        "vocabulary/signs.csv",
        "gone blind|",
        "gone blind|won't wake|",
        "id,label,help,words,ref,at",
        """: "won't wake" stands for deep-sleep and blind; should stand for one sign""",
    ),
    Case(
        "result_limits_are_sourced",
        "vocabulary/result-limits.csv",
        "dim,aronson-1948",
        "dim,aronson-1949",
        "id,result,at_least,unit,sex,kind,word,ref,at",
        ": 'sight-dim' cites 'aronson-1949'; should be a file of references/",
    ),
    Case(
        "recalls_are_sourced",
        "recalls/market-1948.yaml",
        "says: A tea",
        "cases: 2\ndeaths: 3\nsays: A tea",
        "deaths: 3",
        "deaths: is 3; should be from zero to the number of cases",
    ),
)


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_small_folder_is_sound(evidence_folder: Path, as_of: date) -> None:
    evidence, faults = check(evidence_folder, evidence_folder.parent / "chapters", as_of, freshness=True)
    assert not faults
    assert [file for file, _ in evidence.records()] == [
        "references/aronson-1948",
        "references/bates-1950",
        "studies/aronson-1948",
        "studies/ferguson-1949",
        "searches/letters-2026",
        "positions/ministry-2020",
        "helplines/us-988",
        "corrections/aronson-1948-total",
        "law/no/act-1949",
        "assays/aronson-1948",
        "exposures/aronson-1948",
        "parameters/tea",
        "medicines/calmine",
        "interactions/sedatives",
        "conditions/old-age",
        "conditions/weak-sight",
        "products/aronson-1948",
        "recalls/market-1948",
        "limits/ministry",
        "topics/villages",
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.fault.partition(':')[0]}")
def test_one_change_breaks_one_rule_and_the_fault_says_where_and_what_would_be_right(
    evidence_folder: Path, as_of: date, case: Case
) -> None:
    change(evidence_folder, case.file, case.old, case.new)
    chapters = evidence_folder.parent / "chapters"
    evidence, _ = read(evidence_folder, chapters)
    assert [rule.__name__ for rule in RULES + FRESHNESS if list(rule(evidence, as_of))] == [case.rule]
    _, (fault,) = check(evidence_folder, chapters, as_of, freshness=True)
    said = f"{fault.field}: {fault.message}"
    assert said == case.fault
    line = (evidence_folder / fault.file).read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert line.strip() == case.at


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (REFERENCE, "date: 2026-01-05, saw", "date: 2026-01-31, saw"),
        (REFERENCE, "issued: 1948", "issued: 2026-01-31"),
        (STUDY, "{events: 50, total: 200, percent: 25.0}", "{events: 1, total: 1, percent: 100}"),
        (STUDY, "{events: 50, total: 200, percent: 25.0}", "{events: 1, total: 800, percent: 0.12}"),
        (STUDY, "{events: 50, total: 200, percent: 25.0}", "{events: 1, total: 800, percent: 0.13}"),
        (STUDY, "{events: 50, total: 200, percent: 25.0}", "{total: not-reported, percent: 0}"),
        (STUDY, "{events: 50, total: 200, percent: 25.0}", "{events: 0, total: not-reported}"),
        (STUDY, "{events: 50, total: 200, percent: 25.0}", "{events: 5, total: not-reported, percent: 3}"),
        (STUDY, "value: 0.50, low: 0.25, high: 0.75", "value: 0.50, low: 0.5, high: 0.500"),
        (STUDY, "date: 2026-01-06", "date: 2026-01-05"),
        (SECOND, "size: 200", "size: 201"),
        (SECOND, "size: 200", "size: 0"),
        (SECOND, "children at school\n    arms", "c" * 140 + "\n    arms"),
        ("positions/ministry-2020.yaml", "The ministry supports vaccination.", "PHQ and DSM-5 are named."),
        ("helplines/us-988.yaml", "verified_on: 2026-01-05", "verified_on: 2025-08-04"),
        ("corrections/aronson-1948-total.yaml", "concerns: aronson-1948/illness", "concerns: ministry-2020"),
    ],
)
def test_what_just_keeps_a_rule_is_sound(evidence_folder: Path, as_of: date, file: str, old: str, new: str) -> None:
    change(evidence_folder, file, old, new)
    assert check(evidence_folder, evidence_folder.parent / "chapters", as_of, freshness=True)[1] == ()


def test_numbers_that_disagree_in_print_stay_as_printed_where_a_note_says_so(evidence_folder: Path, as_of: date) -> None:
    for old, new in (
        ("percent: 25.0", "percent: 30"),
        ("basis: derived\n    derivation: 25.0% of 200", "basis: conflicting"),
        ('"Table I, row 1"}', '"Table I, row 1"}\n    note: Text and table disagree.'),
        ("value: 0.50, low", "value: 0.80, low"),
        ("unit: points}\n    basis: reported", "unit: points}\n    basis: conflicting"),
        ('"Table II"}', '"Table II"}\n    note: The interval misses its value in print.'),
    ):
        change(evidence_folder, STUDY, old, new)
    assert check(evidence_folder, evidence_folder.parent / "chapters", as_of, freshness=True)[1] == ()


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("../evil", "small letters, digits and single hyphens"),
        ("studies", "another word than index, studies, sources, help"),
        ("index", "another word than index, studies, sources, help"),
    ],
)
def test_a_chapter_cannot_take_a_place_that_is_not_its_own(evidence_folder: Path, as_of: date, name: str, right: str) -> None:
    chapters = evidence_folder.parent / "chapters"
    change(evidence_folder, TOPIC, "id: glance", f"id: {name}")
    (chapters / "villages" / "glance.md").rename(chapters / "villages" / f"{name}.md")
    (fault,) = check(evidence_folder, chapters, as_of, freshness=False)[1]
    assert fault.field == "chapters[0].id"
    assert fault.message.endswith(f"should be {right}")


def test_two_studies_of_one_dataset_are_not_pooled(evidence_folder: Path, as_of: date) -> None:
    for file in (STUDY, SECOND):
        change(evidence_folder, file, "frame: volunteers", "frame: volunteers\ndataset: Census-1939")
    (fault,) = check(evidence_folder, None, as_of, freshness=False)[1]
    assert "(both use the data Census-1939)" in fault.message
    change(evidence_folder, SECOND, "Census-1939", "Census-1940")
    assert not check(evidence_folder, None, as_of, freshness=False)[1]


@pytest.mark.parametrize(("size", "count"), [(19, 0), (20, 1)])
def test_small_samples_of_one_size_are_no_sign_of_one_sample(evidence_folder: Path, as_of: date, size: int, count: int) -> None:
    for file in (STUDY, SECOND):
        change(evidence_folder, file, "size: 200", f"size: {size}")
    change(evidence_folder, STUDY, "overlaps:\n  - {study: ferguson-1949, how: distinct, because: Another country}\n", "")
    assert len(check(evidence_folder, None, as_of, freshness=False)[1]) == count


def test_a_file_name_is_made_of_small_letters_digits_and_single_hyphens(evidence_folder: Path, as_of: date) -> None:
    (evidence_folder / WEBPAGE).rename(evidence_folder / "references/bates--1950.yaml")
    for file in ("references/bates--1950.yaml", "positions/ministry-2020.yaml", "helplines/us-988.yaml"):
        change(evidence_folder, file, "bates-1950", "bates--1950")
    _, faults = check(evidence_folder, None, as_of, freshness=False)
    assert [str(fault) for fault in faults] == [
        "references/bates--1950.yaml:1: id: is 'bates--1950'; should be small letters, digits and single hyphens"
    ]


def test_every_rule_has_a_case_and_no_case_is_of_an_unknown_rule() -> None:
    assert {case.rule for case in CASES} == {rule.__name__ for rule in RULES + FRESHNESS}


@pytest.mark.parametrize("rule", RULES + FRESHNESS, ids=lambda rule: rule.__name__)
def test_a_rule_is_one_sentence(rule: Rule) -> None:
    assert rule.__doc__
    assert re.fullmatch(r"[A-Z][^\n]*\w\.", rule.__doc__)
    assert ". " not in rule.__doc__


def test_rules_judge_files_by_name_even_where_the_id_is_of_another_file(evidence_folder: Path, as_of: date) -> None:
    change(evidence_folder, WEBPAGE, "id: bates-1950", "id: aronson-1948")
    change(evidence_folder, WEBPAGE, "PMC1950", "1950")
    _, faults = check(evidence_folder, None, as_of, freshness=False)
    assert [f"{fault.file}:{fault.line}: {fault.field}" for fault in faults] == [
        "references/bates-1950.yaml:1: id",
        "references/bates-1950.yaml:7: PMCID",
    ]


def test_three_studies_that_look_alike_are_compared_in_every_pair(evidence_folder: Path, as_of: date) -> None:
    text = (evidence_folder / SECOND).read_text(encoding="utf-8")
    third = text.replace("id: ferguson-1949", "id: third-1950")
    (evidence_folder / "studies/third-1950.yaml").write_text(third, encoding="utf-8")
    _, faults = check(evidence_folder, None, as_of, freshness=False)
    assert [(fault.file, fault.message.split(";")[0]) for fault in faults] == [
        (STUDY, "has the size, frame and country of third-1950"),
        (SECOND, "has the size, frame and country of third-1950"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("Nobody tried", "7 people tried", ["7: holds the digits '7'; should have numbers only in findings"]),
        ("DSM-5", "DSM-4", ["7: holds the digits 'DSM-4.'; should have numbers only in findings"]),
        (
            "Nobody",
            "{{finding: illness}} Nobody",
            [
                "7: has words beside a finding; should have each finding on a line of its own",
                "7: shows 'illness' twice; should show it once in a chapter",
            ],
        ),
        (
            "Nobody",
            "{{find: illness}} Nobody",
            ["7: has '{{find: illness}} Nobody tried letters under DSM-5.'; should be {{finding: id}}"],
        ),
        (
            "Nobody tried letters under DSM-5.",
            "{{finding: joy}}",
            ["7: shows 'joy'; should be a finding of topics/villages.yaml"],
        ),
    ],
)
def test_prose_has_no_number_and_shows_declared_findings_on_lines_of_their_own(
    evidence_folder: Path, as_of: date, old: str, new: str, faults: list[str]
) -> None:
    change(evidence_folder, CHAPTER, old, new)
    _, found = check(evidence_folder, evidence_folder.parent / "chapters", as_of, freshness=True)
    assert [str(fault) for fault in found] == [f"chapters/villages/glance.md:{fault}" for fault in faults]


def test_an_old_helpline_stops_the_check_but_not_the_monograph(evidence_folder: Path, as_of: date) -> None:
    change(evidence_folder, "helplines/us-988.yaml", "verified_on: 2026-01-05", "verified_on: 2020-01-05")
    assert sound(evidence_folder, None, as_of).helplines["us-988"].verified_on == date(2020, 1, 5)

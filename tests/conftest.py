"""A small sound evidence folder, one record of each kind and a little more, for tests to break."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from equipoise.documents.desk import Desk, desk
from equipoise.documents.monograph import Monograph, monograph
from equipoise.intake.medicine_names import unii_names
from equipoise.records import places
from equipoise.records.reader import read
from equipoise.records.rules import sound

settings.register_profile(  # for every test: the same examples each time, however long a busy machine takes over one
    "same every time", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same every time")

AS_OF = date(2026, 1, 31)

ASSESSED_ON = date(2026, 11, 22)
"""The day of every assessment in the tests: what the law says changes with the day."""

BCG = Path(__file__).parent / "data" / "bcg" / "evidence"
BCG_AS_OF = date(2026, 6, 1)

REFERENCE = """\
id: aronson-1948
type: article-journal
title: Protective vaccination against tuberculosis
author:
  - {family: Aronson, given: Joseph D.}
issued: 1948
DOI: 10.1000/art.1948
PMID: "18890001"
retrieved:
  - {url: "https://example.org/aronson", date: 2026-01-05, saw: abstract}
extracted: {by: ab, date: 2026-01-05}
"""

STUDY = """\
id: aronson-1948
title: Survey of villages
design: survey
frame: volunteers
country: [NO]
conducted: {since: 1935-12, until: 1938}
funding: not-reported
interests: not-applicable
population: People of the villages
recruitment: By letter
sample: {size: 200, unit: people}
instruments: [own]
outcomes:
  - id: illness
    outcome: tuberculosis
    among: people of the villages
    count: {events: 50, total: 200, percent: 25.0}
    basis: derived
    derivation: 25.0% of 200
    source: {ref: aronson-1948, at: "Table I, row 1"}
  - id: score
    outcome: wellbeing
    among: people of the villages
    quantity: {statistic: mean, value: 0.50, low: 0.25, high: 0.75, interval: 95% CI, n: 200, unit: points}
    basis: reported
    source: {ref: aronson-1948, at: "Table II"}
  - id: link
    outcome: wellbeing
    among: people of the villages
    association: {measure: OR, value: 0.5, n: 200, adjusted: not-reported, contrast: two groups}
    basis: reported
    source: {ref: aronson-1948, at: "Table III"}
  - id: words
    outcome: wellbeing
    among: people of the villages
    stated: People of the villages felt well
    basis: reported
    source: {ref: aronson-1948, at: "page 12"}
risk_of_bias:
  instrument: survey
  domains:
    - {domain: sampling, judgement: high, because: Volunteers}
    - {domain: measurement, judgement: low, because: Seen by a doctor}
overlaps:
  - {study: ferguson-1949, how: distinct, because: Another country}
sources:
  - {ref: aronson-1948, at: "Table I"}
extracted: {by: ab, date: 2026-01-05}
checked:
  - {by: cd, date: 2026-01-06}
note: >-
  One sentence a line.
  Say what a reviewer would ask.
"""

SECOND_STUDY = """\
id: ferguson-1949
title: Trial in schools
design: survey
frame: volunteers
country: [NO]
conducted: not-reported
funding: not-reported
interests: not-reported
population: Children at school
recruitment: not-reported
sample: {size: 200, unit: people}
instruments: not-reported
outcomes:
  - id: illness
    outcome: tuberculosis
    among: children at school
    arms:
      - {name: vaccine, events: 6, total: 100}
      - {name: none, events: 29, total: 100}
    basis: reported
    source: {ref: aronson-1948, at: "page 3"}
risk_of_bias: not-applicable
sources:
  - {ref: aronson-1948, at: "page 3"}
extracted: {by: ab, date: 2026-01-05}
"""

TOPIC = """\
id: villages
title: Tuberculosis in villages
subtitle: A small topic
help: [us-988]
chapters:
  - id: glance
    title: At a glance
    reader: person
    evidence_map:
      outcomes: [tuberculosis, wellbeing]
      designs: [survey]
findings:
  - id: illness
    kind: pooled
    question: How many fall ill?
    among: people
    records: [aronson-1948/illness, ferguson-1949/illness]
    measure: PLO
  - id: wellbeing
    kind: reported
    question: How are people?
    record: aronson-1948/score
  - id: no-trial
    kind: absence
    question: Is there a trial?
    what: randomised trial of letters
    searches: [letters-2026]
  - id: regulator
    kind: position
    question: What does the regulator hold?
    record: ministry-2020
  - id: surveys
    kind: tally
    question: How many surveys are there?
    what: surveys
    designs: [survey]
assessment:
  balance: [wellbeing]
extracted: {by: ab, date: 2026-01-05}
"""

LAW = """\
id: no/act-1949
place: "NO"
axis: control
instrument:
  kind: statute
  force: law
  title: An act on a plant
  citation: Act 1 of 1949
  url: https://example.org/act
  signed: 1949-03-01
  commences:
    - {date: 1949-06-01, time: "12:00", zone: Europe/Oslo}
    - {scope: later, date: 1952-01-01}
  ends:
    - {date: 1952-01-01, how: superseded}
norms:
  - id: sale
    actions: [buy, sell]
    effect: permit-if
    min_age: 18
    substance:
      any_of: [plant]
      limits:
        - all: [{analyte: plant, op: ">", value: 2, unit: percent, basis: dry-weight}]
    says: Sale to people of 18 and over is allowed.
  - id: sale
    actions: [buy, sell]
    effect: prohibit
    scope: later
    substance: {any_of: [plant]}
    says: Sale is barred.
evidence:
  - url: https://example.org/act
    title: The act
    dated: 1949-03-01
    retrieved: 2026-01-31
    at: section 2
    grade: primary
    saw: full-text
    shows: [norms, dates]
conflicts:
  - field: commences
    says: 1949-07-01
    norms: [sale]
    url: not-reported
    title: A list
    retrieved: 2026-01-31
    at: row 3
    grade: tracker
    note: The act says June.
last_verified: 2026-01-31
stale_after_days: 180
extracted: {by: ab, date: 2026-01-31}
"""

MECHANISM: Mapping[str, str] = {
    "evidence/assays/aronson-1948.yaml": """\
id: aronson-1948
paper: aronson-1948
measurements:
  - id: leaf-mor-ki
    ligand: leafine
    target: mor
    species: human
    preparation: cells
    assay: radioligand-binding
    probe: "[3H]DAMGO"
    measured: Ki
    value: 100
    unit: nM
    spread: {kind: sem, value: 10}
    n: 3
    basis: reported
    sources:
      - {ref: aronson-1948, at: "Table II"}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/exposures/aronson-1948.yaml": """\
id: aronson-1948
title: A cup of tea in villagers
population: Healthy villagers
route: oral
paid_by: not-reported
intakes:
  - {id: cup, product: tea, analyte: leafine, dose_mg: 40, people: 5}
observations:
  - id: cmax
    intake: cup
    analyte: leafine
    metric: cmax
    statistic: median
    value: 80
    unit: nM
    spread: {kind: range, low: 50, high: 180}
    basis: reported
    sources:
      - {ref: aronson-1948, at: "Table III"}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/parameters/tea.yaml": """\
id: tea
title: Parameters of tea
reference: aronson-1948
parameters:
  - {id: ka, label: absorption, value: 1.5, unit: 1/h, between_people: 0.4, basis: derived, derivation: a fit,
     sources: [{ref: aronson-1948, at: "Table III"}]}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/medicines/calmine.yaml": """\
id: calmine
name: calmine
brands: [Calmex]
rxnorm: "123"
unii: not-reported
markets: [us]
classes: [sedatives]
properties:
  - {property: sedative, sources: [{ref: aronson-1948, at: "section 5"}]}
pathways:
  - {enzyme: CYP3A, fraction: 0.8, low: 0.6, high: 0.95, how: label, sources: [{ref: aronson-1948, at: "section 12"}]}
sources:
  - {ref: aronson-1948, at: heading}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/interactions/sedatives.yaml": """\
id: sedatives
title: Tea and sedatives
axis: pharmacodynamic
partner: {classes: [sedatives]}
effect: Both make drowsy.
mechanism: Both act on the same brake of the brain.
severity: serious
severe_because: Breathing may slow.
plain: Both can make you sleepy.
evidence:
  - kind: case
    stands: for
    says: A villager who took both slept for a day.
    medicines: [calmine]
    people: 1
    outcome: recovery
    sources:
      - {ref: aronson-1948, at: "page 14"}
watch: [deep sleep]
ask: A pharmacist.
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/conditions/weak-sight.yaml": """\
id: weak-sight
label: weak sight
names: [poor eyesight]
icd10: [H54]
applies: {to: condition}
plain: You may see less well after tea.
effect: Sight may blur.
severity: moderate
severe_because: Blurred sight leads to falls.
evidence:
  - kind: observational
    stands: for
    says: Villagers with weak sight saw less after tea.
    people: 12
    outcome: measured
    sources:
      - {ref: aronson-1948, at: "page 15"}
watch: [stumbling]
ask: An eye doctor.
questions: [Could tea blur my sight?]
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/conditions/old-age.yaml": """\
id: old-age
label: old age
applies: {to: age, above: 80}
plain: You may fall more easily after tea.
effect: Falls may be more frequent.
severity: serious
severe_because: A fall may break a bone.
evidence:
  - kind: case
    stands: for
    says: A very old villager fell after tea.
    people: 1
    outcome: harm
    sources:
      - {ref: aronson-1948, at: "page 16"}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/products/aronson-1948.yaml": """\
id: aronson-1948
paper: aronson-1948
title: Teas of the market
country: ["NO"]
bought: "1947"
products: 8
method: not-reported
contents:
  - id: median
    analyte: leafine
    product: leaf
    products: 8
    statistic: median
    value: 12.5
    unit: mg/g
    basis: reported
    sources:
      - {ref: aronson-1948, at: "Table IV"}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/recalls/market-1948.yaml": """\
id: market-1948
kind: recall
agent: Lead
firm: not-reported
country: "NO"
began: 1948-05
says: A tea was taken back.
basis: reported
sources:
  - {ref: aronson-1948, at: second paragraph}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/limits/ministry.yaml": """\
id: ministry
title: Limits of the ministry
body: Ministry of Health
daily:
  - {id: lead, analyte: lead, value: 5, unit: ug/day, people: anyone, basis: reported,
     sources: [{ref: aronson-1948, at: "page 2"}]}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/vocabulary/analytes.csv": (
        "id,label,kind,formula\nplant,the plant,mixture,none\nleafine,leafine,alkaloid,C23H30N2O4\nlead,lead,metal,none\n"
    ),
    "evidence/vocabulary/targets.csv": "id,label,kind\nmor,mu-opioid receptor,receptor\n",
    "evidence/vocabulary/medicine-classes.csv": "id,label\nsedatives,sedatives\n",
    "evidence/vocabulary/properties.csv": "id,label\nsedative,makes drowsy\n",
    "evidence/vocabulary/brands.csv": ("brand,ingredients,kind,ref,at\nCalmex Night,calmine,family,aronson-1948,page 3\n"),
    "evidence/vocabulary/product-codes.csv": (
        "rxcui,medicines,others,kind,ref,at\n"
        "4567,calmine,none,SCD,aronson-1948,page 4\n"
        "4568,calmine,sugar|salt,BN,aronson-1948,page 4\n"
    ),
    "evidence/vocabulary/signs.csv": (
        "id,label,help,words,ref,at\n"
        "deep-sleep,sleep from which nobody wakes,emergency,won't wake|cannot be woken,aronson-1948,page 14\n"
        "blind,sudden loss of sight,doctor-today,gone blind|cannot see*,aronson-1948,page 15\n"
    ),
    "evidence/vocabulary/result-limits.csv": (
        "id,result,at_least,unit,sex,kind,word,ref,at\nsight-dim,sight,3,score,any,band,dim,aronson-1948,page 16\n"
    ),
}

FILES: Mapping[str, str] = {
    "chapters/villages/glance.md": """\
## What we found

{{finding: illness}}

{{finding: wellbeing}}

Nobody tried letters under DSM-5.

{{finding: no-trial}}

{{finding: regulator}}

{{finding: surveys}}
""",
    "evidence/references/aronson-1948.yaml": REFERENCE,
    "evidence/references/bates-1950.yaml": """\
id: bates-1950
type: webpage
title: What the ministry says
author:
  - {literal: Ministry of Health}
issued: not-reported
PMCID: PMC1950
URL: https://example.org/ministry
retrieved:
  - {url: "https://example.org/ministry", date: 2026-01-05, saw: full-text}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/studies/aronson-1948.yaml": STUDY,
    "evidence/studies/ferguson-1949.yaml": SECOND_STUDY,
    "evidence/searches/letters-2026.yaml": """\
id: letters-2026
question: Is there a trial of letters?
queries:
  - {database: PubMed, date: 2026-01-05, query: letters, hits: 2, screened: 2, kept: [aronson-1948]}
found: None.
limits: One database.
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/positions/ministry-2020.yaml": """\
id: ministry-2020
holder: {name: Ministry of Health, kind: regulator, country: "NO"}
authority: It licenses vaccines
interests: not-applicable
date: 2020
about: [safety]
stance: supports
holds: The ministry supports vaccination.
sources:
  - {ref: bates-1950, at: first paragraph}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/helplines/us-988.yaml": """\
id: us-988
country: US
name: Lifeline
kind: crisis
channels:
  - {by: call, to: "988"}
hours: all hours
languages: not-reported
verified_on: 2026-01-05
sources:
  - {ref: bates-1950, at: top of page}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/corrections/aronson-1948-total.yaml": """\
id: aronson-1948-total
concerns: aronson-1948/illness
printed: 201
used: 200
because: The rows add up to it
told: not-reported
source: {ref: aronson-1948, at: "Table I"}
extracted: {by: ab, date: 2026-01-05}
""",
    "evidence/topics/villages.yaml": TOPIC,
    "evidence/vocabulary/outcomes.csv": """\
id,label,kind,phrase
tuberculosis,tuberculosis,harm,fell ill with tuberculosis
wellbeing,wellbeing,symptom,felt well
""",
    "evidence/vocabulary/designs.csv": "id,label,evidence,start,rank\nsurvey,Survey,human,low,1\n",
    "evidence/vocabulary/frames.csv": "id,label\nvolunteers,people who came\npatients,people in treatment\n",
    "evidence/vocabulary/units.csv": "id,label\npeople,people\npoints,points\n",
    "evidence/vocabulary/instruments.csv": "id,label\nown,their own questionnaire\n",
    "evidence/vocabulary/bias-domains.csv": """\
instrument,domain,label
survey,sampling,how people were found
survey,measurement,how the outcome was measured
trial,measurement,how the outcome was measured
""",
    "evidence/vocabulary/questions.csv": "id,label\nsafety,how risky it is\n",
    "evidence/vocabulary/people.csv": "id,name,role\nab,First reader,reads\ncd,Second reader,checks\n",
    "evidence/vocabulary/countries.csv": "code,name\nNO,Norway\nUS,United States\n",
    "evidence/vocabulary/names.csv": "name,meaning\nDSM-5,the manual of mental disorders\n",
    "evidence/vocabulary/substances.csv": "id,label\nplant,the plant\n",
    "evidence/gazetteer/nations.csv": "id,name,kind,parent,code,zone\nNO,Norway,country,none,NOR,Europe/Oslo\n",
    "evidence/law/no/act-1949.yaml": LAW,
    **MECHANISM,
}


@pytest.fixture
def as_of() -> date:
    """Return the day on which the small evidence folder is sound and fresh."""
    return AS_OF


@pytest.fixture
def study_text() -> str:
    """Return a valid study file that uses most of what a study may hold."""
    return STUDY


@pytest.fixture
def evidence_folder(tmp_path: Path) -> Path:
    """Write a small sound evidence folder, its chapters beside it, and return it."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "evidence"


@pytest.fixture(scope="session")
def shipped() -> Monograph:
    """Return the shipped monograph, as of the day on which its newest record was made."""
    evidence = sound(*places.shipped(), date.max)
    newest = max(record.extracted.date for _, record in evidence.records())
    return monograph(evidence, next(iter(evidence.topics.values())), newest)


@pytest.fixture(scope="session")
def small() -> Monograph:
    """Return a small monograph with a finding of each kind: trials of the BCG vaccine, and made-up examples."""
    evidence = sound(BCG, places.beside(BCG), BCG_AS_OF)
    return monograph(evidence, evidence.topics["bcg-tuberculosis"], BCG_AS_OF)


@pytest.fixture(scope="session")
def assessment_desk() -> Desk:
    """Return the shipped evidence, ready for one person after the other."""
    evidence = read(*places.shipped())[0]
    asking = next(topic for topic in evidence.topics.values() if topic.assessment is not None)
    return desk(evidence, asking, ASSESSED_ON, unii_names())

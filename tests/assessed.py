"""An assessment made by hand, of medicines and laws that do not exist, for tests of what an output does with it."""

from dataclasses import replace
from datetime import date

from equipoise.documents.assessment import NOTICE, Assessment, InputAnswer, Line, MissingAnswer, Section
from equipoise.documents.lines import Source, one_line
from equipoise.documents.monograph import HelpEntry
from equipoise.findings.certificates import ProductAnswer
from equipoise.findings.interactions import ExposureAnswer, ListAnswer, MedicineAnswer, RuleAnswer, TogetherAnswer
from equipoise.findings.law_answer import FoodLaw, LawAnswer

AS_OF = date(2026, 1, 31)
HOSTILE = "<script>alert(1)</script> </style> #let x = 1 $x^2$ `raw` @ref \\ {{ 7*7 }} \u202eabc\u05d0\u05d1\u200b\x07"
"""Markup, Typst code, a template, signs that turn the direction, signs that nobody sees, a bell."""


def source(text: str = "Aronson 1948") -> Source:
    return Source(text=text, at="page 14", url="https://example.org/art", ref="aronson-1948")


def rule(ident: str, severity: str, likelihood: str, *, minor: bool = False) -> RuleAnswer:
    return RuleAnswer(
        id=ident,
        title=f"Kratom and {ident}",
        axis="pharmacodynamic",
        because=(f"class: {ident}",),
        minor=minor,
        short_list=severity == "life-threatening",
        severity=severity,
        severe_because="Breathing may slow.",
        likelihood=likelihood,
        decided_by="this medicine",
        seen_with=(),
        one_case=False,
        contested=False,
        seen=likelihood,
        sentence=f"Kratom and {ident}: {severity} if it happens; {likelihood}.",
        plain="Both make you sleepy.",
        effect="Both make drowsy. Together they may slow the breathing.",
        mechanism="Both act on the same brake of the brain.",
        watch=("deep sleep", "slow breath"),
        ask="Emergency services at once; otherwise a pharmacist.",
        evidence=(),
        note=None,
    )


def medicine(name: str, typed: str, rules: tuple[RuleAnswer, ...]) -> MedicineAnswer:
    level = ExposureAnswer(
        sentence=f"The level of {name} with kratom: cannot tell.",
        why_not="no pathway is on record",
        dynamic_auc=None,
        dynamic_cmax=None,
        dynamic_half_life=None,
        static_auc=None,
        known=(),
        firmness=None,
        small_changes_matter=False,
        trials=(),
    )
    return MedicineAnswer(id=name, name=name, typed=(typed,), rules=rules, exposure=level)


def lines_on(held: MedicineAnswer) -> list[Line]:
    made = [
        Line(
            id=f"interaction/{held.id}/{one.id}",
            weight=one.severity,  # type: ignore[arg-type]
            about=held.typed,
            person=f"{held.name.capitalize()}: {one.plain} If it happens, it is {one.severity}.",
            clinician=f"{held.name.capitalize()}. {one.sentence}",
            severity=one.severity,
            likelihood=one.likelihood,
            certainty="case reports for it",
            watch=one.watch,
            ask=one.ask,
            more=(one.effect, f"Mechanism: {one.mechanism}"),
            sources=(source(),),
            finding="interaction-sedatives",
            medicine=held.id,
        )
        for one in held.rules
    ]
    level = held.exposure.sentence
    sure = Line(
        id=f"level/{held.id}",
        weight="fact",
        about=held.typed,
        person=level,
        clinician=level,
        certainty="assumed",
        medicine=held.id,
    )
    return [*made, sure]


def listed(medicines: list[MedicineAnswer]) -> ListAnswer:
    together = TogetherAnswer(
        effect="make drowsy",
        severity="serious",
        medicines=tuple(one.name for one in medicines),
        sentence=f"{len(medicines)} of these may make drowsy, and kratom may add to it: serious if it happens.",
    )
    return ListAnswer(
        sentence="One may be serious.",
        kratom="a cup of tea",
        foremost=(),
        together=(together,) if len(medicines) > 1 else (),
        names=(),
        medicines=tuple(medicines),
        not_checked=("food",),
        notes=("A note.",),
        as_of=AS_OF,
    )


def law(place: str) -> LawAnswer:
    return LawAnswer(
        place=place,
        place_name="Norway",
        segment=None,
        asked=(),
        sentence="Possessing leaf in Norway is unlawful.",
        verdict="unlawful",
        last=None,
        why=(),
        conditions=(),
        because=(),
        voided=(),
        food_law=FoodLaw(
            action="possess", verdict="unknown", last=None, why=(), conditions=(), because=(), upcoming=(), stale=False
        ),
        upcoming=(),
        next_change=None,
        conflicts=(),
        searched=(),
        last_verified=AS_OF,
        stale=False,
        notes=(),
    )


def sign(ident: str, kind: str) -> Line:
    return Line(
        id=f"sign/{ident}",
        weight="urgent",
        about=("note",),
        person=f"You wrote of {ident}. Call now.",
        clinician=f"Words for {ident} stand in what the person typed. They were matched as words.",
        help=kind,
        sources=(source(),),
    )


def helpline(ident: str, kind: str, channel: tuple[str, str]) -> HelpEntry:
    return HelpEntry(
        id=ident,
        country="Norway",
        name=f"Line {ident}",
        kind=kind,
        channels=(channel,),
        hours="all hours",
        languages="Norwegian",
        verified_on=AS_OF,
        stale=False,
        source=("helpline", "top"),
    )


HELP = (
    helpline("a", "crisis", ("call", "116 123")),
    helpline("b", "emergency", ("call", "113")),
    helpline("c", "poison", ("web", "https://example.org/poison")),
)


def example(count: int = 2) -> Assessment:
    """Return the answer on some medicines that each make drowsy, the first of them worst, with a product and a law."""
    worst = rule("sedatives", "life-threatening", "seen-in-cases")
    also, small = rule("seizure-threshold", "serious", "expected"), rule("enzymes", "serious", "shown-in-trial", minor=True)
    held = [medicine("calmine", "Calmex 5", (worst, also, small))]
    held += [medicine(f"restine{place}", f"restine{place}", (also,)) for place in range(1, count)]
    lines = [line for one in held for line in lines_on(one)]
    answer = listed(held)
    fact = Line(
        id="finding/no-trial",
        weight="fact",
        about=(),
        person="No trial was found.",
        clinician="No trial was found. [count: 0]",
        certainty="very low",
        more=("Start: none",),
        sources=(source(),),
        finding="no-trial",
    )
    legal = replace(fact, id="law/NO", person="Possessing leaf in Norway is unlawful.", certainty=None, finding=None)
    above = replace(lines[0], id="product/above/lead", weight="serious", person="Lead is above.", clinician="Lead: 9; above.")
    return Assessment(
        urgent=(),
        help=HELP,
        first=lines[0],
        sections=(
            Section(id="medicines", title="Your medicines and kratom", lines=tuple(lines)),
            Section(id="product", title="Your product’s lab report", lines=(above,)),
            Section(id="law", title="The law where you are and go", lines=(legal,)),
            Section(id="balance", title="Does it help with depression?", lines=(fact,), note="Of groups of people."),
        ),
        inputs=(
            InputAnswer(field="medicines", given="Calmex 5", became="used", sentence="Read as calmine."),
            InputAnswer(field="medicines", given="calmin", became="asked", sentence="Did you mean “calmine”?"),
            InputAnswer(field="age", given="40", became="used", sentence="No rule on record is about it."),
            InputAnswer(field="kratom.grams", given="3", became="not used", sentence="Not used: no model."),
        ),
        missing=(
            MissingAnswer(field="place", label="where you are", person="The law depends on it.", clinician="Place: none."),
        ),
        questions=("What does kratom mean for my calmine?",),
        medicines=answer,
        exposure=None,
        product=ProductAnswer(
            sentence="1 of 1 limits is passed.",
            asked=(),
            above=1,
            cannot_tell=0,
            within=0,
            limits=(),
            lines=(),
            not_measured=(),
            not_recognised=(),
            notes=(),
            figure=None,
            sha256="0" * 64,
        ),
        law=(law("NO"),),
        conditions=(),
        notice=NOTICE,
        as_of=AS_OF,
        version="0.0",
    )


def urgent() -> Assessment:
    """Return the answer with a sign of a crisis, one of an emergency, and one for a doctor."""
    signs = (sign("despair", "crisis"), sign("a seizure", "emergency"), sign("yellow eyes", "doctor-today"))
    return replace(example(), urgent=signs, first=signs[0])


def hostile(words: str = HOSTILE) -> Assessment:
    """Return the answer with these words wherever something typed, or something read, may stand."""
    held = urgent()
    bad = replace(
        held.sections[0].lines[0],
        id="name/not-recognised",
        medicine=None,
        person=words,
        clinician=words,
        certainty=words,
        watch=(words,),
        ask=words,
        more=(words,),
        sources=(Source(text=words, at=words, url="javascript:alert(1)"),),
    )
    calm = medicine("calmine", words, tuple(replace(one, effect=words) for one in held.medicines.medicines[0].rules))  # type: ignore[union-attr]
    return replace(
        held,
        urgent=(*held.urgent, replace(bad, id="sign/x", weight="urgent", help="poison")),
        help=(*HELP, replace(HELP[0], name=one_line(words), channels=(("call", "<b>#1</b>"), ("web", "javascript:alert(1)")))),
        first=bad,
        sections=tuple(replace(one, title=words, note=words, lines=(*one.lines, bad)) for one in held.sections),
        inputs=tuple(replace(one, given=words, sentence=words) for one in held.inputs),
        missing=tuple(replace(one, label=words, person=words, clinician=words) for one in held.missing),
        questions=(words,),
        medicines=listed([calm, *held.medicines.medicines[1:]]),  # type: ignore[union-attr]
    )

"""Names of medicines as people type them become what they are, a question, or nothing: never, silently, another medicine."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.intake.medicine_names import UniiNames, distance, folded, forms, lines, recognise, register, unii_names

INGREDIENTS = """
    alprazolam amitriptyline aripiprazole atorvastatin buprenorphine bupropion buspirone citalopram clonazepam codeine
    dextroamphetamine dextromethorphan diazepam diphenhydramine duloxetine escitalopram fentanyl fluoxetine gabapentin
    hydrocodone hydroxyzine imipramine lamotrigine lithium lorazepam methadone methylphenidate midazolam mirtazapine
    naloxone naltrexone nortriptyline olanzapine oxycodone paracetamol paroxetine phenelzine pregabalin quetiapine
    sertraline tramadol trazodone venlafaxine vortioxetine zolpidem
""".split()  # noqa: SIM905 - words read best as words
BRANDS = {
    "Abilify": "aripiprazole", "Adipex": "phentermine", "Ambien": "zolpidem", "Ativan": "lorazepam", "Buspar": "buspirone",
    "Celexa": "citalopram", "Cymbalta": "duloxetine", "Desyrel": "trazodone", "Effexor XR": "venlafaxine",
    "Effexor": "venlafaxine", "Elavil": "amitriptyline", "Klonopin": "clonazepam", "Lexapro": "escitalopram",
    "Lyrica": "pregabalin", "Nardil": "phenelzine", "Neurontin": "gabapentin", "Paxil": "paroxetine", "Prozac": "fluoxetine",
    "Remeron": "mirtazapine", "Seroquel": "quetiapine", "Tofranil": "imipramine", "Trintellix": "vortioxetine",
    "Ultram": "tramadol", "Valium": "diazepam", "Wellbutrin": "bupropion", "Xanax": "alprazolam", "Zoloft": "sertraline",
    "acetaminophen": "paracetamol", "Tylenol": "paracetamol", "St John's wort": "hypericum",
}  # fmt: skip
COMBINATIONS = {
    "Suboxone": ("buprenorphine", "naloxone"), "Percocet": ("oxycodone", "paracetamol"),
    "Norco": ("hydrocodone", "paracetamol"), "Symbyax": ("fluoxetine", "olanzapine"),
    "Tylenol 3": ("codeine", "paracetamol"), "Auvelity": ("bupropion", "dextromethorphan"),
}  # fmt: skip
FAMILIES = {"Unisom": {"Unisom SleepTabs": ("doxylamine",), "Unisom SleepGels": ("diphenhydramine",)}}
TOPIC = ("kratom", "ketum", "mitragynine", "7-OH", "7-hydroxymitragynine", "Mitragyna speciosa")
KNOWN = register(
    {name: (name,) for name in INGREDIENTS} | {name: (ident,) for name, ident in BRANDS.items()} | COMBINATIONS,
    families=FAMILIES,
    topic=TOPIC,
)
UNII = unii_names()

MEDICINES = {
    "sertraline": "sertraline", "Venlafaxine": "venlafaxine", "QUETIAPINE": "quetiapine", "trazodone HCl": "trazodone",
    "sertraline hydrochloride 50 mg": "sertraline", "Seroquel 50 mg": "quetiapine", "Seroquel XR 150mg": "quetiapine",
    "Effexor XR": "venlafaxine", "effexor-xr 75 mg capsules": "venlafaxine", "Wellbutrin XL": "bupropion",
    "bupropion SR 150": "bupropion", "xanax 0.5": "alprazolam", "Xanax 0,5 mg": "alprazolam", "Zoloft®": "sertraline",
    "Prozac 20mg daily": "fluoxetine", "lithium carbonate ER 450 mg": "lithium", "quetiapine fumarate": "quetiapine",
    "escitalopram oxalate": "escitalopram", "paroxetine hydrochloride hemihydrate": "paroxetine",
    "amitriptyline tablets": "amitriptyline",
    "methadone 5mg/5ml oral solution": "methadone", "gabapentin 300 mg three": None, "mirtazapine 15 mg ODT": "mirtazapine",
    "St. John’s Wort": "hypericum", "St Johns wort": "hypericum", "acétaminophène": None, "Lexapro (10 mg)": "escitalopram",
    "duloxetine delayed-release": "duloxetine", "fentanyl patch 25 mcg/hr": "fentanyl", "Klonopin": "clonazepam",
    "lamotrigine 25": "lamotrigine", "BUSPAR": "buspirone", "dextroamphetamine sulfate": "dextroamphetamine",
    "phenelzine sulphate": "phenelzine", "zolpidem tartrate 10 mg tab": "zolpidem", "Trintellix": "vortioxetine",
}  # fmt: skip
"""What is typed, and the one medicine of the register that it is; None where it may be asked for, and must not be taken."""
SEVERAL = {
    "Suboxone 8/2 mg": {"buprenorphine", "naloxone"}, "buprenorphine/naloxone": {"buprenorphine", "naloxone"},
    "Percocet 10/325": {"oxycodone", "paracetamol"}, "NORCO 5-325": {"hydrocodone", "paracetamol"},
    "sertraline and trazodone": {"sertraline", "trazodone"}, "Xanax + Ambien 10 mg": {"alprazolam", "zolpidem"},
    "Tylenol with codeine": {"paracetamol", "codeine"}, "Tylenol #3": {"codeine", "paracetamol"},
    "Symbyax": {"fluoxetine", "olanzapine"}, "Tylenol": {"paracetamol"},
}  # fmt: skip
MISSPELT = {
    "trazadone": "trazodone", "zolof": "sertraline", "lexipro": "escitalopram", "welbutrin": "bupropion",
    "effexer": "venlafaxine", "seroqel": "quetiapine", "prozak": "fluoxetine", "cymbolta": "duloxetine",
    "gabapentine": "gabapentin",
    "alprazalam": "alprazolam", "oxycodon": "oxycodone", "suboxin": "buprenorphine", "nortryptiline": "nortriptyline",
    "amitriptaline": "amitriptyline", "celexia": "citalopram", "zanax": "alprazolam",
}  # fmt: skip
ELSEWHERE = {
    "metformin": "METFORMIN", "Ozempic": "SEMAGLUTIDE", "Eliquis 5 mg": "APIXABAN", "levothyroxine": "LEVOTHYROXINE",
    "Viagra": "SILDENAFIL CITRATE", "melatonin": "MELATONIN", "sotalol": "SOTALOL", "ashwagandha": "WITHANIA SOMNIFERA ROOT",
}  # fmt: skip
NO_MEDICINE = [
    "the pill", "vitamin", "vitamins", "pill", "antidepressants", "my blood pressure pills", "sleeping tablets", "none", "n/a",
    "nothing", "???", "", "   ", "painkillers", "herbal tea", "hello world", "asdfghjkl", "50 mg", "2", "birth control",
    "Cipramil", "depression", "x" * 5000, "sertraline, " * 20, "na", "ssri's", "🙂",
]  # fmt: skip
OF_THE_TOPIC = [
    "kratom", "Kratom 5 g", "red bali kratom", "kratom tea", "ketum", "ketum leaves", "mitragynine", "7-oh",
    "7-OH tablets 15 mg", "7 oh", "7-hydroxymitragynine", "Mitragyna speciosa",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "ident"), MEDICINES.items())
def test_what_is_in_the_register_is_found_whatever_stands_around_it(typed, ident):
    found = recognise(typed, KNOWN, UNII)
    if ident is None:
        assert found.kind != "medicine"
    else:
        assert (found.kind, found.medicines, found.typed) == ("medicine", (ident,), typed)


@pytest.mark.parametrize(("typed", "idents"), SEVERAL.items())
def test_a_combination_is_all_of_its_ingredients(typed, idents):
    found = recognise(typed, KNOWN, UNII)
    assert (found.kind, set(found.medicines)) == ("medicine", idents)


@pytest.mark.parametrize(("typed", "ident"), MISSPELT.items())
def test_a_misspelt_name_is_a_question_that_begins_with_the_right_one(typed, ident):
    found = recognise(typed, KNOWN, UNII)
    assert (found.kind, found.medicines, found.others) == ("did-you-mean", (), ())
    assert ident in found.options[0].medicines
    assert len(found.options) <= 3


@pytest.mark.parametrize(("typed", "written"), ELSEWHERE.items())
def test_what_only_fda_knows_is_recognised_and_nothing_of_the_register_is_offered(typed, written):
    found = recognise(typed, KNOWN, UNII)
    assert (found.kind, found.medicines, found.options) == ("unregistered", (), ())
    assert written in found.others


@pytest.mark.parametrize("typed", NO_MEDICINE)
def test_what_names_no_medicine_is_not_recognised_and_nothing_is_offered(typed):
    found = recognise(typed, KNOWN, UNII)
    assert (found.kind, found.options, found.medicines, found.others) == ("not-recognised", (), (), ())


@pytest.mark.parametrize("typed", OF_THE_TOPIC)
def test_kratom_is_kratom_and_no_medicine(typed):
    found = recognise(typed, KNOWN, UNII)
    assert (found.kind, found.topic, found.medicines, found.options) == ("topic", True, (), ())


@pytest.mark.parametrize(
    ("typed", "kind", "medicines"),
    [
        ("kratom and sertraline", "medicine", ("sertraline",)),
        ("kratom sertraline", "did-you-mean", ()),
        ("sertraline, qwertzuiop", "did-you-mean", ()),
        ("my sertraline", "did-you-mean", ()),
        ("metformin and sertraline", "medicine", ("sertraline",)),
    ],
)
def test_nothing_beside_a_name_is_dropped(typed, kind, medicines):
    found = recognise(typed, KNOWN, UNII)
    assert (found.kind, found.medicines) == (kind, medicines)
    assert found.topic == ("kratom" in typed)
    if kind == "did-you-mean":
        assert "sertraline" in found.options[0].medicines
    assert ("METFORMIN" in found.others) == ("metformin" in typed)


def test_of_a_family_one_has_to_ask_which():
    found = recognise("Unisom 25 mg", KNOWN, UNII)
    assert (found.kind, found.medicines) == ("which", ())
    assert [option.medicines for option in found.options] == [("doxylamine",), ("diphenhydramine",)]


def test_cipramil_is_citalopram_only_where_the_register_says_so():
    """FDA's list does not have it; another program took it for imipramine."""
    assert recognise("Cipramil", KNOWN, UNII).kind == "not-recognised"
    more = register({"citalopram": ("citalopram",), "Cipramil": ("citalopram",), "imipramine": ("imipramine",)})
    assert recognise("cipramil 20 mg", more, UNII).medicines == ("citalopram",)


@pytest.mark.parametrize(("typed", "idents"), [("Vicodin", {"hydrocodone", "paracetamol"}), ("Raldesy", {"trazodone"})])
def test_a_brand_that_fda_leads_to_the_register_is_asked_for_with_all_its_ingredients(typed, idents):
    found = recognise(typed, KNOWN, UNII)
    assert (found.kind, found.medicines) == ("did-you-mean", ())
    assert [set(option.medicines) for option in found.options] == [idents]


def test_a_number_without_unit_is_part_of_a_name_if_it_has_one_digit():
    """Tylenol 3 holds codeine, Tylenol 4 as well: what is not known so is never Tylenol alone."""
    assert recognise("Tylenol 4", KNOWN, UNII).kind == "did-you-mean"
    assert forms("sertraline 50") == ("sertraline 50", "sertraline")
    assert forms("vitamin b12 50 mcg") == ("vitamin b12 50 mcg", "vitamin b12")


def test_of_all_names_that_fda_has_none_is_taken_for_a_medicine_that_it_is_not():
    """Leaving out salts, forms and numbers never leads from a name to a medicine that FDA's name of it does not hold."""
    spelt = {"paracetamol": "acetaminophen", "hypericum": "hypericum perforatum whole|st johns wort"}
    taken = 0
    for line in UNII.text.splitlines():
        _, written, names = line.split("\t")
        for name in names.strip("|").split("|"):
            found = recognise(name, KNOWN) if any(word in KNOWN.names for word in (*name.split(), name)) else None
            if found and found.kind == "medicine":
                taken += 1
                assert any(
                    word in folded(written) for ident in found.medicines for word in spelt.get(ident, ident).split("|")
                ), f"{name} is {written}"
    assert taken > 200


def test_without_fdas_list_the_rest_is_the_same():
    assert recognise("metformin", KNOWN).kind == "not-recognised"
    assert recognise("sertraline 50 mg", KNOWN).medicines == ("sertraline",)


@given(st.text(max_size=40) | st.sampled_from(sorted(INGREDIENTS)).flatmap(lambda name: st.permutations(name).map("".join)))
@settings(max_examples=300)
def test_no_text_is_taken_for_a_medicine_that_it_does_not_hold(typed):
    """Whatever is typed, a medicine is taken only if one of its names stands in it."""
    found = recognise(typed, KNOWN, UNII)
    assert found.typed == typed
    assert len(found.options) <= 3
    for ident in found.medicines:
        names = [name for name, option in KNOWN.names.items() if ident in option.medicines]
        assert any(name in f" {folded(typed)} " for name in names)


@given(st.sampled_from(sorted(INGREDIENTS)), st.integers(0, 30), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
@settings(max_examples=200)
def test_a_name_with_one_letter_changed_is_never_taken_for_another(name, at, letter):
    at %= len(name)
    typed = name[:at] + letter + name[at + 1 :]
    found = recognise(typed, KNOWN, UNII)
    if found.kind == "medicine":
        assert typed in KNOWN.names
    elif found.kind == "did-you-mean":
        assert any(name in option.medicines for option in found.options)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("trazadone", "trazodone", 1),
        ("zoloft", "zolotf", 1),
        ("abc", "abc", 0),
        ("sotalol", "butorphanol", 3),
        ("abcd", "acbd", 1),
    ],
)
def test_distances_count_swaps_of_neighbours_as_one(one, other, apart):
    assert distance(one, other, 2) == apart == distance(other, one, 2)


@pytest.mark.parametrize("short", ["zoft", "abc", "lyr", "xan"])
def test_short_names_have_no_suggestion_two_letters_away(short):
    few = register(dict.fromkeys(("Zoloft", "abcd", "Lyrica", "Xanax"), ("a",)))
    assert recognise(short, few).kind == "not-recognised"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: register({"?": ("a",)}), "has no letters or no ingredients"),
        (lambda: register({"a": ()}), "has no letters or no ingredients"),
        (lambda: register({"Midol": ("a",), "MIDOL": ("b",)}), "stands for"),
        (lambda: register({"Midol": ("a",)}, families={"midol": {"x": ("a",)}}), "stands for two things"),
        (lambda: register({"kratom": ("a",)}, topic=["Kratom"]), "stands for two things"),
    ],
)
def test_a_register_in_which_a_name_stands_for_two_things_is_refused(made, said):
    with pytest.raises(ValueError, match=said):
        made()


def test_a_list_has_all_substances_of_a_name():
    held = UniiNames(lines([("A1", "ACETAMINOPHEN", ["VICODIN", "Tylenol"]), ("B2", "HYDROCODONE", ["VICODIN"])]))
    assert [one.unii for one in held.find("vicodin")] == ["A1", "B2"]
    assert [one.name for one in held.find("tylenol")] == ["ACETAMINOPHEN"]
    assert held.find("tylen") == held.find("") == held.find("vicodin|tylenol") == ()


def test_the_script_keeps_what_people_take_and_says_what_it_dropped(tmp_path):
    """A substance without a mark of a list of medicines, codes, locants and kratom go; ingredients of a brand stay together."""
    rows = [
        "Name\tTYPE\tUNII\tDisplay Name",
        "SERTRALINE [VANDF]\tcn\tS1\tSERTRALINE",
        "CP-51,974\tcd\tS1\tSERTRALINE",
        "1-NAPHTHALENAMINE, 4-(3,4-DICHLOROPHENYL)-\tcn\tS1\tSERTRALINE",
        "DUOBRAND COMPONENT SERTRALINE\tbn\tS1\tSERTRALINE",
        "DUOBRAND COMPONENT RARE\tbn\tR1\tRARE",
        "PAINT THINNER\tcn\tP1\tPAINT THINNER",
        "KRATOM [NFLIS-DRUG]\tcn\t754HG7WK00\tMITRAGYNA SPECIOSA LEAF",
    ]
    source, out = tmp_path / "names.txt", tmp_path / "names.gz"
    source.write_text("\r\n".join(rows) + "\r\n", encoding="ascii", newline="")
    script = Path(__file__).parents[2] / "scripts" / "unii"
    run = subprocess.run([sys.executable, script, source, out], check=True, capture_output=True, text=True)  # noqa: S603
    assert gzip.decompress(out.read_bytes()).decode() == "R1\tRARE\t|duobrand|rare|\nS1\tSERTRALINE\t|duobrand|sertraline|\n"
    assert "dropped, longer than 40 signs: 1" in run.stderr

"""``equipoise pool``: a table in, a sober answer out; each fault one clear line, each number to be had again."""

import json
import re
import textwrap
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from equipoise import __version__
from equipoise.apps import cli
from equipoise.engines import synthesis
from equipoise.findings.wording import FORBIDDEN
from equipoise.outputs.analysis import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "pool.md").read_text(encoding="utf-8")
BLOCKS = [
    textwrap.dedent(block).strip("\n") for block in re.findall(r"(?:^(?: {4}[^\n]*)?\n)+", PAGE, re.MULTILINE) if block.strip()
]
BCG = next(block for block in BLOCKS if block.startswith("study,"))
CHOICES = next(block for block in BLOCKS if block.startswith("how:"))
EXAMPLES = [block for block in BLOCKS if block.startswith("$ equipoise pool")]
LOOKS = (
    *("--by", "place", "--moderators", "latitude,place", "--cluster", "study", "--cumulative", "latitude"),
    *("--leave-one-out", "--influence", "--small-study", "--uncorrected", "--permutations", "200"),
)
ZERO = "study,ai,n1i,ci,n2i\nA,0,10,0,10\nB,1,12,2,9\nC,4,30,3,31\n"
GIVEN = "study,yi,vi,x,twice,word\nA,0.1,0.2,1,2,p\nB,0.2,0.1,2,4,q\nC,0.5,0.1,3,6,p\nD,0.4,0.2,4,8,q\n"


class Answer:
    """What the command said."""

    def __init__(self, *words: str) -> None:
        result = CliRunner().invoke(cli.app, ("pool", *words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bcg.csv").write_text(f"{BCG}\n", encoding="utf-8")
    lines = BCG.splitlines()
    placed = [f"{lines[0]},place", *(f"{line},{'north' if at % 3 else 'south'}" for at, line in enumerate(lines[1:]))]
    Path("placed.csv").write_text("\n".join(placed) + "\n", encoding="utf-8")
    Path("choices.yaml").write_text(CHOICES, encoding="utf-8")
    Path("zero.csv").write_text(ZERO, encoding="utf-8")
    Path("given.csv").write_text(GIVEN, encoding="utf-8")


def data(*words: str) -> Any:
    """Return the answer as JSON, which must keep the published schema."""
    answer = Answer(*words, "--json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    jsonschema.validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return found


def bcg() -> synthesis.Effects:
    columns = np.array([line.split(",")[1:5] for line in BCG.splitlines()[1:]], dtype=np.float64).T
    return synthesis.effect_size("OR", **dict(zip(("a", "n1", "c", "n2"), columns, strict=True)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda block: block.splitlines()[0][17:])
def test_the_manual_shows_what_the_program_prints(example: str) -> None:
    command, _, shown = example.partition("\n")
    printed = Answer(*command.removeprefix("$ equipoise pool ").split()).out
    lead = "...\n\n"
    if shown.startswith(lead):
        assert shown.removeprefix(lead) in printed
    else:
        assert printed.rstrip("\n") == shown


def test_json_has_the_numbers_of_the_engine_to_the_last_digit() -> None:
    effects = bcg()
    fit = synthesis.pool(effects.effect, effects.variance, level=0.9)
    found = data("bcg.csv", "--measure", "OR", "--level", "0.9")
    mean = found["mean"]
    assert (mean["effect"], mean["tau2"], mean["q"], mean["p_value"]) == (fit.estimate, fit.tau2, fit.q, fit.p_value)
    assert mean["interval"] == np.exp(fit.interval).tolist()
    assert mean["prediction_interval_riley"] == np.exp(fit.prediction_interval_riley).tolist()
    assert [study["weight"] for study in found["studies"]] == fit.weights.tolist()
    assert (found["version"], found["level"], found["options"]["method"]) == (__version__, 0.9, "REML")


def test_every_look_is_the_engine_s() -> None:
    effects = bcg()
    y, v = effects.effect, effects.variance
    found = data("placed.csv", "--measure", "OR", *LOOKS, "--multiverse", "choices.yaml")
    place = ["north" if at % 3 else "south" for at in range(13)]
    groups = synthesis.subgroups(y, v, place)
    assert [group["mean"]["effect"] for group in found["subgroups"]["groups"]] == groups.pooled.estimate.tolist()
    assert found["subgroups"]["q_between"] == groups.q_between
    latitude = [float(line.split(",")[5]) for line in BCG.splitlines()[1:]]
    design = np.column_stack([latitude, synthesis.dummies(place).columns])
    fit = synthesis.pool(y, v, moderators=design)
    assert [one["name"] for one in found["regression"]["coefficients"]] == ["intercept", "latitude", "place: south"]
    assert [one["estimate"] for one in found["regression"]["coefficients"]] == fit.estimate.tolist()
    assert found["regression"]["qm"] == fit.qm
    first = synthesis.cumulative(y, v, order=latitude)
    assert [step["tau2"] for step in found["cumulative"]][1:] == first.tau2.tolist()[1:]
    assert [step["value"] for step in found["leave_one_out"]] == np.exp(synthesis.leave_one_out(y, v).estimate).tolist()
    assert [one["cook"] for one in found["influence"]] == synthesis.influence(y, v, test="knapp-hartung").cook.tolist()
    assert len(found["small_studies"]["regressions"]) == 4
    assert found["small_studies"]["failed"] == []
    assert [one["name"] for one in found["uncorrected"]] == ["Mantel-Haenszel", "Peto", "GLMM (conditional, exact)"]
    universe = found["multiverse"]
    assert len(universe["specifications"]) == 32
    assert universe["specifications"][universe["primary"]]["value"] == pytest.approx(found["mean"]["value"], rel=1e-12)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_chance() -> None:
    words = ("bcg.csv", "--measure", "OR", "--permutations", "99", "--json")
    assert Answer(*words).out == Answer(*words).out
    seeds = {json.loads(Answer(*words, "--seed", str(seed)).out)["permuted"]["p_value"] for seed in range(5)}
    assert len(seeds) > 1


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("slab,ai,n1i,ci,n2i,latitude", ("--measure", "OR")),
        ("author,A,N1,C,N2,latitude", ("--measure", "OR")),
        ("who,ill,all,sick,some,latitude", ("--measure", "OR", "--columns", "ai=ill,n1=all,c=sick,n2i=some")),
    ],
)
def test_columns_go_by_our_names_by_metafor_s_or_by_the_caller_s(head: str, words: tuple[str, ...]) -> None:
    Path("other.csv").write_text(BCG.replace("study,ai,n1i,ci,n2i,latitude", head), encoding="utf-8")
    found = data("other.csv", *words)
    assert found["mean"] == data("bcg.csv", "--measure", "OR")["mean"]
    assert found["studies"][0]["label"] == "Aronson 1948"


def test_effects_as_given_need_no_measure() -> None:
    found = data("given.csv")
    assert (found["scale"]["measure"], found["scale"]["null"], found["mean"]["studies"]) == ("GEN", 0.0, 4)


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        ("study,yi,vi\n", (), "t.csv: has names and no row; should have a line for each study, one at least"),
        ("study,yi,vi\nA,1,2\nB,1,-2\n", (), "t.csv:3: vi: is -2; it should be finite and above 0"),
        (
            "k,n\n1,10\n12,10\n",
            ("--measure", "PR", "--columns", "events=k,total=n"),
            "t.csv:3: k: is 12; it should be from 0 to the",
        ),
        ("ai,n1i,ci,n2i\n1,2,3,4\n1,2,0.5,0\n", ("--measure", "OR"), "t.csv:3: n2i: is 0; it should be more than 0 people"),
        (
            "ai,n1i,ci,n2i\n0,9,0,8\n0,7,0,6\n",
            ("--measure", "OR"),
            "t.csv: in every row no arm, or every arm in full, has the event, so that there is no OR to pool; RD may be",
        ),
        (ZERO, ("--measure", "OR", "--to", "none"), "t.csv: line 2 has a zero cell, and to='none', add=0.5 corrects it not"),
        (GIVEN, ("--moderators", "x,twice"), "t.csv: the 2 moderators are collinear, with each other or with the intercept"),
        (GIVEN, ("--moderators", "study"), "t.csv: there are 4 studies for 4 coefficients; studies should be more"),
        (GIVEN, ("--cumulative", "word"), "t.csv:2: word: has 'p'; should be a number, or empty where it is not known"),
        (GIVEN, ("--by", "gone"), "t.csv: has no column 'gone'; should be one of study, yi, vi, x, twice, word"),
        (GIVEN, ("--measure", "OR"), None),
        (
            GIVEN,
            ("--measure", "SMD", "--columns", "m1=x"),
            "t.csv: has columns (study, yi, vi, x, twice, word); for SMD there should",
        ),
        (
            GIVEN,
            ("--measure", "GEN", "--columns", "q=x"),
            "--columns names 'q'; for GEN it should be some of effect, variance, se",
        ),
        (ZERO, (), "t.csv: has the columns of OR, RR, RD, AS, PETO; --measure should say which"),
        (GIVEN, ("--method", "BEST"), "t.csv: method is 'BEST'; it should be one of common, DL"),
        (GIVEN, ("--uncorrected",), "t.csv: --uncorrected was asked of GEN without counts for it"),
        ("yi,vi\n1,2\n", ("--leave-one-out",), "t.csv: there is 1 study; leaving one out needs two at least"),
    ],
)
def test_what_can_be_mended_is_one_line_and_exit_1(content: str, words: tuple[str, ...], said: str | None) -> None:
    Path("t.csv").write_text(content, encoding="utf-8")
    answer = Answer("t.csv", *words)
    if said is None:  # any measure takes effects as given
        assert answer.code == 0
        return
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(said)
    assert answer.err.count("\n") == 1 + (words == ("--cumulative", "word")) * 3


def test_missing_values_are_named_and_left_out_only_when_told() -> None:
    Path("t.csv").write_text("study,yi,vi,x\nA,1,,1\nB,2,1,\nC,NA,1,2\nD,4,1,3\n", encoding="utf-8")
    refused = Answer("t.csv")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines() == [
        "t.csv:2: vi: is empty; should be a value",
        "t.csv:4: yi: is empty; should be a value",
        "2 of 4 rows lack a value; --drop-missing leaves them out and says so.",
    ]
    found = data("t.csv", "--drop-missing")
    assert [study["line"] for study in found["studies"]] == [3, 5], "x was not asked for"
    assert found["source"]["left_out"] == ["line 2: vi is empty", "line 4: yi is empty"]
    assert "Left out: line 2: vi is empty; line 4: yi is empty." in Answer("t.csv", "--drop-missing").out.replace("\n    ", " ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--columns", "a"), "--columns holds 'a'; should be name=column pairs"),
        (("--columns", "a=x,a=y"), "--columns names 'a' twice"),
        (("--to", "some"), "--to is 'some'; should be one of only0, all, if0all, none"),
        (("--figures", "forest"), "--figures needs a folder; should come with --out DIR"),
        (("--figures", "pie", "--out", "o"), "'pie' names pie; should be some of forest,"),
        (("--seed", "-1"), "--permutations and --seed should be 0 or more"),
    ],
)
def test_a_command_that_cannot_be_read_is_exit_2(words: tuple[str, ...], said: str) -> None:
    answer = Answer("given.csv", *words)
    assert answer.code == 2
    assert said in " ".join(answer.err.split())


def test_one_study_and_two_have_answers_that_say_how_little_they_are() -> None:
    Path("one.csv").write_text("study,ai,n1i,ci,n2i\nA,1,10,2,10\n", encoding="utf-8")
    one, answer = data("one.csv", "--measure", "OR", "--small-study"), Answer("one.csv", "--measure", "OR")
    assert (one["mean"]["studies"], one["mean"]["tau2"], one["mean"]["prediction_interval"]) == (1, None, [None, None])
    assert one["mean"]["interval"] == one["studies"][0]["interval"]
    assert "1 study is fewer than 10" in one["small_studies"]["caution"]
    assert "One study: the numbers are its own." in answer.out
    assert "new study  " not in answer.out
    Path("two.csv").write_text("study,yi,vi\nA,1,1\nB,1.1,1\n", encoding="utf-8")
    two = Answer("two.csv").out
    assert "Two studies say next to nothing on how studies differ" in two
    assert "that is no proof that studies" in two
    assert "The interval is narrower than the normal one" in two
    assert "The interval is narrower than the normal one" not in Answer("two.csv", "--test", "adhoc").out


def test_a_row_without_events_is_told_and_no_ratio_is_made_of_it_when_told_so() -> None:
    answer = Answer("zero.csv", "--measure", "OR").out
    assert "A*" in answer
    assert "In 1 row no arm, or every arm in full, has the event" in answer
    found = data("zero.csv", "--measure", "OR", "--drop00")
    assert [study["label"] for study in found["studies"]] == ["B", "C"]
    assert found["source"]["left_out"] == ["line 2 (A): no arm, or every arm in full, has the event"]


def test_a_proportion_is_said_in_percent_and_has_no_test_of_nothing() -> None:
    Path("t.csv").write_text("author,xi,ni\nA,3,10\nB,5,20\nC,9,30\n", encoding="utf-8")
    answer = Answer("t.csv", "--measure", "PFT").out
    assert re.search(r"Proportion +2\d\.\d%", answer)
    assert "3/10" in answer
    assert "Against" not in answer
    assert "harmonic mean of their sizes" in answer
    small = data("t.csv", "--measure", "PLO", "--small-study")["small_studies"]
    assert small["favoured"] is None
    assert [one["name"] for one in small["adjusted"]] == ["limit meta-analysis"]
    assert "Standard errors of proportions and rates go with their size" in small["caution"]


def test_the_primary_takes_what_was_asked_and_the_file_or_the_caller_may_say_otherwise() -> None:
    def primary(*words: str) -> dict[str, str]:
        found = data("bcg.csv", "--measure", "OR", "--multiverse", "choices.yaml", *words)["multiverse"]
        return {
            choice["factor"]: choice["options"][choice["primary"]] for choice in found["choices"] if len(choice["options"]) > 1
        }

    assert primary("--method", "DL", "--test", "z") == {
        "method": "DL",
        "test": "z",
        "distance from the equator": "all",
        "size": "all",
    }
    Path("choices.yaml").write_text(f"{CHOICES}\nprimary: {{size: without the largest}}\n", encoding="utf-8")
    assert primary("--primary", "method=PM") | {"test": ""} == {
        "method": "PM",
        "test": "",
        "distance from the equator": "all",
        "size": "without the largest",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("how: {measure: [OR, XX]}\n", "bcg.csv: how.measure lists 'XX'"),
        ("how:\n\tmeasure: [OR]\n", "choices.yaml:2: has a tab before its first word"),
        ("- a\n", "choices.yaml: holds no choices; should have how and which"),
        ("how: {measure: [OR], measure: [RR]}\n", "choices.yaml:1: how.measure: is repeated; should stand once"),
    ],
)
def test_choices_that_cannot_be_read_are_one_line(content: str, said: str) -> None:
    Path("choices.yaml").write_text(content, encoding="utf-8")
    answer = Answer("bcg.csv", "--measure", "OR", "--multiverse", "choices.yaml")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(said)


def test_the_page_stands_alone_and_the_figures_are_files_of_their_own() -> None:
    figures = ("forest", "funnel", "radial", "baujat", "gosh", "cumulative", "leave-one-out", "curve")
    answer = Answer(
        *("placed.csv", "--measure", "OR", *LOOKS, "--multiverse", "choices.yaml", "--bias", "place"),
        *("--out", "made", "--figures", ",".join(figures)),
    )
    assert (answer.code, answer.err) == (0, "")
    names = {path.name for path in Path("made").iterdir()}
    assert names == {".equipoise-build", "analysis.html", "analysis.json", *(f"{name}.svg" for name in figures)}
    for name in figures:
        assert ET.parse(Path("made", f"{name}.svg")).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own
    page = Path("made", "analysis.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)=|url\("(?!data:font|#)|url\([^"#]|@import|<script', page)
    assert page.count("<svg") == len(figures)
    assert "Ferguson &amp; Simes 1949" in page
    again = Answer("placed.csv", "--measure", "OR", "--out", "made")
    assert again.code == 0
    assert {path.name for path in Path("made").iterdir()} == {
        ".equipoise-build",
        "analysis.html",
        "analysis.json",
        "forest.svg",
        "funnel.svg",
    }


def test_the_line_of_a_threshold_is_not_called_no_effect() -> None:
    words = ("bcg.csv", "--measure", "OR", "--multiverse", "choices.yaml", "--out", "made", "--figures", "curve")
    for threshold, named in (((), "below no effect (1)"), (("--threshold", "0.8"), "below 0.8")):
        assert Answer(*words, *threshold).code == 0
        drawn = Path("made", "curve.svg").read_text(encoding="utf-8")
        assert named in drawn
        assert ("no effect" in drawn) == (not threshold)


def test_what_cannot_be_made_names_the_line_of_the_file() -> None:
    Path("none.yaml").write_text(
        "how: {measure: [RR], continuity: {none: {to: none, add: 0}, half: {to: only0, add: 0.5}}}\n", encoding="utf-8"
    )
    found = data("zero.csv", "--measure", "RR", "--multiverse", "none.yaml")["multiverse"]
    ((why, _),) = found["infeasible"]
    assert why.startswith("line 2 has a zero cell")
    assert [one["why"] for one in found["specifications"]] == [None, why]
    assert why in found["said"]


def test_a_figure_without_its_numbers_or_a_folder_of_others_is_refused() -> None:
    answer = Answer("bcg.csv", "--measure", "OR", "--out", "made", "--figures", "forest,curve")
    assert (answer.code, Path("made").exists()) == (1, False)
    assert answer.err.startswith("the figure 'curve' needs its numbers; should be asked for with --multiverse")
    Path("made").mkdir()
    Path("made", "mine.txt").write_text("mine", encoding="utf-8")
    answer = Answer("bcg.csv", "--measure", "OR", "--out", "made")
    assert answer.code == 1
    assert "Nothing was changed." in answer.err
    assert [path.name for path in Path("made").iterdir()] == ["mine.txt"]


def test_a_hostile_table_does_no_harm() -> None:
    name = '<script>alert("1")</script>'
    Path("t.csv").write_text(f'study,yi,vi\n"{name.replace(chr(34), chr(34) * 2)}",1,1\nB,2,1\n', encoding="utf-8")
    assert Answer("t.csv", "--out", "made", "--by", "study").code == 0
    assert "<script" not in Path("made", "analysis.html").read_text(encoding="utf-8")
    assert "<script" not in Path("made", "forest.svg").read_text(encoding="utf-8")


def test_the_answer_says_what_it_is_and_never_what_to_do() -> None:
    text = Answer("placed.csv", "--measure", "OR", *LOOKS, "--multiverse", "choices.yaml").out
    assert FORBIDDEN.search(text) is None
    assert not re.search(r"\b(?:recommend|treat(?:ed)? with|clinic|significantly)\b", text)
    assert max(map(len, text.splitlines())) < 130


def test_many_studies_are_told_by_the_heaviest() -> None:
    rows = "".join(f"S{at},{at / 40},{1 + at}\n" for at in range(40))
    Path("t.csv").write_text(f"study,yi,vi\n{rows}", encoding="utf-8")
    text = Answer("t.csv").out
    assert "the 10 heaviest of 40 studies; --json and --out have all" in text
    assert "S0 " in text
    assert "S39" not in text
    assert len(data("t.csv")["studies"]) == 40


def test_what_pool_needs_is_not_what_other_commands_wait_for() -> None:
    import subprocess
    import sys

    code = "import sys, equipoise.apps.cli; print([name for name in ('numpy', 'scipy', 'jinja2') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout  # noqa: S603
    assert found == "[]\n"
    code = (
        "import sys; from equipoise.apps import cli\n"
        "try: cli.app(['pool', 'bcg.csv', '--measure', 'OR'])\n"
        "except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.startswith('scipy.') and name.count('.') == 1 and name[6] != '_'), "
        "'jinja2' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout  # noqa: S603
    assert found.splitlines()[-1] == "['scipy.special', 'scipy.version'] False"

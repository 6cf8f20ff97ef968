"""The synthesis engine agrees with R metafor 3.8-1, number by number; validation/metafor/ says how, and what is left out."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "validation" / "metafor"


def script() -> ModuleType:
    """Return validation/metafor/compare.py as a module."""
    spec = importlib.util.spec_from_file_location("metafor_comparison", FOLDER / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


COMPARE = script()
FILES = sorted((FOLDER / "reference").glob("*.json"))


@pytest.mark.parametrize(
    ("file", "block"),
    [pytest.param(file, block, id=f"{file.stem}-{block}") for file in FILES for block in COMPARE.blocks(file)],
)
def test_numbers_agree(file, block):
    found = list(COMPARE.numbers(file, only=block))
    wrong = [number for number in found if not number.agrees and (file.stem, number.kind) not in COMPARE.KNOWN]
    assert found
    assert not wrong, "\n".join(f"{number.kind} of {number.where}: {number.error:.1e} > {number.bound:g}" for number in wrong)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        pytest.param(
            file, kind, id=f"{file}-{kind}", marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)
        )
        for (file, kind), reason in COMPARE.KNOWN.items()
    ],
)
def test_known_disagreement(file, kind):
    of_kind = [number for number in COMPARE.numbers(FOLDER / "reference" / f"{file}.json") if number.kind == kind]
    assert all(number.agrees for number in of_kind)


def test_a_wrong_number_would_be_seen(tmp_path):
    """The comparison fails where one digit of one reference is changed."""
    text = (FOLDER / "reference" / "lidocaine.json").read_text(encoding="utf-8")
    before = [number for number in _all(tmp_path, text) if not number.agrees]
    mark = '"DL":{'
    at = text.index('"se":', text.index(mark))
    digit = at + text[at:].index(".") + 5
    changed = text[:digit] + str((int(text[digit]) + 1) % 10) + text[digit + 1 :]
    after = [number for number in _all(tmp_path, changed) if not number.agrees]
    assert {number.kind for number in after} - {number.kind for number in before} >= {"DL: standard error"}


def _all(folder, text):
    file = folder / "lidocaine.json"
    file.write_text(text, encoding="utf-8")
    return list(COMPARE.numbers(file, only="fits"))

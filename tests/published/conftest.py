"""What several published cases start from: the population of leaf, as its record has it."""

from pathlib import Path

import pytest

from equipoise.engines.pharmacokinetics import Population, Typical
from equipoise.records.parameter import ParameterSet
from equipoise.records.reader import read_record

RECORD = Path(__file__).parents[2] / "evidence" / "parameters" / "mitragynine-leaf.yaml"


@pytest.fixture(scope="session")
def leaf_population() -> Population:
    """Return typical values and spreads, level by level."""
    record, faults = read_record(ParameterSet, RECORD.read_text(encoding="utf-8"), RECORD.name)
    assert record is not None, faults
    spreads = ("between_people", "between_studies", "studies_mean", "uncertainty")
    return Population(
        **{
            item.id: Typical(value=float(item.value), **{name: float(getattr(item, name) or 0) for name in spreads})
            for item in record.parameters
        }
    )

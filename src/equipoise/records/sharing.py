"""Which studies may stand in one pool: those of one outcome and one frame that share no people and no data."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from equipoise.records.evidence import Evidence
from equipoise.records.study import Study


def shared_data(one: Study, other: Study) -> str | None:
    """Why two studies count the same people or data, or None where nothing says so."""
    if one.id == other.id:
        return f"both results are of {one.id}"
    if one.dataset is not None and one.dataset == other.dataset:
        return f"both use the data {one.dataset}"
    for study, another in ((one, other), (other, one)):
        for overlap in study.overlaps:
            if overlap.study == another.id and overlap.how != "distinct":
                return f"{study.id} declares an overlap ({overlap.how}): {overlap.because}"
    return None


def why_not_pooled(evidence: Evidence, names: Sequence[str]) -> Iterator[str]:
    """Each reason why the results ``study/outcome`` must not be pooled."""
    found = [pair for name in names if (pair := evidence.outcome(name)) is not None]
    for study, outcome in found:
        if outcome.stated is not None:
            yield f"pools {study.id}/{outcome.id}, which is stated in words; should hold results with numbers"
    words = sorted({outcome.outcome for _, outcome in found})
    if len(words) > 1:
        yield f"mixes the outcomes {', '.join(words)}; should hold one outcome"
    frames = sorted({study.frame for study, _ in found})
    if len(frames) > 1:
        yield f"mixes samples of different frames ({', '.join(frames)}); should hold one frame"
    for (one, _), (other, _) in combinations(found, 2):
        reason = shared_data(one, other)
        if reason is not None:
            yield f"pools {one.id} and {other.id} that share people or data ({reason}); should hold at most one of them"

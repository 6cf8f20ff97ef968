"""Which studies may stand in one pool: those of one outcome and one frame that share no people and no data."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from equipoise.records.evidence import Evidence
from equipoise.records.multiverse import Option, Which
from equipoise.records.study import Outcome, Study


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


def groups(studies: Sequence[Study]) -> tuple[int, ...]:
    """The number of each study's group: those that share people or data, if only by way of a third, are one group."""
    group = list(range(len(studies)))
    for one, other in combinations(range(len(studies)), 2):
        if group[one] != group[other] and shared_data(studies[one], studies[other]) is not None:
            old, new = group[other], group[one]
            group = [new if number == old else number for number in group]
    return tuple(group)


def why_not_pooled(evidence: Evidence, names: Sequence[str], which: Sequence[Which] = ()) -> Iterator[str]:
    """Each reason why the results ``study/outcome`` must not be pooled.

    Results that share people or data may be candidates of a multiverse if a choice of ``which`` parts them: every option of it
    leaves out one of the two, or keeps one of each group.
    """
    found = [(name, *pair) for name in names if (pair := evidence.outcome(name)) is not None]
    yield from _mixed([(study, outcome) for _, study, outcome in found])
    for (name, one, _), (another, other, _) in combinations(found, 2):
        reason = shared_data(one, other)
        apart = name != another and any(all(_parts(option, name, another) for option in choice.options) for choice in which)
        if reason is not None and not apart:
            yield f"pools {one.id} and {other.id} that share people or data ({reason}); should hold at most one of them"


def _mixed(found: Sequence[tuple[Study, Outcome]]) -> Iterator[str]:
    for study, outcome in found:
        if outcome.stated is not None:
            yield f"pools {study.id}/{outcome.id}, which is stated in words; should hold results with numbers"
    words = sorted({outcome.outcome for _, outcome in found})
    if len(words) > 1:
        yield f"mixes the outcomes {', '.join(words)}; should hold one outcome"
    frames = sorted({study.frame for study, _ in found})
    if len(frames) > 1:
        yield f"mixes samples of different frames ({', '.join(frames)}); should hold one frame"


def _parts(option: Option, one: str, other: str) -> bool:
    """Whether an option never keeps both of two results that share people or data."""
    pair = {one, other}
    if option.records:
        return not pair <= set(option.records)
    if option.one_of == "study":
        return one.partition("/")[0] == other.partition("/")[0]
    return option.one_of == "overlap" or bool(pair & set(option.without))

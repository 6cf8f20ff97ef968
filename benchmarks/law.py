"""Judgements a second over the whole law, beside the latest row of a table, and the start of ``equipoise law``.

The peer is what a tracker does: for each place one list of dated statuses, of which the latest that has begun is the answer. It
knows no stack of places, no product, action or age, no doubt. Both answer the same questions in the same run.
"""

import random
import resource
import statistics
import subprocess
import sys
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from equipoise.engines.law import ACTIONS, KINDS, Book, Norm, Product, Query
from equipoise.findings.norms import absences, norms, place
from equipoise.records.gazetteer import Gazetteer
from equipoise.records.rules import laws

EVIDENCE = Path(__file__).parent.parent / "evidence"
QUESTIONS = 100_000
AS_OF = date(2026, 11, 22)


def questions(count: int, gazetteer: Gazetteer, places: Sequence[str]) -> list[Query]:
    """Questions spread over places, products, actions, ages and the days from 2010 on."""
    rng = random.Random(4)  # noqa: S311 - spread, not secrets
    known = [place(gazetteer, spot) for code in places if (spot := gazetteer.find(code))]
    products = [Product(kind=kind) for kind in KINDS]
    first, span = date(2010, 1, 1), (AS_OF - date(2010, 1, 1)).days
    return [
        Query(
            place=rng.choice(known),
            product=rng.choice(products),
            action=rng.choice(ACTIONS),
            on=first + timedelta(days=rng.randrange(span)),
            known_on=AS_OF,
            age=rng.choice((None, 17, 19, 25)),
        )
        for _ in range(count)
    ]


def latest_row(held: Sequence[Norm]) -> Callable[[Query], str]:
    """The peer: the status of the latest row of a place that has begun."""
    rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for norm in held:
        if norm.force == "law":
            rows[norm.place].append((norm.began.first // (24 * 60), norm.effect))
    starts = {code: [day for day, _ in sorted(listed)] for code, listed in rows.items()}
    statuses = {code: [status for _, status in sorted(listed)] for code, listed in rows.items()}

    def answer(query: Query) -> str:
        code = query.place.id
        if code not in starts:
            return "unknown"
        index = bisect_right(starts[code], query.on.toordinal())
        return statuses[code][index - 1] if index else "unknown"

    return answer


def rate(answer: Callable[[Query], object], asked: Sequence[Query]) -> float:
    """Answers a second, in CPU time of this one thread."""
    start = time.process_time()
    for query in asked:
        answer(query)
    return len(asked) / (time.process_time() - start)


def cold(*arguments: str) -> float:
    """The median time of five processes that answer one question."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "equipoise.apps.cli", "law", *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print each number."""
    start = time.perf_counter()
    evidence = laws(EVIDENCE, None, AS_OF)
    print(f"read and check {len(evidence.law)} laws: {time.perf_counter() - start:.2f} s")
    held = norms(evidence.law)
    places = sorted({norm.place for norm in held})
    asked = questions(QUESTIONS, evidence.gazetteer, places)
    book = Book(held, absences(evidence))
    first = rate(book.judge, asked)
    again = rate(book.judge, asked)
    peer = rate(latest_row(held), asked)
    print(f"{len(held)} norms of {len(places)} places, {QUESTIONS:,} questions")
    print(f"judgements a second, a fresh book: {first:,.0f}; the same book again: {again:,.0f}")
    print(f"latest row wins: {peer:,.0f}; ratio {peer / again:.1f} (fresh {peer / first:.1f})")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print(f"equipoise law US-TN, cold: {cold('US-TN', '--age', '25'):.2f} s")
    print(f"equipoise law 'US-CA/San Diego', cold: {cold('US-CA/San Diego', '--age', '25'):.2f} s")


if __name__ == "__main__":
    main()

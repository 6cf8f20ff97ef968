"""What a person reads is plain."""

import textstat

from equipoise.documents.monograph import ChapterPage, Monograph
from equipoise.documents.prose import Bullets, Heading, Shown, plain

GRADE = 8.0


def _as_read(page: ChapterPage, document: Monograph) -> str:
    """The sentences of a chapter: its prose, and the statement of each finding where it stands."""
    lines = []
    for block in page.blocks:
        if isinstance(block, Shown):
            lines.append(document.findings[block.finding].statement)
        elif isinstance(block, Bullets):
            lines += [f"{plain(item).rstrip('.')}." for item in block.items]
        elif not isinstance(block, Heading):
            lines.append(plain(block.spans))
    return "\n".join(lines)


def test_each_chapter_for_a_person_reads_at_grade_eight_or_below(shipped: Monograph) -> None:
    grades = {
        page.id: textstat.flesch_kincaid_grade(_as_read(page, shipped)) for page in shipped.chapters if page.reader == "person"
    }
    assert grades
    assert {name: grade for name, grade in grades.items() if grade > GRADE} == {}

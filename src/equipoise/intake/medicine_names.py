"""Names of medicines as people type them: found in a register, found in FDA's list, offered as a question, or not recognised.

Nothing that is only similar is ever taken for a medicine: it becomes a question with at most three answers. Nothing is dropped:
what was typed comes back with what became of it.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

Kind = Literal["medicine", "topic", "which", "unregistered", "did-you-mean", "not-recognised"]
"""``medicine``: in the register. ``topic``: what the monograph is about (kratom itself), no medicine. ``which``: a family of
brands; one has to ask which one. ``unregistered``: in FDA's list of names alone, so nothing is known of it here.
``did-you-mean``: a question, never an answer. ``not-recognised``: nothing found."""

MOST_SUGGESTIONS = 3
_HOLDS = 3
"""How far a name counts that is only a word of what was typed: behind all misspellings."""
LONGEST = 120
"""Letters of a name; what is longer is no name."""

_UNII_FILE = Path(__file__).with_name("unii-names.txt.gz")

_GENERIC = frozenset(
    """
    a an any blood birth control contraceptive contraception drug drugs for heart herbal high medication medications medicine
    medicines meds mini my none nothing of on pain painkiller painkillers pill pills pressure remedy sleep sleeper sleepers
    sleeping some supplement supplements tea the vitamin vitamins multivitamin multivitamins antibiotic antibiotics
    antidepressant antidepressants anxiety depression unknown other na
    """.split()  # noqa: SIM905 - words read best as words
)
"""Words that name no medicine; what is made of them alone is not recognised, and nothing is offered for it."""

_UNIT = r"(?:mg|mgs|milligrams?|mcg|micrograms?|ug|µg|μg|g|gm|grams?|ml|iu|units?|meq|%)"
_STRENGTH = re.compile(
    rf"""(?<![\w.])\d[\d.,]*\s*(?:[/-]\s*\d[\d.,]*\s*)+{_UNIT}?(?![\w%])     # 10/325, 8/2 mg
    | (?<![\w.])\d[\d.,]*\s*-?\s*{_UNIT}                                    # 50 mg
      (?:\s*/\s*(?:\d[\d.,]*\s*)?(?:{_UNIT}|h|hr|hour|day|dose))?(?![\w%])  # 5 mg/5 ml, 25 mcg/hr""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"(?<=[^\W\d])\s+(?:\d+\.\d+|[1-9]\d+)(?![\w.%-])")
"""A number without a unit: with a point, or of two digits and more; the 3 of "Tylenol 3" is part of the name."""
_FORMS = frozenset(
    """
    tablet tablets tab tabs capsule capsules cap caps caplet caplets softgel softgels lozenge lozenges oral solution syrup drops
    spray patch patches injection suspension chewable sublingual film coated filmtab dispersible disintegrating powder
    extended sustained controlled delayed immediate modified prolonged slow release
    daily nightly once twice day night morning evening prn bid tid qd qhs po generic
    """.split()  # noqa: SIM905 - words read best as words
)
_RELEASE = frozenset({"xr", "sr", "er", "xl", "cr", "la", "ir", "dr", "ec", "odt", "cd", "mr", "pr", "xt", "retard"})
_SALTS = frozenset(
    """
    hydrochloride dihydrochloride hcl hydrobromide hbr sulfate sulphate maleate fumarate hemifumarate tartrate
    bitartrate citrate mesylate mesilate dimesylate besylate besilate oxalate succinate phosphate acetate sodium
    potassium calcium magnesium hemihydrate monohydrate dihydrate hydrate anhydrous chloride bromide malate lactate
    decanoate palmitate pamoate saccharate aspartate carbonate tosylate orotate
    """.split()  # noqa: SIM905 - words read best as words
)
_TWO = re.compile(r"\s*[/+,;&]\s*|\s+(?:and|with|plus)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to a question: how it is called, its ingredients in the register, and those that are not in it."""

    label: str
    medicines: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What is known, by folded names: :func:`register` makes it.

    ``names``: names and brands, with the ids of ingredients. ``families``: brands under which different medicines are sold.
    ``topic``: names of what the monograph is about. ``unii``: FDA's codes, with the id.
    """

    names: Mapping[str, Option]
    families: Mapping[str, tuple[Option, ...]]
    topic: frozenset[str]
    unii: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What became of a typed name.

    ``medicines``: ids in the register. ``others``: FDA's names of ingredients that are not in it. ``options``: the answers,
    where one has to ask. ``topic``: the topic was named, alone or beside a medicine. ``read_as``: the folded name that was
    found.
    """

    typed: str
    kind: Kind
    medicines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    topic: bool = False
    read_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """A line of FDA's list: its code, and the name that FDA gives it."""

    unii: str
    name: str


@dataclass(frozen=True, slots=True)
class UniiNames:
    """FDA's names of substances: lines of code, name, and all folded names between bars; made by ``scripts/unii``."""

    text: str = field(repr=False)

    def find(self, name: str) -> tuple[Substance, ...]:
        """The substances that are called so; several for a brand with several ingredients."""
        found: dict[str, Substance] = {}
        key, at = f"|{name}|", -1
        while name and "|" not in name and (at := self.text.find(key, at + 1)) >= 0:
            unii, written, _ = self.text[self.text.rfind("\n", 0, at) + 1 : at + 1].split("\t", 2)
            found[unii] = Substance(unii=unii, name=written)
        return tuple(found.values())


@lru_cache(maxsize=1)
def unii_names() -> UniiNames:
    """The list in this package, read when it is first asked for."""
    return UniiNames(gzip.decompress(_UNII_FILE.read_bytes()).decode("ascii"))


def folded(text: str) -> str:
    """A name in small letters, without accents, hyphens and other signs, words parted by one space."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O"))
        text = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’`´]", "", text.casefold())).split())


def forms(typed: str) -> tuple[str, ...]:
    """The folded name, and then without strength, form, letters of release, and salts; each once, the most faithful first."""
    bare = folded(_weak(typed))
    without_form = _without(bare, _FORMS)
    without_release = _without(without_form, _FORMS | _RELEASE)
    found = [folded(typed), bare, without_form, without_release]
    words = without_release.split()
    while len(words) > 1 and words[-1] in _SALTS:
        words = words[:-1]
        found.append(" ".join(words))
    if len(words) > 1 and words[0] in _SALTS:
        found.append(" ".join(words[1:]))
    return tuple(dict.fromkeys(form for form in found if form))


def register(
    names: Mapping[str, Sequence[str]],
    *,
    families: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    topic: Iterable[str] = (),
    unii: Mapping[str, str] | None = None,
) -> Register:
    """A register of names as they are written, in any case.

    Parameters
    ----------
    names
        A name or a brand, to the ids of its ingredients: more than one for a combination.
    families
        A brand under which different medicines are sold, to each of them by a label, to the ids of its ingredients.
    topic
        Names of what the monograph is about: kratom, ketum, 7-OH.
    unii
        FDA's codes of ingredients, to their ids.

    Raises
    ------
    ValueError
        A name without letters or ingredients, or one that stands for two things.
    """
    held: dict[str, Option] = {}
    for name, ids in names.items():
        option = Option(label=name, medicines=tuple(ids))
        if not folded(name) or not option.medicines:
            raise ValueError(f"the name {name!r} has no letters or no ingredients; should have both")
        before = held.setdefault(folded(name), option)
        if set(before.medicines) != set(option.medicines):
            raise ValueError(f"the name {name!r} stands for {before.medicines} and {option.medicines}; should stand for one")
    asked = {
        folded(name): tuple(Option(label=label, medicines=tuple(ids)) for label, ids in answers.items())
        for name, answers in (families or {}).items()
    }
    about = frozenset(folded(name) for name in topic)
    for twice in (held.keys() & asked.keys()) | (held.keys() & about) | (asked.keys() & about):
        raise ValueError(f"the name {twice!r} stands for two things; should be a name, a family or the topic")
    return Register(names=held, families=asked, topic=about, unii=dict(unii or {}))


def recognise(typed: str, known: Register, unii: UniiNames | None = None) -> Recognition:
    """What a typed name is: exactly in the register, exactly in FDA's list, similar to names of the register, or nothing.

    What FDA's list leads to in the register is asked too, since a brand there may be of a family. Two names joined by a sign or
    "and" are two medicines if both are recognised.

    Parameters
    ----------
    typed
        One name, with or without strength, form and salt.
    known
        The register.
    unii
        FDA's list (:func:`unii_names`), or None to do without.
    """
    if len(typed) > LONGEST:
        return Recognition(typed=typed, kind="not-recognised")
    return (
        _exact(typed, known)
        or _joined(typed, known, unii)
        or _named_by_fda(typed, known, unii)
        or _holding_topic(typed, known)
        or _similar(typed, known)
    )


def distance(one: str, other: str, most: int) -> int:
    """The Damerau-Levenshtein distance (of strings whose neighbours swap once), or ``most`` + 1 where it is more than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, sign in enumerate(other, 1):
            cost = min(above[column] + 1, here[column - 1] + 1, above[column - 1] + (letter != sign))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == sign:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        if min(here) > most and min(above) > most:
            return most + 1
        before, above = above, here
    return min(above[-1], most + 1)


def _exact(typed: str, known: Register) -> Recognition | None:
    for form in forms(typed):
        if form in known.topic:
            return Recognition(typed=typed, kind="topic", topic=True, read_as=form)
        if form in known.families:
            return Recognition(typed=typed, kind="which", options=known.families[form], read_as=form)
        if form in known.names:
            return Recognition(typed=typed, kind="medicine", medicines=known.names[form].medicines, read_as=form)
    return None


def _joined(typed: str, known: Register, unii: UniiNames | None) -> Recognition | None:
    """Several names in one: taken if each is recognised by itself, asked for if only some are."""
    parts = [part for part in _TWO.split(_weak(typed)) if part.strip()]
    if len(parts) < 2:
        return None
    found = [_exact(part, known) or _named_by_fda(part, known, unii) or _holding_topic(part, known) for part in parts]
    told = [one for one in found if one and one.read_as and one.kind != "which"]
    taken = [(one.medicines, one.others) for one in told] + [
        (option.medicines, option.others) for one in told for option in one.options
    ]
    medicines = tuple(dict.fromkeys(ident for ids, _ in taken for ident in ids))
    others = tuple(dict.fromkeys(name for _, names in taken for name in names))
    label, topic = " + ".join(one.read_as for one in told), any(one.topic for one in told)
    if len(told) < len(parts) or any(one.options for one in told):
        if not medicines:
            return None
        option = Option(label=label, medicines=medicines, others=others)
        return Recognition(typed=typed, kind="did-you-mean", options=(option,), topic=topic)
    kind: Kind = "topic"
    if medicines or others:
        kind = "medicine" if medicines else "unregistered"
    return Recognition(typed=typed, kind=kind, medicines=medicines, others=others, topic=topic, read_as=label)


def _named_by_fda(typed: str, known: Register, unii: UniiNames | None) -> Recognition | None:
    if unii is None:
        return None
    for form in forms(typed):
        if _generic(form) or not (found := unii.find(form)):
            continue
        idents = [known.unii.get(substance.unii) or _ingredient(substance.name, known) for substance in found]
        medicines = tuple(dict.fromkeys(ident for ident in idents if ident))
        others = tuple(dict.fromkeys(one.name for one, ident in zip(found, idents, strict=True) if not ident))
        if not medicines:
            return Recognition(typed=typed, kind="unregistered", others=others, read_as=form)
        option = Option(label=form, medicines=medicines, others=others)
        return Recognition(typed=typed, kind="did-you-mean", options=(option,), read_as=form)
    return None


def _ingredient(written: str, known: Register) -> str | None:
    """The one ingredient that FDA's name of a substance is, without its salt."""
    held = [known.names[form].medicines for form in forms(written) if form in known.names]
    return held[0][0] if held and len(held[0]) == 1 else None


def _holding_topic(typed: str, known: Register) -> Recognition | None:
    """The topic among other words ("red kratom tea"), unless one of them names a medicine."""
    whole = f" {folded(typed)} "
    named = [name for name in known.topic if f" {name} " in whole]
    if not named:
        return None
    longest = max(named, key=len)
    beside = [known.names[word] for word in whole.replace(f" {longest} ", " ").split() if word in known.names]
    if beside:
        return Recognition(typed=typed, kind="did-you-mean", options=tuple(beside[:MOST_SUGGESTIONS]), topic=True)
    return Recognition(typed=typed, kind="topic", topic=True, read_as=longest)


def _similar(typed: str, known: Register) -> Recognition:
    """Names written alike, and names that are a word of what was typed; at most three, the nearest first."""
    ranked: list[tuple[int, bool, str, Option]] = []
    for form in forms(typed):
        if _generic(form):
            continue
        ranked += _near(form, known)
        words = [word for word in form.split() if word != form and len(word) > 4 and word in known.names]
        ranked += [(_HOLDS, False, word, known.names[word]) for word in words]
    options: dict[tuple[str, ...], Option] = {}
    for _, _, _, option in sorted(ranked, key=lambda one: one[:3]):
        options.setdefault(option.medicines or (option.label,), option)
    chosen = tuple(options.values())[:MOST_SUGGESTIONS]
    return Recognition(typed=typed, kind="did-you-mean" if chosen else "not-recognised", options=chosen)


def _near(form: str, known: Register) -> Iterator[tuple[int, bool, str, Option]]:
    letters, own = frozenset(form), _most(form)
    for name, option in _all(known):
        most = min(own, _most(name))
        if not most or len(letters.symmetric_difference(name)) > 2 * most:
            continue  # each edit makes two letters differ at most, one that is gone and one that is new
        if (apart := distance(form, name, most)) <= most:
            yield apart, name[0] != form[0], name, option


def _all(known: Register) -> Iterator[tuple[str, Option]]:
    yield from known.names.items()
    for name, options in known.families.items():
        together = dict.fromkeys(ident for option in options for ident in option.medicines)
        yield name, Option(label=name, medicines=tuple(together))
    for name in sorted(known.topic):
        yield name, Option(label=name, medicines=())


def _most(name: str) -> int:
    """How far a misspelling may be: a name of three letters has none, one of up to six one letter, longer ones two."""
    letters = len(name)
    if letters <= 3:
        return 0
    return 1 if letters <= 6 else 2


def _generic(form: str) -> bool:
    return not form or all(word in _GENERIC or word in _FORMS or word.isdigit() for word in form.split())


def _weak(typed: str) -> str:
    """Without strengths."""
    return _NUMBER.sub(" ", _STRENGTH.sub(" ", typed.casefold()))


def _without(name: str, gone: frozenset[str]) -> str:
    """Without such words at the end, as long as one word is left."""
    words = name.split()
    while len(words) > 1 and words[-1] in gone:
        words = words[:-1]
    return " ".join(words)


def lines(rows: Iterable[tuple[str, str, Iterable[str]]]) -> str:
    """The text of :class:`UniiNames`: codes, names and other names, the latter folded and each once."""
    listed = []
    for unii, written, names in rows:
        keys = sorted({key for name in (written, *names) if (key := folded(name))})
        listed.append(f"{unii}\t{written}\t|{'|'.join(keys)}|")
    return "\n".join(sorted(listed)) + "\n"

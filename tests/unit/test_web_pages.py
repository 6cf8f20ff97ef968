"""Every page stands alone, says what it found in what was typed, and lets nothing of it out again but on that page."""

import asyncio
import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from equipoise.apps.web.app import create_app
from equipoise.apps.web.guards import HEADERS
from equipoise.apps.web.house import House
from equipoise.apps.web.pages import LABELS
from equipoise.apps.web.settings import WebSettings
from equipoise.outputs.html import site
from equipoise.outputs.served import ASKS, deeper

CANARY = "kanarienvogel"
HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
CERTIFICATE = (Path(__file__).parents[1] / "data" / "certificates" / "leaf.csv").read_text(encoding="utf-8")
ASKED: dict[str, dict[str, str]] = {
    "interactions": {"names": "venlafaxine\ntrazadone\nblorbium"},
    "law": {"place": "US-TN", "age": "25", "on": "2026-07-01"},
    "product": {"text": CERTIFICATE, "place": "US-RI", "grams_per_day": "6"},
    "exposure": {"grams": "2,5", "times_per_day": "3", "product": "powder"},
    "assessment": {"medicines": "sertraline\ntrazadone", "age": "41", "place": "US-TN", "kratom.grams": "3"},
}
PAGES = (
    "/",
    "/index.html",
    "/risks.html",
    "/law-us-tn.html",
    "/about",
    "/evidence",
    "/api/docs",
    *(f"/{page}" for page in ASKED),
)
OTHERS = (
    *("/style.css", "/forms.css", "/htmx.min.js", "/fonts/equipoise-sans-regular.woff2", "/favicon.ico", "/evidence.csv"),
    *("/api/findings", "/api/openapi.json", "/healthz", "/metrics", "/cds-services", "/nowhere", "/api/nowhere"),
)

Client = Any
Ask = Callable[[ASGIApp], Client]


class Reader(HTMLParser):
    """The tags of a page with what stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, *names: str) -> list[dict[str, str]]:
        """What the tags of these names hold."""
        return [held for tag, held in self.tags if tag in names]


def as_it_came(app: ASGIApp, path: str) -> tuple[int, str]:
    """Status and text of the answer to a path that no client has made right."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": [], "query_string": b"",
             "client": ("203.0.113.9", 1), "scheme": "http", "server": ("testserver", 80), "root_path": ""}  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()


def fault_of(page: str, field: str) -> str:
    found = re.search(rf'id="fault-{re.escape(field)}">(.*?)</p>', page, re.DOTALL)
    assert found is not None, field
    return re.sub(r"<[^>]*>", "", found[1])


@pytest.mark.parametrize("path", [*PAGES, *OTHERS])
def test_every_answer_has_the_headers_and_no_cookie(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == (404 if "nowhere" in path else 204 if path == "/favicon.ico" else 200)
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert "set-cookie" not in answer.headers
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", ASKED)
def test_an_answer_is_kept_by_no_cache(client: Client, page: str) -> None:
    for answer in (client.get(f"/{page}"), client.post(f"/{page}", data=ASKED[page])):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_a_page_that_nobody_typed_into_is_not_sent_twice(client: Client) -> None:
    first = client.get("/risks.html")
    assert first.headers["cache-control"] == "public, max-age=300"
    again = client.get("/risks.html", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/risks.html", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text


def test_served_pages_are_those_of_the_site_with_one_more_list(client: Client, held: House) -> None:
    listed = re.compile(r'<h2 id="asks">Ask about</h2>\n<ul>\n(?:<li>.*</li>\n)+</ul>\n')
    leading = re.compile(r'<span>(<a class="to-contents".*?</a>)&emsp;<a class="to-contents" href="#asks">Ask about</a></span>')
    kept = site(held.document)
    for name in ("index.html", "risks.html", "help.html", "law-us-tn.html"):
        served = client.get(f"/{name}").text
        assert listed.search(served)
        one = leading.sub(r"\1", listed.sub("", served)).replace("This page stores nothing", "These pages store nothing")
        assert one == kept[name].decode()
    assert b"Ask about" not in b"".join(kept.values())


def test_each_finding_stands_at_its_address(client: Client, held: House) -> None:
    for name, finding in list(held.document.findings.items())[::40]:
        page = client.get(f"/findings/{name}").text
        assert f'id="{name}"' in page
        assert f"<h1>{finding.question.replace('&', '&amp;')}</h1>" in page.replace("&#39;", "'")
        assert all(
            link.startswith(("../", "#", "http", "tel:", "sms:")) for link in re.findall(r'(?:href|src)="([^"]+)"', page)
        )


def test_a_page_one_folder_down_leads_one_up() -> None:
    page = '<a href="a.html#b"><a href="#c"><a href="tel:1"><a href="https://d.org"><img src="e.png"><a href="/f">'
    up = '<a href="../a.html#b"><a href="#c"><a href="tel:1"><a href="https://d.org"><img src="../e.png"><a href="/f">'
    assert deeper(page) == up


@pytest.mark.parametrize(
    "path",
    ["/../pyproject.toml", "/fonts/../../pages.py", "/findings/../index.html", "//etc/passwd", "/style.css\0.html", "/fonts/",
     "/templates/page.html", "/fonts/../style.css", "/\\..\\x", "/law/", "/findings/a/b/c/d/e/f/g/h/i/j/k/l/m"],
)  # fmt: skip
def test_no_address_leads_out_of_the_site(client: Client, path: str) -> None:
    status, body = as_it_came(client.app, path)
    assert status == 404
    assert "There is no such page" in body


def test_an_address_that_takes_no_such_request_says_which_it_takes(client: Client) -> None:
    for method, path, allowed in (
        ("DELETE", "/law", {"GET", "HEAD", "POST"}),
        ("POST", "/about", {"GET", "HEAD"}),
        ("GET", "/api/law", {"POST"}),
        ("POST", "/api/findings", {"GET", "HEAD"}),
    ):
        answer = client.ask(method, path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == allowed
        assert answer.headers["content-type"].startswith("application/json" if "api" in path else "text/html")


@pytest.mark.parametrize("page", ASKED)
def test_help_stands_above_everything_and_every_page_lists_the_others(client: Client, page: str) -> None:
    for answer in (client.get(f"/{page}"), client.post(f"/{page}", data=ASKED[page]), client.get("/nowhere")):
        text = answer.text
        assert text.index('<aside class="urgent"') < text.index("<h1>")
        assert all(f'href="{path}"' in text for path, _ in ASKS)


@pytest.mark.parametrize(
    ("place", "numbers", "never", "note"),
    [
        ("MY", ("tel:15555", "tel:999"), "tel:988", ""),
        ("US-TN", ("tel:988", "tel:911"), "tel:112", ""),
        ("Narnia", ("tel:112", "tel:988"), "tel:15555", "The place you gave is not known here"),
    ],
)
def test_help_above_an_answer_is_that_of_the_place(
    client: Client, place: str, numbers: tuple[str, ...], never: str, note: str
) -> None:
    text = client.post("/assessment", data={"place": place}).text
    bar = text[text.index('<aside class="urgent"') : text.index("</aside>")]
    assert all(f'href="{number}"' in bar for number in numbers)
    assert f'href="{never}"' not in bar
    assert note in bar
    assert text.count(note) == 1 or not note
    assert 'href="help.html">Other countries' in bar


@pytest.mark.parametrize("page", ASKED)
def test_every_field_has_a_label_and_what_describes_it(client: Client, page: str) -> None:
    answers = [client.get(f"/{page}"), client.post(f"/{page}", data=dict.fromkeys(LABELS[page], HOSTILE * 200))]
    for answer in answers:
        read = Reader(answer.text)
        ids = [held["id"] for _, held in read.tags if "id" in held]
        assert len(ids) == len(set(ids))
        labelled = {held["for"] for held in read.all("label")}
        for field in read.all("input", "textarea", "select"):
            assert field["id"] in labelled
            assert "placeholder" not in field
            assert field.get("type") == "file" or field["autocomplete"] == "off"
            assert set(field.get("aria-describedby", "").split()) <= set(ids)
        assert all(held["method"] == "post" for held in read.all("form"))


@pytest.mark.parametrize(
    ("page", "fields", "wrong"),
    [
        ("interactions", {"names": " \n"}, {"names": "is empty; should be the name of at least one medicine."}),
        ("law", {"place": "Tennesee", "age": "old"}, {"place": "is no place that we know; should be a code such as TH",
                                                      "age": "is 'old'; should be a number up to 120."}),
        ("law", {"place": "TH", "on": "tomorrow", "action": "fly"}, {"on": "is 'tomorrow'; should be a day such as 2026-01-31.",
                                                                   "action": "is 'fly'; should be one of buy, possess"}),
        ("product", {"text": "lead 3"}, {"text": "should have a line with Analyte, Result and Unit above them."}),
        ("product", {"grams_per_day": "0"}, {"text": "is missing",
                                             "grams_per_day": "should be a number above 0 and at most 1,000."}),
        ("exposure", {"grams": "2", "times_per_day": "200"}, {"times_per_day": "is 200; should be from 1 to 24."}),
        ("assessment", {"age": "200", "kratom.grams": "2000"}, {"age": "is 200; should be from 0 to 120.",
                                                                "kratom.grams": "is 2000; should be above 0"}),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_on_top(
    client: Client, page: str, fields: dict[str, str], wrong: dict[str, str]
) -> None:
    answer = client.post(f"/{page}", data=fields)
    assert answer.status_code == 422
    for field, said in wrong.items():
        assert said in fault_of(answer.text, field).replace("&#39;", "'")
        assert f'<a href="#in-{field}">' in answer.text
    read = Reader(answer.text)
    invalid = {held["name"] for held in read.all("input", "textarea", "select") if held.get("aria-invalid")}
    assert invalid == set(wrong)
    assert [held["id"] for held in read.all("h2") if "autofocus" in held] == ["summary-name"]
    for field, typed in fields.items():
        assert typed.strip() in answer.text or field == "action", "what was typed is still there"


@pytest.mark.parametrize("page", ASKED)
def test_what_is_typed_is_text_and_nothing_else(client: Client, page: str) -> None:
    fields = dict.fromkeys(LABELS[page], HOSTILE)
    for answer in (
        client.post(f"/{page}", data=fields),
        client.post(f"/{page}", data=ASKED[page] | {"names": HOSTILE, "note": HOSTILE}),
    ):
        assert answer.status_code in (200, 422)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "49" not in re.findall(r">([^<]*)onerror", answer.text)
        assert not [held for _, held in Reader(answer.text).tags for name in held if name.startswith("on")]


@pytest.mark.parametrize("page", ASKED)
def test_nothing_of_what_is_typed_is_in_any_log(
    client: Client, page: str, logged: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    for fields in (dict.fromkeys(LABELS[page], CANARY), {name: f"{text} {CANARY}" for name, text in ASKED[page].items()}):
        client.post(f"/{page}?q={CANARY}", data=fields, headers={"User-Agent": CANARY, "Referer": f"http://a/{CANARY}"})
    client.post(f"/api/{page}", json=dict.fromkeys(LABELS[page], CANARY))
    client.get(f"/{CANARY}")
    client.get(f"/evidence?words={CANARY}")
    said = logged()
    assert f"/{page}" in said
    assert CANARY not in said
    assert CANARY not in "".join(capsys.readouterr())
    assert "203.0.113" not in said, "no address"
    assert CANARY not in client.get("/metrics").text


def test_a_log_line_has_the_template_of_the_route(client: Client, logged: Callable[[], str], held: House) -> None:
    client.get(f"/findings/{next(iter(held.document.findings))}")
    said = logged()
    assert "'route': '/findings/{id}'" in said
    client.post(f"/cds-services/{CANARY}", json={})
    assert "'route': '/cds-services/{" in logged()
    assert CANARY not in logged()
    assert all(name in said for name in ("'status': 200", "'ms': ", "'bytes': "))


def test_a_misspelt_medicine_is_asked_for_and_never_taken(client: Client) -> None:
    asked = client.post("/interactions", data={"names": "venlafaxine\ntrazadone"})
    assert "Did you mean “trazodone”?" in asked.text
    assert '<h3 id="medicine-2">' not in asked.text
    button = next(held for held in Reader(asked.text).all("button") if held.get("name") == "correct")
    assert button == {"type": "submit", "form": "ask", "name": "correct", "value": "1|trazodone"}
    mended = client.post("/interactions", data={"names": "venlafaxine\ntrazadone", "correct": button["value"]})
    assert ">\nvenlafaxine\ntrazodone</textarea>" in mended.text
    assert "Trazodone" in mended.text
    assert "Did you mean" not in mended.text


def test_what_a_rule_says_of_all_its_medicines_stands_once_and_each_medicine_leads_to_it(client: Client) -> None:
    names = ["buprenorphine", "tramadol", "metformin"]
    answer = client.post("/api/interactions", json={"names": names}).json()
    page = unescape(client.post("/interactions", data={"names": "\n".join(names)}).text)
    rules = [rule for medicine in answer["medicines"] for rule in medicine["rules"]]
    whole = {rule["id"]: rule for rule in rules if not rule["minor"]}
    assert len(whole) < sum(not rule["minor"] for rule in rules), "some rule is about both"
    assert [rule["id"] for rule in whole.values() if page.count(f'<p class="plainly">{rule["effect"]}</p>') != 1] == []
    assert all(rule["sentence"] in page for rule in rules)
    ids = {held["id"] for _, held in Reader(page).tags if "id" in held}
    leads = re.findall('href="#(medicine-[^"]+)"', page)
    assert leads[:3] == ["medicine-1", "medicine-2", "medicine-3"], "the gravest first"
    assert set(leads) <= ids


@pytest.mark.parametrize("value", ["9|x", "x|y", "|", "-1|x", "99999999999999999999|x", "1", "²|x"])
def test_a_button_that_nobody_offered_changes_nothing(client: Client, value: str) -> None:
    answer = client.post("/interactions", data={"names": "venlafaxine", "correct": value})
    assert answer.status_code == 200
    assert ">\nvenlafaxine</textarea>" in answer.text


def test_a_place_is_asked_for_by_its_name(client: Client) -> None:
    asked = client.post("/law", data={"place": "Tennesee"})
    assert '<button type="submit" form="ask" name="correct" value="US-TN">Tennessee' in asked.text
    mended = client.post("/law", data={"place": "Tennesee", "correct": "US-TN"})
    assert mended.status_code == 200
    assert 'value="US-TN"' in mended.text
    assert '<a href="law-us-tn.html">' in mended.text


def test_a_certificate_can_be_pasted_or_sent_as_a_file(client: Client) -> None:
    pasted = client.post("/product", data={"text": CERTIFICATE, "grams_per_day": "6 g"})
    sent = client.post(
        "/product", data={"grams_per_day": "6 g"}, files={"file": ("../../x.csv", CERTIFICATE.encode(), "text/csv")}
    )
    said = re.search(r'<p class="first">(.*?)</p>', pasted.text)
    assert said is not None
    assert said[0] in sent.text
    assert "../../x.csv" not in sent.text
    assert "13.9" in sent.text
    pdf = client.post("/product", files={"file": ("c.pdf", b"%PDF-1.7 ...", "application/pdf")})
    assert "is a PDF; should be CSV or JSON" in fault_of(pdf.text, "text")
    latin = client.post("/product", files={"file": ("c.csv", "Analyte,Result\nLéad,3".encode("latin-1"), "text/csv")})
    assert "is not UTF-8" in fault_of(latin.text, "text")


def test_an_urgent_sign_comes_before_everything_else_of_the_answer(client: Client) -> None:
    page = client.post("/assessment", data=ASKED["assessment"] | {"note": "I want to die"}).text
    card, asked, sections = page.index('class="card"'), page.index('class="asked"'), page.index('id="answer-medicines"')
    assert card < asked < sections
    assert "988" in page[card:asked]


def test_what_matters_most_stands_before_what_is_asked_back(client: Client) -> None:
    page = client.post("/assessment", data=ASKED["assessment"]).text
    assert page.index('class="foremost"') < page.index('class="asked"') < page.index('id="answer-medicines"')


def test_a_file_stays_with_the_form_so_that_the_sheet_has_it_too(client: Client) -> None:
    page = client.post("/assessment", data={"age": "40"}, files={"file": ("c.csv", CERTIFICATE.encode(), "text/csv")}).text
    box = re.search(r'<textarea id="in-certificate".*?>(.*?)</textarea>', page, re.DOTALL)
    assert box is not None
    assert "Mitragynine,13.9" in box[1]


def test_a_part_that_is_wrong_inside_is_open(client: Client) -> None:
    for field, value in (("kratom.unit_g", "much"), ("kratom.times", "25:00"), ("phenotypes.cyp2d6", "fast")):
        page = client.post("/assessment", data={field: value}).text
        before = page[: page.index(f'id="fault-{field}"')]
        assert re.findall(r"<details[^>]*>", before)[-1] == "<details open>"
    assert "<details open>" not in client.get("/assessment").text


def test_no_field_suggests_an_amount_or_a_time_to_take_it(client: Client) -> None:
    for page in ("exposure", "assessment", "product"):
        hints = re.findall(r'<p class="hint" id="hint-([^"]+)">(.*?)</p>', client.get(f"/{page}").text)
        assert hints
        said = [hint for field, hint in hints if field not in ("place", "file")]
        assert not [hint for hint in said if re.search(r"\d+[.,:]\d|\d+ ?(g|mg)\b", hint)]


def test_faults_stand_on_top_in_the_order_of_the_fields(client: Client) -> None:
    page = client.post("/law", data={"place": "Tennesee", "on": "tomorrow", "age": "old"}).text
    assert re.findall(r'<li><a href="#in-([^"]+)">', page) == ["place", "on", "age"]
    assert list(LABELS["assessment"]) == re.findall(r'<label for="in-([^"]+)">', client.get("/assessment").text)


def test_the_visit_has_one_page(client: Client) -> None:
    answer = client.post("/assessment.pdf", data=ASKED["assessment"])
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF")
    assert client.post("/assessment.pdf", data={"age": "-1"}).status_code == 422


def test_the_register_is_found_by_words_and_taken_along(client: Client, held: House) -> None:
    whole = held.register
    design = whole.designs[0]
    page = client.get("/evidence", params={"design": design, "sort": "name", "words": "KRATOM"})
    rows = client.get("/evidence.csv", params={"design": design, "sort": "name", "words": "KRATOM"})
    table = list(csv.DictReader(io.StringIO(rows.text)))
    studies = list(dict.fromkeys(row["study"] for row in table))
    assert {row["design"] for row in table} == {design}
    assert 0 < len(studies) < len(whole.studies)
    assert f"{len(studies)} stud" in page.text
    assert all(f"studies.html#{name}" in page.text for name in studies)
    assert [row["title"].casefold() for row in table] == sorted(row["title"].casefold() for row in table)
    assert not [cell for row in table for cell in row.values() if cell.startswith(("=", "+", "@"))]
    bib = client.get("/evidence.bib").text
    assert bib.count("\n}\n") == len(re.findall(r"^@\w+\{", bib, re.MULTILINE)) > 50
    assert client.get("/evidence", params={"colour": "red"}).status_code == 422
    assert "is no filter; should be one of words, design" in client.get("/evidence", params={"colour": "red"}).text


def test_about_says_what_is_stored_who_pays_and_what_changed(client: Client, held: House) -> None:
    page = client.get("/about").text
    for part in ("purpose", "methods", "interests", "limits", "updates", "privacy", "licences", "changes"):
        assert f'<h2 id="{part}">' in page
    assert all(f'id="change-{issue}"' in page for issue, _ in held.changes)


def test_the_answer_is_metered_by_client(held: House, asking: Ask, settings: WebSettings) -> None:
    now = [0.0]
    app = create_app(replace(settings, rate=1, burst=2, open_hooks=None), held, clock=lambda: now[0])
    one, other = asking(app), asking(app)
    other.peer = ("198.51.100.7", 1)
    assert [one.get("/about").status_code for _ in range(3)] == [200, 200, 429]
    assert one.post("/api/law", json={"place": "TH"}).json()["error"] == "One moment, please"
    assert one.get("/about").headers["retry-after"] == "1"
    assert (other.get("/about").status_code, one.get("/healthz").status_code) == (200, 200)
    now[0] = 1.5
    assert one.get("/about").status_code == 200


def test_what_is_too_large_is_refused_in_the_form_of_the_address(client: Client) -> None:
    page = client.post("/interactions", content=b"names=" + b"x" * 1_000_001)
    assert (page.status_code, page.headers["connection"]) == (413, "close")
    assert "That is too large" in page.text
    assert client.post("/api/law", content=b"x" * 1_000_001).json()["error"] == "That is too large"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"--x"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="names"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"names=%ff%fe%00&names=\xf0\x9f"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % place for place in range(100))),
        ("application/json", b"{}"),
        ("text/plain; charset=utf-99", b"names=x"),
    ],
)
def test_a_form_that_is_none_is_no_error_of_ours(client: Client, kind: str, body: bytes) -> None:
    for page in ASKED:
        assert client.post(f"/{page}", content=body, headers={"Content-Type": kind}).status_code in (200, 400, 422)


def test_health_and_counts_are_there_for_who_runs_it(client: Client, held: House, asking: Ask, settings: WebSettings) -> None:
    assert client.get("/healthz").json()["as_of"] == str(held.as_of)
    client.post("/law", data=ASKED["law"])
    said = client.get("/metrics").text
    assert re.search(r'equipoise_requests_total\{method="POST",route="/law",status="200"\} [1-9]', said)
    assert 'equipoise_request_seconds_bucket{le="0.02",route="/law"}' in said
    assert "equipoise_requests_in_flight 1.0" in said
    closed = asking(create_app(replace(settings, metrics=False, open_hooks=None), held))
    assert closed.get("/metrics").status_code == 404
    assert closed.get("/cds-services").status_code == 404

"""The shipped monograph as files in a folder, and a browser that looks at them as a reader's would."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from equipoise.documents.monograph import Monograph
from equipoise.outputs.html import site

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=60_000)  # a busy machine makes an answer in many times the seconds of an idle one


@pytest.fixture(scope="session")
def folder(shipped: Monograph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the site as ``make monograph`` does, into a folder of its own."""
    root = tmp_path_factory.mktemp("site")
    for name, content in site(shipped).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start a browser, and end it with its module: while it runs, no other test of this process can have a loop of its own."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("no Chromium on this machine; `make test` installs Debian's package chromium, or names it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()

"""For any ASGI server: ``uvicorn --factory equipoise.apps.web.asgi:app``. The settings come from the environment."""

import gc
import os
import sys

from fastapi import FastAPI

from equipoise.apps.web.app import create_app
from equipoise.apps.web.house import house
from equipoise.apps.web.settings import from_environment

_TURN_SECONDS = 0.001
"""How long one thread may compute while another waits, so that a page need not wait for an answer."""


def app() -> FastAPI:
    """The application of this process.

    Raises
    ------
    ValueError
        A setting that cannot be.
    EvidenceError
        The evidence has faults.
    """
    settings = from_environment(os.environ)
    made = create_app(settings, house(settings))
    gc.collect()
    gc.freeze()  # what is held from now on is never rubbish, so that no answer waits for a look through it
    sys.setswitchinterval(_TURN_SECONDS)
    return made

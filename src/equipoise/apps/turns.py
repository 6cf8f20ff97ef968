"""One answer after the other, beside the loop that receives and sends.

Python computes one thing at a time anyway; in turns the first to ask is the first to be answered, and pages need not wait.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

_TURNS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="equipoise-answers")
_P = ParamSpec("_P")
_T = TypeVar("_T")


async def in_turn(answer: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
    """What ``answer`` makes of what was given."""
    return await asyncio.get_running_loop().run_in_executor(_TURNS, partial(answer, *given, **named))

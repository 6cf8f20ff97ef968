"""CDS Hooks: three services that answer inside a record at the point of care. Nothing of a call is stored or logged.

Needs the extra ``web``.
"""

from equipoise.apps.hooks.feedback import Counter
from equipoise.apps.hooks.router import router
from equipoise.apps.hooks.settings import HookSettings, Issuer, issuer

__all__ = ["Counter", "HookSettings", "Issuer", "issuer", "router"]

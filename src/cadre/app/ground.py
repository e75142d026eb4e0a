"""Ground: what everything else is built on, and what wiring hands around."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cadre.engine.sandbox import Sandbox, SandboxReport
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.infra.http_client import HttpClient
from cadre.trust.secrets import Secrets

Services = dict[type[Any], Any]
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the engine stands on."""

    database: Database
    secrets: Secrets
    blobs: Blobs
    bus: Bus
    http: HttpClient
    sandbox: Sandbox
    report: SandboxReport

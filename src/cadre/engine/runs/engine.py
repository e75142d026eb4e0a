"""Engine: what the service and the workers of one process share."""

from dataclasses import dataclass

from cadre.engine.runs.journal_postgres import PostgresJournal
from cadre.engine.runs.journal_sqlite import SqliteJournal
from cadre.engine.runs.live import Hub
from cadre.engine.runs.payloads import Payloads
from cadre.engine.runs.ports import Journal
from cadre.engine.runs.schemas import RunsSettings
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.trust.secrets import Redactor


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts that they need; one of each in a process."""

    database: Database
    journal: Journal
    payloads: Payloads
    hub: Hub
    settings: RunsSettings

    @classmethod
    def on(
        cls,
        database: Database,
        blobs: Blobs,
        bus: Bus,
        settings: RunsSettings,
        *,
        journal: Journal | None = None,
        redactor: Redactor | None = None,
    ) -> "Engine":
        """The engine over `database`, of whichever kind it is, unless `journal` is given."""
        payloads = Payloads(
            blobs,
            threshold_bytes=settings.payload_bytes,
            inline_bytes=settings.inline_bytes,
            redactor=redactor or Redactor(),
        )
        return cls(database, journal or journal_on(database), payloads, Hub(bus), settings)


def journal_on(database: Database) -> Journal:
    """The journal that fits `database`."""
    if database.dialect == "sqlite":
        return SqliteJournal(database)
    return PostgresJournal(database)

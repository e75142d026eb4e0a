"""Calling: asks an ordered list of targets, and gives the first answer that works.

It knows breakers, retries, failover, hedging, health and exact answers that are known
already; it knows nothing of what a provider's words mean.
"""

from cadre.engine.models.calling.breaker import Breaker, Breakers, BreakerSettings
from cadre.engine.models.calling.cache import (
    AnswerCache,
    CacheKey,
    CacheRule,
    CacheStatistics,
    Known,
)
from cadre.engine.models.calling.cache import Mode as CacheMode
from cadre.engine.models.calling.failover import answered
from cadre.engine.models.calling.health import Health, HealthSnapshot
from cadre.engine.models.calling.jobs import HealthJobs
from cadre.engine.models.calling.metering import metered
from cadre.engine.models.calling.policy import CallPolicy
from cadre.engine.models.calling.probes import Probe, Prober, ProbeSettings
from cadre.engine.models.calling.retries import Retries
from cadre.engine.models.calling.service import HealthReports
from cadre.engine.models.calling.single import answered_once
from cadre.engine.models.calling.taping import Tape
from cadre.engine.models.calling.targets import Attempt, AttemptOutcome, End, Tally, Target

__all__ = [
    "AnswerCache",
    "Attempt",
    "AttemptOutcome",
    "Breaker",
    "BreakerSettings",
    "Breakers",
    "CacheKey",
    "CacheMode",
    "CacheRule",
    "CacheStatistics",
    "CallPolicy",
    "End",
    "Health",
    "HealthJobs",
    "HealthReports",
    "HealthSnapshot",
    "Known",
    "Probe",
    "ProbeSettings",
    "Prober",
    "Retries",
    "Tally",
    "Tape",
    "Target",
    "answered",
    "answered_once",
    "metered",
]

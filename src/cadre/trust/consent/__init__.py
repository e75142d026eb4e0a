"""Consents: what people let tools do in their name without being asked again."""

from cadre.trust.consent.errors import BadConsent, ConsentDecided, ConsentNotFound
from cadre.trust.consent.personal import PERSONAL
from cadre.trust.consent.ports import ConsentAudit, LoggedConsents
from cadre.trust.consent.schemas import Consent, ConsentInput, ConsentStatus, Holding, Wanted
from cadre.trust.consent.service import Consents

__all__ = [
    "PERSONAL",
    "BadConsent",
    "Consent",
    "ConsentAudit",
    "ConsentDecided",
    "ConsentInput",
    "ConsentNotFound",
    "ConsentStatus",
    "Consents",
    "Holding",
    "LoggedConsents",
    "Wanted",
]

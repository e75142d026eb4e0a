"""Keys of the API: they act for a person or a service account, as far as each was allowed to.

A key has an owner, and does what its owner may, cut down to its own grants. It can be bound to a
project and an environment, to some models, and to a rate.
"""

from cadre.trust.keys.book import KeyBook
from cadre.trust.keys.errors import KeyForbidden, KeyNotFound, KeyRateReached, KeyRefused
from cadre.trust.keys.limits import cut_down
from cadre.trust.keys.personal import PERSONAL
from cadre.trust.keys.ports import KeyUsage, Used
from cadre.trust.keys.schemas import ApiKey, KeyGrant, KeyRequest, NewKey
from cadre.trust.keys.secret import bearer
from cadre.trust.keys.service import KEYS_TOPIC, KeyIdentity, Keys

__all__ = [
    "KEYS_TOPIC",
    "PERSONAL",
    "ApiKey",
    "KeyBook",
    "KeyForbidden",
    "KeyGrant",
    "KeyIdentity",
    "KeyNotFound",
    "KeyRateReached",
    "KeyRefused",
    "KeyRequest",
    "KeyUsage",
    "Keys",
    "NewKey",
    "Used",
    "bearer",
    "cut_down",
]

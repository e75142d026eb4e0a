"""What keys know of people: whose a key is, and who made it."""

from cadre.trust.keys.service import KEYS_TOPIC
from cadre.trust.keys.tables import api_keys
from cadre.trust.privacy import Goes, Signed, Theirs

PERSONAL = Theirs(
    "keys",
    Goes(api_keys, ("user_id",)),
    Signed(api_keys, ("created_by",)),
    topics=(lambda _org: KEYS_TOPIC,),
)

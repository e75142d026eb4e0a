"""What federation knows of people: who vouches for them, and what their directory says."""

from cadre.trust.federation.tables import directory_users, federated_identities
from cadre.trust.privacy import Goes, Theirs

PERSONAL = Theirs(
    "federation",
    Goes(federated_identities, ("user_id",)),
    Goes(directory_users, ("user_id",)),
)

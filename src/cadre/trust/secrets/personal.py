"""What the vault knows of people: the ids of who entered, replaced and leased."""

from cadre.trust.privacy import Stays, Theirs
from cadre.trust.secrets.tables import secret_data_keys, secret_leases, secret_versions, secrets

PERSONAL = Theirs(
    "secrets",
    Stays(secrets, ("updated_by",)),
    Stays(secret_versions, ("updated_by",)),
    Stays(secret_data_keys, ("created_by",)),
    Stays(secret_leases, ("leased_by", "revoked_by")),
    stays="Who entered and leased secrets stays under their id, which is how misuse is found.",
)

"""What is said of orgs, their domains, their projects and the work on them."""

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from cadre.kernel.ids import BlobId
from cadre.trust.orgs.colours import check_on_dark, check_on_light
from cadre.trust.orgs.origins import check_origin

Status = Literal["active", "suspended", "importing", "deleting"]
Registration = Literal["open", "invite", "closed"]
JobKind = Literal["export", "import", "delete"]
JobState = Literal["waiting", "running", "done", "failed"]

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Slug = Annotated[str, StringConstraints(to_lower=True, max_length=100)]
_ProductName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
_Flag = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,59}$")]
_Limit = Annotated[int, Field(ge=0, le=1_000_000_000)]
_Passphrase = Annotated[str, StringConstraints(min_length=12, max_length=1000)]
_Strict = ConfigDict(extra="forbid")


class Branding(BaseModel):
    """How the console looks for an org; None: as cadre does."""

    product_name: str | None = None
    accent: str | None = None
    accent_dark: str | None = None
    logo: BlobId | None = None
    logo_type: str | None = None


class Limits(BaseModel):
    """What an org may have; None: as much as the installation can give."""

    model_config = _Strict
    members: _Limit | None = None
    projects: _Limit | None = None
    keys: _Limit | None = None
    requests_per_minute: _Limit | None = None
    concurrent_runs: _Limit | None = None
    storage_megabytes: _Limit | None = None


class AllowanceUse(BaseModel):
    """`most` is null where there is no limit."""

    used: int
    most: int | None


class OrgUsage(BaseModel):
    """What an org has now of what it may have; requests are counted under `/limits/usage`.

    `concurrent_runs` are at work at this moment; `storage_bytes` is what its files take up.
    """

    members: AllowanceUse
    projects: AllowanceUse
    keys: AllowanceUse
    concurrent_runs: AllowanceUse
    storage_bytes: AllowanceUse


class Organisation(BaseModel):
    """An org as it is."""

    id: str
    slug: str
    name: str
    status: Status
    created_at: float
    suspended_at: float | None
    suspended_reason: str | None
    branding: Branding
    features: dict[str, bool]
    limits: Limits
    registration: Registration
    mfa_required: bool
    password_sign_in: bool
    origins: list[str]

    @classmethod
    def of(cls, row: Any) -> "Organisation":
        """From a row of the table."""
        texts = ("branding", "features", "limits", "origins")
        plain = {name: getattr(row, name) for name in cls.model_fields if name not in texts}
        return cls.model_validate(plain | {name: json.loads(getattr(row, name)) for name in texts})


class BrandingChange(BaseModel):
    """What changes; null goes back to what cadre ships with. The logo is sent by itself."""

    model_config = _Strict
    product_name: _ProductName | None = None
    accent: Annotated[str, AfterValidator(check_on_light)] | None = Field(
        default=None, description="#rrggbb, readable on white", examples=["#0b57d0"]
    )
    accent_dark: Annotated[str, AfterValidator(check_on_dark)] | None = Field(
        default=None, description="#rrggbb, readable on the dark theme", examples=["#a8c7fa"]
    )


class OrgChange(BaseModel):
    """What an org changes about itself; what is left out stays."""

    model_config = _Strict
    name: Name | None = None
    branding: BrandingChange | None = None
    features: Annotated[dict[_Flag, bool], Field(max_length=100)] | None = None
    limits: Limits | None = Field(
        default=None, description="For whoever runs the installation to set."
    )
    registration: Registration | None = None
    mfa_required: bool | None = None
    password_sign_in: bool | None = Field(
        default=None,
        description="False: nobody signs in with a password, only by a provider or with a passkey.",
    )
    origins: (
        Annotated[list[Annotated[str, AfterValidator(check_origin)]], Field(max_length=50)] | None
    ) = Field(default=None, description="Pages elsewhere that may ask with a key: https://host.")


class NewOrg(BaseModel):
    """The org to provision and the e-mail of its first owner."""

    model_config = _Strict
    slug: Slug
    name: Name
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = Field(
        pattern=r"^[^@\s]+@[^@\s]+$"
    )
    limits: Limits | None = None


class Provisioned(BaseModel):
    """`sign_in` lets the first owner in, once; it is shown this once."""

    org: Organisation
    url: str
    sign_in: str


class Suspension(BaseModel):
    model_config = _Strict
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class ExportRequest(BaseModel):
    """With a passphrase the org's secrets go along, sealed by it."""

    model_config = _Strict
    passphrase: _Passphrase | None = None


class ImportRequest(BaseModel):
    """`archive` is the id that the upload gave; None keeps what the archive says.

    With `new_id` the archive becomes a second organisation: ids of people, runs and conversations are
    new too, and API keys stay behind.
    """

    model_config = _Strict
    archive: Annotated[str, StringConstraints(pattern=r"^arc_[0-9a-z]{26}$")]
    slug: Slug | None = None
    new_id: bool = Field(default=False, description="Make a copy with ids of its own.")
    passphrase: _Passphrase | None = None


class Deletion(BaseModel):
    """`confirm` repeats the slug, because there is no way back."""

    model_config = _Strict
    confirm: str


class Uploaded(BaseModel):
    archive: str
    size: int


class OrgJob(BaseModel):
    """Long work on an org; `done` of `total` of what `step` names."""

    id: str
    org: str
    slug: str
    kind: JobKind
    state: JobState
    step: str
    done: int
    total: int
    error: str | None
    created_at: float
    updated_at: float
    created_by: str


class NewDomain(BaseModel):
    model_config = _Strict
    domain: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=253)]


class Domain(BaseModel):
    """`record` and `value` are what the DNS has to say (TXT) before `verified_at` is set."""

    domain: str
    record: str
    value: str
    created_at: float
    verified_at: float | None


class NewProject(BaseModel):
    model_config = _Strict
    slug: Slug
    name: Name


class Project(BaseModel):
    id: str
    slug: str
    name: str
    created_at: float | None

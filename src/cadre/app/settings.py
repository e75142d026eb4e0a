"""Settings: read once at start, from the environment and `cadre.toml`.

The environment (`CADRE_PORT=9000`) goes before `cadre.toml` in the working folder, and that
before `cadre.toml` in CADRE_HOME. A mistake is refused with the key's name and the remedy.
"""

import os
import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from cadre.kernel.errors import Invalid

FILE = "cadre.toml"
_MASTER_KEY = "CADRE_MASTER_KEY"


def _split(value: object) -> object:
    """`a, b` as a list, which is how lists are written in the environment."""
    if not isinstance(value, str):
        return value
    return [name for part in value.split(",") if (name := part.strip())]


def _name_server(text: object) -> object:
    """`127.0.0.1:53` as an address and a port; 53 where none is said."""
    if not isinstance(text, str):
        return text
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal():
        return (text, 53)
    return (host.strip("[]"), int(port))


Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]
NameServer = Annotated[tuple[str, int], BeforeValidator(_name_server)]
Origin = Annotated[str, Field(pattern=r"^https?://[^/*\s]+$")]


class SettingsInvalid(Invalid):
    """A setting can't be used as it is."""

    code = "settings_invalid"


class Settings(BaseSettings):
    """All of cadre's settings. Each is `CADRE_<NAME>` in the environment, `name` in cadre.toml."""

    model_config = SettingsConfigDict(
        env_prefix="CADRE_", extra="forbid", env_ignore_empty=True, frozen=True
    )

    home: Path = Field(description="The folder that holds all data of this installation.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8700, ge=0, le=65535, description="The port; 0 picks a free one.")
    hosts: Names = Field(
        default=[], description="Further names that browsers may call this server by."
    )
    domain: str = Field(
        default="",
        pattern=r"^$|^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
        description="The installation's own domain: acme.DOMAIN is the organisation `acme`.",
    )
    cors_origins: Annotated[list[Origin], NoDecode, BeforeValidator(_split)] = Field(
        default=[], description="Pages elsewhere that may ask every organisation, with a key."
    )
    name_servers: Annotated[list[NameServer], NoDecode, BeforeValidator(_split)] = Field(
        default=[], description="`address:port` of name servers, instead of this machine's."
    )
    trusted_proxies: Names = Field(
        default=[], description="Addresses of reverse proxies whose X-Forwarded-* are believed."
    )
    database_url: str = Field(
        default="", description="sqlite:////path/file.db or postgresql://user@host/name."
    )
    # From the environment alone: in a file it would lie beside what it protects.
    master_key_base64: SecretStr | None = Field(
        default=None,
        validation_alias=_MASTER_KEY,
        description="32 random bytes in base64 that secrets are sealed under, instead of a file.",
    )
    master_key_command: str = Field(
        default="",
        description="A command that wraps and unwraps keys, as that of a key management service.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="redis://host:6379/0, so that several servers count requests together.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_style: Literal["json", "text"] = Field(
        default="text", description="`json`: one object a line, for machines that collect logs."
    )
    concurrency: int = Field(default=500, ge=1, le=10_000, description="Runs active at once.")
    gateway_concurrency: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        description="Calls through the gateway at once; of those that wait organisations take turns.",
    )
    upload_megabytes: int = Field(default=256, ge=1, le=10_000)
    import_megabytes: int = Field(
        default=200_000, ge=1, description="What an imported organisation may have, unpacked."
    )
    workspace_megabytes: int = Field(default=2_000, ge=1, le=1_000_000)
    private_hosts: Names = Field(
        default=[], description="Private addresses that tools and models may reach: `host:port`."
    )
    opa_url: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s]+$",
        description="An OPA server that decides in the place of the shipped policies.",
    )
    probe_seconds: float | None = Field(
        default=None,
        ge=10,
        description="Ask every connected provider whether it is well this often; else only on request.",
    )
    probe_usd_per_day: Decimal = Field(
        default=Decimal("0.10"), ge=0, description="What probes may cost an organisation in a day."
    )
    public_url: str = Field(
        default="",
        pattern=r"^$|^https?://[^/\s]+/?$",
        description="Where people reach this server, for the links in letters.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The mail server: smtp://user:password@host:587 or smtps://host. "
        "Without one, letters are laid into the folder `mail` of CADRE_HOME.",
    )
    mail_from: str = Field(default="", description="The address that letters come from.")
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key")
    )
    openai_base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url")
    )

    openai_models: Names = Field(
        default=[],
        validation_alias=AliasChoices("OPENAI_MODELS", "openai_models"),
        description="Model names of that server, the default one first; asked for if empty.",
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not re.match(r"(sqlite|postgresql)://", url):
            raise ValueError("write sqlite:////path/file.db or postgresql://user@host/name")
        return url

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not re.match(r"rediss?://", url.get_secret_value()):
            raise ValueError("write redis://host:6379/0, rediss:// for TLS")
        return url

    @property
    def database(self) -> str:
        """The URL of the database: SQLite in the home folder unless told otherwise."""
        return self.database_url or f"sqlite:///{self.home / 'cadre.db'}"

    @property
    def master_key(self) -> Path:
        return self.home / "secrets" / "master.key"

    @property
    def server_file(self) -> Path:
        """Where a running server says how to reach it."""
        return self.home / "server.json"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before what `load_settings` read from the files."""
        del settings_cls, dotenv_settings, file_secret_settings  # nothing comes from these
        return env_settings, init_settings


def load_settings() -> Settings:
    """Read the settings, or raise `SettingsInvalid` naming the key and the remedy."""
    home = os.environ.get("CADRE_HOME") or str(default_home(Path.cwd()))
    values: dict[str, Any] = {"home": home}
    for folder in (Path(home).expanduser(), Path.cwd()):
        values |= _read_file(folder / FILE)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsInvalid(_explain(error)) from None


def default_home(working_folder: Path) -> Path:
    """`.cadre` in the clone that this is, else the platform's folder for data."""
    for folder in (working_folder, *working_folder.parents):
        if _is_clone(folder):
            return folder / ".cadre"
    import platformdirs

    return platformdirs.user_data_path("cadre", appauthor=False)


def unknown_variables(environment: Iterable[str]) -> list[str]:
    """`CADRE_...` variables that mean nothing: most likely misspelled."""
    known = {f"CADRE_{name.upper()}" for name in _names_in_file()}
    known |= {"CADRE_URL", "CADRE_KEY", _MASTER_KEY}
    return sorted(
        name for name in environment if name.startswith("CADRE_") and name.upper() not in known
    )


def _names_in_file() -> list[str]:
    fields = Settings.model_fields.items()
    return sorted(name for name, field in fields if field.validation_alias != _MASTER_KEY)


def _is_clone(folder: Path) -> bool:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return cast("dict[str, Any]", project.get("project", {})).get("name") == "cadre"


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsInvalid(f"{path} can't be read: {error.strerror}.") from None
    except ValueError as error:
        raise SettingsInvalid(f"{path} is not TOML: {error}. Correct it or remove it.") from None
    if "home" in values:
        raise SettingsInvalid(f"{path}: `home` can't be set in a file. Use CADRE_HOME.")
    return values


def _explain(error: ValidationError) -> str:
    return " ".join(
        _sentence(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors()
    )


def _sentence(location: tuple[int | str, ...], kind: str, said: str) -> str:
    key = str(location[0]) if location else "settings"
    name = key if key.isupper() else f"CADRE_{key.upper()}"
    if kind == "extra_forbidden":
        known = ", ".join(_names_in_file())
        return f"`{key}` in {FILE} is not a setting. Known ones: {known}."
    message = said.removeprefix("Value error, ").rstrip(".")
    return f"{name} (`{key.lower()}` in {FILE}): {message[:1].lower()}{message[1:]}."

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


def _split(value: object) -> object:
    """`a, b` as a list, which is how lists are written in the environment."""
    if not isinstance(value, str):
        return value
    return [name for part in value.split(",") if (name := part.strip())]


Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]


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
    trusted_proxies: Names = Field(
        default=[], description="Addresses of reverse proxies whose X-Forwarded-* are believed."
    )
    database_url: str = Field(
        default="", description="sqlite:////path/file.db or postgresql://user@host/name."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_style: Literal["json", "text"] = Field(
        default="text", description="`json`: one object a line, for machines that collect logs."
    )
    concurrency: int = Field(default=500, ge=1, le=10_000, description="Runs active at once.")
    upload_megabytes: int = Field(default=256, ge=1, le=10_000)
    workspace_megabytes: int = Field(default=2_000, ge=1, le=1_000_000)
    private_hosts: Names = Field(
        default=[], description="Private addresses that tools and models may reach: `host:port`."
    )
    probe_seconds: float | None = Field(
        default=None,
        ge=10,
        description="Ask every connected provider whether it is well this often; else only on request.",
    )
    probe_usd_per_day: Decimal = Field(
        default=Decimal("0.10"), ge=0, description="What probes may cost an organisation in a day."
    )
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
    known = {f"CADRE_{name.upper()}" for name in Settings.model_fields} | {"CADRE_URL", "CADRE_KEY"}
    return sorted(
        name for name in environment if name.startswith("CADRE_") and name.upper() not in known
    )


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
        known = ", ".join(sorted(Settings.model_fields))
        return f"`{key}` in {FILE} is not a setting. Known ones: {known}."
    message = said.removeprefix("Value error, ").rstrip(".")
    return f"{name} (`{key.lower()}` in {FILE}): {message[:1].lower()}{message[1:]}."

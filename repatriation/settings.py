"""Every setting of an installation, read once from REPATRIATION_* variables or one TOML file, and checked."""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import click
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from sop import visiting

PREFIX = "REPATRIATION_"
LANGUAGES = ("en", "km", "th", "vi")
LOOPBACK = frozenset({"127.0.0.1", "localhost"})

# Known to everybody who reads this, and so good for nothing but made-up data.
DEMONSTRATION_SECRET = "demonstration-only: everybody can read this key"  # noqa: S105

_SENDER = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")

Listed = Annotated[tuple[str, ...], NoDecode]
Paths = Annotated[tuple[Path, ...], NoDecode]


class SettingsError(click.ClickException):
    """The settings cannot be used; `sentences` says why, in words for whoever runs the service.

    Every command ends with these sentences by itself, since the command line knows this kind of error.
    """

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class Settings(BaseSettings):
    """What differs between installations. Nothing secret has a default outside demonstration mode."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)
    settings_file: ClassVar[Path | None] = None

    folder: Path = Field(
        default=Path("var"), description="Folder for everything kept here: the embedded database, the keyring"
    )
    database_url: str = Field(
        default="", description="SQLAlchemy address of the database; empty: SQLite in the folder"
    )
    issuer: str = Field(
        default="http://127.0.0.1:8000", description="The public address of this installation, without a path"
    )
    keyring: Path | None = Field(
        default=None, description="Folder of the keys (0700), outside the database; empty: in the folder"
    )
    corridors: Paths = Field(
        default=(), description=f"More folders with procedure files, joined by '{os.pathsep}'"
    )
    calendars: Paths = Field(
        default=(), description=f"More folders with holidays, laid over our own, joined by '{os.pathsep}'"
    )
    schedule: Path | None = Field(
        default=None, description="File with the days of visits after the return; empty: our own, assumed"
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""), description="Signs form tokens; 32 characters or more, from a random source"
    )
    secret_key_fallbacks: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="Former secret keys, still accepted, newest first, joined by commas"
    )
    demonstration: bool = Field(
        default=False, description="Made-up people and known passwords; every page says so"
    )
    trusted_hosts: Listed = Field(
        default=(), description="Host names this service answers to, joined by commas; empty: the issuer's"
    )
    proxy_hops: int = Field(
        default=0, ge=0, le=5, description="How many reverse proxies of yours stand in front; 0: none"
    )
    partner_rate: int = Field(
        default=50, ge=1, le=1_000_000, description="How many calls a second each partner's program may make"
    )
    partner_networks: Listed = Field(
        default=(),
        description="Private networks in which partners may be called, such as 10.8.0.0/16, joined by commas",
    )
    partner_ca: Path | None = Field(
        default=None, description="File of certificates to trust for partners; empty: the machine's own"
    )
    handoff_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days that is kept what finished handoffs said; empty: 90, assumed, no source gives it",
    )
    languages: Listed = Field(
        default=LANGUAGES, description="Languages offered, the first is the default, joined by commas"
    )
    press_workers: int = Field(
        default=2, ge=1, le=16, description="How many papers each process prints at the same time"
    )
    fonts: Path | None = Field(
        default=None, description="Folder of the fonts made at set-up; empty: in the user's cache folder"
    )
    native_digits: Listed = Field(
        default=("km", "th"),
        description="Languages whose numbers and dates papers write in their own figures, joined by commas",
    )
    travel_authorities: Listed = Field(
        default=(),
        description="Codes of organisations whose travel documents are real, joined by commas; "
        "those of all others are specimens",
    )
    smtp_host: str = Field(default="", description="The mail server for notices to officers; empty: no mail")
    smtp_port: int = Field(
        default=0, ge=0, le=65535, description="Its port; 0: 587 for starttls, 465 for implicit, 25 for none"
    )
    smtp_tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls",
        description="How the line to it is encrypted; none only to this machine itself",
    )
    smtp_user: str = Field(default="", description="The name to sign in to it with; empty: without")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="The password to sign in with")
    smtp_from: str = Field(default="", description="The address that notices come from")
    smtp_ca: Path | None = Field(
        default=None, description="File of certificates to trust for it; empty: the machine's own"
    )
    time_zone: str = Field(default="Asia/Phnom_Penh", description="The time zone in which times are shown")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings passes all four
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in comes first, then the environment, then the TOML file."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, cls.settings_file))

    @field_validator(
        "trusted_hosts",
        "languages",
        "secret_key_fallbacks",
        "native_digits",
        "travel_authorities",
        "partner_networks",
        mode="before",
    )
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("corridors", "calendars", mode="before")
    @classmethod
    def _split_at_path_separators(cls, value: object) -> object:
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("corridors", "calendars")
    @classmethod
    def _folders_exist(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        for folder in value:
            if not folder.is_dir():
                raise ValueError(f"there is no folder {folder}")
        return value

    @field_validator("languages")
    @classmethod
    def _languages_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [language for language in value if language not in LANGUAGES]
        if unknown or not value or len(set(value)) != len(value):
            raise ValueError(f"give each of the languages you offer once, out of {', '.join(LANGUAGES)}")
        return value

    @field_validator("native_digits")
    @classmethod
    def _digits_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not set(value) <= {"km", "th"}:
            raise ValueError("only km and th have figures of their own")
        return value

    @field_validator("partner_networks")
    @classmethod
    def _networks_are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)  # says itself what is wrong
        return value

    @field_validator("schedule")
    @classmethod
    def _schedule_can_be_used(cls, value: Path | None) -> Path | None:
        if value is not None:
            visiting.load(value)  # says itself what is wrong
        return value

    @field_validator("partner_ca", "smtp_ca")
    @classmethod
    def _certificates_are_there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _time_zone_is_known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"there is no time zone {value}")
        return value

    @field_validator("issuer")
    @classmethod
    def _issuer_is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.rstrip("/"):
            raise ValueError("give scheme and host, such as https://returns.example.org, without a path")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("give nothing but scheme, host and port")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fit_for_real_people(self) -> Self:
        """Outside demonstration mode: a secret of one's own, and no plain HTTP beyond this machine."""
        if self.demonstration:
            return self
        key = self.secret_key.get_secret_value()
        if len(key) < 32 or key == DEMONSTRATION_SECRET:
            raise ValueError(
                f"{PREFIX}SECRET_KEY must be set, to 32 or more random characters. "
                'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        if self.issuer.startswith("http:") and self.host not in LOOPBACK:
            raise ValueError(f"{PREFIX}ISSUER must begin with https:// unless it is this machine alone")
        return self

    @model_validator(mode="after")
    def _mail_goes_a_safe_way(self) -> Self:
        """Mails say little, but the password of the mail server goes over the same line."""
        if not self.smtp_host:
            return self
        if not _SENDER.fullmatch(self.smtp_from):
            raise ValueError(
                f"{PREFIX}SMTP_FROM must be the address that mails come from, when {PREFIX}SMTP_HOST is set"
            )
        if self.smtp_tls == "none" and self.smtp_host not in LOOPBACK:
            raise ValueError(f"{PREFIX}SMTP_TLS may be none only when the mail server is this machine")
        if bool(self.smtp_user) != bool(self.smtp_password.get_secret_value()):
            raise ValueError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD belong together")
        return self

    @property
    def host(self) -> str:
        """The host name of the issuer, without port."""
        return urlsplit(self.issuer).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by HTTPS; cookies are then bound to it."""
        return self.issuer.startswith("https:")

    @property
    def keyring_folder(self) -> Path:
        """Where the keys are."""
        return self.keyring or self.folder / "keyring"

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """The key that signs form tokens, followed by former ones that are still accepted."""
        current = self.secret_key.get_secret_value() or DEMONSTRATION_SECRET
        return (current, *(former.get_secret_value() for former in self.secret_key_fallbacks))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names this service answers to."""
        if self.trusted_hosts:
            return self.trusted_hosts
        return tuple(sorted(LOOPBACK)) if self.host in LOOPBACK else (self.host,)


def read_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read and check the settings.

    `environment` is only looked through for misspelt names and for REPATRIATION_SETTINGS, the path of a TOML
    file with the same names in small letters; values come from the environment of the process. `given` wins
    over both. Raises SettingsError.
    """
    environment = os.environ if environment is None else environment
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}SETTINGS"}
    strange = sorted(
        name
        for name in environment
        if name.upper().startswith(PREFIX)
        and not name.upper().startswith(f"{PREFIX}TEST_")  # those are for the tests of this program
        and name.upper() not in known
    )
    if strange:
        raise SettingsError(tuple(f"{name} is set, but there is no such setting." for name in strange))
    file = environment.get(f"{PREFIX}SETTINGS")
    if file and not Path(file).is_file():
        raise SettingsError((f"{PREFIX}SETTINGS names {file}, and there is no such file.",))

    class FromFile(Settings):
        settings_file: ClassVar[Path | None] = Path(file) if file else None

    try:
        return FromFile(**given)
    except ValidationError as error:
        raise SettingsError(tuple(_sentence(problem) for problem in error.errors())) from None


def _sentence(problem: Mapping[str, Any]) -> str:
    """One problem found by Pydantic, in words; never with the value, which may be a secret."""
    words = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return words
    name = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return f"{name} is in the settings file, but there is no such setting."
    return f"{PREFIX}{name.upper()}: {words}"

"""Every setting of the product, typed, read once at start."""

import hashlib
import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
DATA = ROOT / "data"
DEMO_BACKEND = "demo"
DEMO_MODEL, DEMO_TITLE_MODEL = "demo/detailed", "demo/brief"


UNLISTED = "unlisted"  # there is a proxy whose address nobody can know


def _split(listed: object) -> object:
    """Return the networks of a text; what is written wrongly is a ValueError with a sentence."""
    if isinstance(listed, str):
        return (
            None if listed.strip() == UNLISTED else tuple(ip_network(one.strip()) for one in listed.split(",") if one)
        )
    return listed


ListedProxies = Annotated[tuple[IPv4Network | IPv6Network, ...] | None, NoDecode, BeforeValidator(_split)]


def _words(listed: object) -> object:
    """Return what a text lists between commas, in lower case."""
    if isinstance(listed, str):
        return tuple(one.strip().lower() for one in listed.split(",") if one.strip())
    return listed


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


@dataclass(frozen=True, slots=True)
class Company:
    """Who signs people in for us, as `[auth]` of `secrets.toml` has it for Streamlit's `st.login`."""

    name: str  # "default" where it has none
    label: str
    client_id: str
    metadata_url: str

    @property
    def issuer(self) -> str:
        """What it has to call itself, by its own address (OpenID Connect Discovery); without a slash at its end."""
        return self.metadata_url.removesuffix("/.well-known/openid-configuration").rstrip("/")


_COMPANY_KEYS = ("client_id", "client_secret", "server_metadata_url")


def _companies(section: Mapping[str, Any], *, strict: bool) -> tuple[Company, ...]:
    """Return whom `[auth]` names, the unnamed one first. Raises ValueError with a sentence for each thing wrong."""
    if not section:
        return ()
    wrong = list(_wrong_with_all(section, strict=strict))
    named = {name: one for name, one in section.items() if isinstance(one, Mapping) and name != "client_kwargs"}
    if any(key in section for key in _COMPANY_KEYS):
        named = {"default": section} | named
    if not named:
        wrong.append(f"It needs {', '.join(_COMPANY_KEYS)}, or a section with them, such as [auth.google].")
    for name, one in named.items():
        wrong += _wrong_with(name, one, strict=strict)
    if wrong:
        raise ValueError(" ".join(wrong))
    return tuple(
        Company(name, str(one.get("label") or _label(name)), str(one["client_id"]), str(one["server_metadata_url"]))
        for name, one in named.items()
    )


def _wrong_with_all(section: Mapping[str, Any], *, strict: bool) -> Iterator[str]:
    if not re.fullmatch(r"https?://\S+/oauth2callback", str(section.get("redirect_uri", ""))):
        yield "redirect_uri has to be the app's address with /oauth2callback at its end."
    if len(str(section.get("cookie_secret", ""))) < (32 if strict else 1):
        yield "cookie_secret has to be at least 32 random characters: who knows it can be anybody here."


def _wrong_with(name: str, one: Mapping[str, Any], *, strict: bool) -> Iterator[str]:
    if "_" in name:
        yield f"The name {name} has an underscore, which Streamlit does not take: call it {name.replace('_', '-')}."
    if missing := [key for key in _COMPANY_KEYS if not one.get(key)]:
        yield f"The section of {name} has no {', '.join(missing)}."
        return
    url = str(one["server_metadata_url"])
    if not re.match(r"https?://[^/\s]", url) or (strict and not url.startswith("https:")):
        yield f"The server_metadata_url of {name} has to begin with https://."


def _label(name: str) -> str:
    return "your company" if name == "default" else name.replace("-", " ").title()


def _proxies_here() -> str:
    """Community Cloud, which keeps the app below /mount/src, has a proxy that it does not name."""
    return UNLISTED if ROOT.is_relative_to("/mount/src") else ""


class Settings(BaseSettings):
    """The settings, from the environment.

    Streamlit exports root-level keys of `.streamlit/secrets.toml` to the environment, so both ways work.
    An empty value counts as not set.

    Raises pydantic's `ValidationError` on a value that cannot be meant, and in production on a missing secret.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    app_env: Literal["development", "production"] = "development"
    backboard_api_key: SecretStr | None = None
    backboard_base_url: str | None = None
    database_url: str = f"sqlite:///{DATA / 'travelbot.db'}"
    dev_user_id: int | str | None = None
    cookie_key: SecretStr | None = None
    default_model: str = Field(default="openai/gpt-4o", pattern=r"^[^/\s]+/\S+$", validate_default=True)
    title_model: str = Field(default="openai/gpt-4o-mini", pattern=r"^([^/\s]+/\S+|off)$", validate_default=True)
    sign_up: Literal["open", "closed"] = "open"
    passwords: Literal["on", "off"] = "on"
    # From the secrets alone: no variable of the environment has such a name.
    companies: Annotated[tuple[Company, ...], NoDecode] = Field(default=(), validation_alias="[auth]")
    company_domains: Words = ()  # of mail addresses, with which somebody new comes in; none: any
    company_groups: Words = ()  # one of which somebody new needs; none: any
    company_groups_claim: str = "groups"
    company_admins: Words = ()  # groups whose members are admins
    company_viewers: Words = ()
    company_api_audience: str | None = None  # whom access tokens for the API are for; none: they are not taken
    proxy_sign_in: Literal["off", "headers", "token"] = "off"
    proxy_token_header: str = Field(default="X-Forwarded-Access-Token", pattern=r"^[A-Za-z0-9-]+$")
    proxy_token_issuer: str | None = None
    proxy_token_audience: str | None = None
    proxy_token_keys: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")  # address of the issuer's JWKS
    guests: Literal["on", "off"] = "off"
    guest_messages: int = Field(default=20, ge=1)
    guest_files_mb: int = Field(default=10, ge=0)
    guest_days: int = Field(default=7, ge=1)  # that an unused one is kept
    guests_per_address: int = Field(default=5, ge=1)  # a day
    audit_days: int = Field(default=365, ge=1)
    retention_days: int | None = Field(default=None, ge=7)  # after which unused sessions end; none: never
    forwarded_allow_ips: str | None = None  # uvicorn's own, which would hide from us who connects
    trusted_proxies: ListedProxies = Field(default_factory=_proxies_here, validate_default=True)
    replies_at_once: int = Field(default=256, ge=1)
    replies_per_user: int = Field(default=20, ge=1)
    requests_per_minute: int = Field(default=600, ge=1)
    monthly_limit_usd: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=6)
    files_mb_per_user: int = Field(default=500, ge=0)
    one_core: bool = True
    frame_ancestors: str = Field(default="'self'", pattern=r"^[^;,\x00-\x1f]+$")
    smtp_url: SecretStr | None = None
    mail_from: str | None = Field(default=None, pattern=r"^[^\s,;]+@[^\s,;@]+$")
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    demo_pace_s: float = Field(default=0.02, ge=0)

    @classmethod
    def with_secrets(cls) -> Self:
        """Return the settings as the app has them, for a command that does without Streamlit.

        What Streamlit would export of `.streamlit/secrets.toml`, the home folder's and then this folder's, goes
        before the environment here too. Raises as the class does, and `tomllib.TOMLDecodeError`.
        """
        found: dict[str, Any] = {}
        for folder in (Path.home(), Path.cwd()):
            file = folder / ".streamlit" / "secrets.toml"
            if file.is_file():
                found |= tomllib.loads(file.read_text("utf-8"))
        exported: dict[str, Any] = {
            name.lower(): str(value)
            for name, value in found.items()
            if type(value) in (str, int, float) and value != ""
        } | {"[auth]": found.get("auth", {})}
        return cls(**exported)

    @field_validator("dev_user_id", mode="before")
    @classmethod
    def _id_or_username(cls, value: object) -> int | str | None:
        text = "" if value is None else str(value).strip().lower()
        if re.fullmatch("[0-9]{1,19}", text) and 0 < int(text) < 2**63:
            return int(text)
        if text and not re.fullmatch("(?![0-9]+$)[a-z0-9._-]{3,40}", text):
            raise ValueError("It is a user's id or username: 3 to 40 letters, digits, dots, dashes and underscores.")
        return text or None

    @field_validator("companies", mode="before")
    @classmethod
    def _of_secrets(cls, section: object, info: ValidationInfo) -> object:
        strict = info.data.get("app_env") == "production"
        return _companies(section, strict=strict) if isinstance(section, Mapping) else section

    @field_validator("smtp_url")
    @classmethod
    def _address_of_a_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.match(r"smtps?://[^/\s]", url.get_secret_value()):
            raise ValueError("It is like smtp://name:password@mail.example.com:587; with smtps:// TLS comes first.")
        return url

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, url: str) -> str:
        """Accept the spellings of a Postgres address that hosting services hand out."""
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @field_validator("default_model", "title_model")
    @classmethod
    def _model_here(cls, model: str, info: ValidationInfo) -> str:
        """Return the model that is meant: the demo has its own and no others, with a key there are none of those."""
        key, base_url = info.data.get("backboard_api_key"), info.data.get("backboard_base_url")
        of_the_demo = is_demo(model)
        if key is None and base_url is None and model != "off" and not of_the_demo:
            return DEMO_MODEL if info.field_name == "default_model" else DEMO_TITLE_MODEL
        if key is not None and of_the_demo:
            raise ValueError("The models of the demo assistant are there only without BACKBOARD_API_KEY.")
        return model

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.app_env == "production":
            if self.cookie_key is None or len(self.cookie_key.get_secret_value()) < 32:
                raise ValueError("COOKIE_KEY must be set to at least 32 random characters in production.")
            if self.dev_user_id is not None:
                raise ValueError("DEV_USER_ID signs in without a password; it cannot be set in production.")
            if self.passwords == "off" and not self.companies and self.proxy_sign_in == self.guests == "off":
                raise ValueError(
                    "Nobody could sign in: PASSWORDS is off, and neither [auth] nor PROXY_SIGN_IN is set."
                )
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("MAIL_FROM must be set where SMTP_URL is: the address that mail comes from.")
        return self

    @model_validator(mode="after")
    def _proxy_is_known(self) -> Self:
        if self.proxy_sign_in == "off":
            return self
        if not self.trusted_proxies:
            raise ValueError("TRUSTED_PROXIES must list the proxy's own address where PROXY_SIGN_IN is on.")
        if self.forwarded_allow_ips is not None:
            raise ValueError(
                "FORWARDED_ALLOW_IPS must not be set where PROXY_SIGN_IN is on: TRUSTED_PROXIES says it."
            )
        if any(network.prefixlen == 0 for network in self.trusted_proxies):
            raise ValueError("TRUSTED_PROXIES must not list everybody where PROXY_SIGN_IN is on.")
        if self.proxy_sign_in == "token":
            wanted = ("proxy_token_issuer", "proxy_token_audience", "proxy_token_keys")
            if missing := [name.upper() for name in wanted if not getattr(self, name)]:
                raise ValueError(f"{', '.join(missing)} must be set where PROXY_SIGN_IN is token.")
            if self.proxy_token_header.lower() in ("authorization", "cookie", "host", "x-forwarded-for"):
                raise ValueError("PROXY_TOKEN_HEADER must be a header that the proxy alone writes.")
        return self

    @model_validator(mode="after")
    def _guests_can_stay(self) -> Self:
        if self.guests == "on" and (self.sign_up == "closed" or self.proxy_sign_in != "off"):
            raise ValueError(
                "GUESTS can be on only where SIGN_UP is open, for those who stay, and PROXY_SIGN_IN is off."
            )
        return self

    @property
    def behind_proxy(self) -> bool:
        """True when a proxy says who is there, and nothing else does."""
        return self.proxy_sign_in != "off"

    @property
    def demo(self) -> bool:
        """True when replies come from the demo assistant inside this process."""
        return self.backboard_api_key is None and self.backboard_base_url is None

    @property
    def backboard_url(self) -> str:
        """Where Backboard's API is; without a trailing slash."""
        return (self.backboard_base_url or "https://app.backboard.io/api").rstrip("/")

    @property
    def backboard_key(self) -> str:
        """The key to send; a base URL without a key means an emulator, which takes any. The demo has its own key."""
        return self.backboard_api_key.get_secret_value() if self.backboard_api_key else "demo-key"

    @property
    def model_for_titles(self) -> str | None:
        """The model that names sessions, or None: they keep the titles made from their first messages."""
        return None if self.title_model == "off" else self.title_model

    @property
    def backend(self) -> str:
        """Names the Backboard that our ids belong to: its URL and a fingerprint of the key, never the key."""
        if self.demo:
            return DEMO_BACKEND
        return f"{self.backboard_url}#{hashlib.sha256(self.backboard_key.encode()).hexdigest()[:12]}"

    @property
    def data_dir(self) -> Path:
        """The folder for what lies beside the database: the demo's state and the made cookie key."""
        path = self.database_url.removeprefix("sqlite:///")
        return Path(path).resolve().parent if path != self.database_url else DATA

    @cached_property
    def cookie_secret(self) -> str:
        """The key that signs the sign-in cookie; in development made on first use and kept in a file."""
        if self.cookie_key is not None:
            return self.cookie_key.get_secret_value()
        file = self.make_data_dir() / "cookie.key"
        with suppress(FileExistsError):
            _write_whole(file, secrets.token_urlsafe(48))
        make_private(file)
        return file.read_text()

    def make_data_dir(self) -> Path:
        """Return `data_dir`, made for its owner alone. A folder that was there is left as it is, but for our own."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.data_dir == DATA:
            with suppress(OSError):
                DATA.chmod(0o700)
        return self.data_dir


def is_demo(model: str) -> bool:
    """Whether a model (`provider/name`) is one of the demo assistant's ways of answering."""
    return model.startswith(f"{DEMO_BACKEND}/")


def make_private(file: Path) -> bool:
    """Make an empty file that its owner alone can read, or take the rights of others from one that is there.

    Returns whether it is new. Where rights cannot be changed, or there are none, they stay. Raises OSError.
    """
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return True
    except FileExistsError:
        with suppress(OSError):
            file.chmod(0o600)
        return False


def _write_whole(file: Path, text: str) -> None:
    """Make a private file that others see with all its text or not at all. Raises FileExistsError."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = Path(folder) / file.name
        make_private(made)
        made.write_text(text)
        try:
            os.link(made, file)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            made.replace(file)


def wrong_settings(error: ValidationError) -> tuple[str, ...]:
    """Return a sentence for each setting that cannot be used: its name and why, never its value."""
    sentences = []
    for detail in error.errors(include_input=False, include_context=False, include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        name = name.upper() if name.isidentifier() else name
        reason = detail["msg"].removeprefix("Value error, ")
        sentences.append(f"{name}: {reason}" if name else reason)
    return tuple(sentences)

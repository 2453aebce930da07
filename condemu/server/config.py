"""An emulator's settings: flags before environment variables (`CONDEMU_*`) before `condemu.toml` before defaults."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

AUTH_MODES: Final = ("off", "lenient", "strict")
LOGS: Final = ("requests", "refusals", "json", "off")
SWITCH: Final = ("off", "on")
SWITCHED: Final = {**dict.fromkeys(("1", "true", "yes", "on"), "on"), **dict.fromkeys(("", "0", "false", "no", "off"), "off")}
MESSAGES: Final = ("2026", "classic")
BUCKET_NAMES: Final = ("global", "per-account")
ENVIRONMENT_PREFIX: Final = "CONDEMU_"
NO_SETTINGS: Final = ("CONDEMU_TOLD",)  # a variable of the actors of a race that reads like a setting
FILE: Final = "condemu.toml"

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, each under the name of its flag and, in capitals, of its environment variable."""

    host: str = "127.0.0.1"
    port: int = 4566
    region: str = "us-east-1"
    account: str = "000000000000"  # who owns what is there at the start, and who every unknown access key is
    auth: str = "lenient"  # off: nothing is verified; lenient: whatever there is a secret for; strict: unknown keys are refused
    credentials: str = ""  # a TOML file of access keys
    buckets: tuple[str, ...] = ()  # there at the start and after every reset
    bucket_names: str = "global"  # whose bucket names are: one name space for all accounts, as on AWS, or one for each account
    seed: str = ""  # a directory of files, or a snapshot file: there at the start and after every reset
    init_dir: str = ""  # scripts that `condemu serve` runs before it is ready, besides those below /etc
    messages: str = "2026"  # whose wording DynamoDB's validation messages have: today's, or that of the years before
    table_delay: float = 0.0  # seconds for which a DynamoDB table is CREATING, UPDATING or DELETING
    export_delay: float = 0.0  # seconds for which an export of a SimpleDB domain is IN_PROGRESS, and its domain cannot be deleted
    spool_threshold: int = 64 * MIB  # bytes of a body from which on it goes to disk
    spool_budget: int = 256 * MIB  # bytes of all bodies together that stay in memory
    spool_directory: str = ""  # "": the system's directory for temporary files
    data: str = ""  # a directory that keeps the state; "": it is in memory and ends with the process
    snapshot_after: int = 64 * MIB  # bytes that the log in it grows by before what there is is written as a snapshot
    store: str = ""  # where several processes share the state: postgresql://USER@HOST/DATABASE, s3://BUCKET/PREFIX
    bodies: str = ""  # a directory that all these processes have, for long bodies; "": they are in the store
    log: str = "off"  # what `condemu serve` logs: requests, refusals (of these alone), json (all, as JSON), off
    admin_token: str = ""  # what the administration asks for; under `strict`, `condemu serve` makes one where none is set
    admin_hosts: tuple[str, ...] = ()  # further names under which the administration may be asked, and whose pages may ask
    tls: str = "off"  # on: TLS on the same port as HTTP, with a certificate that is made where none is given
    tls_cert: str = ""  # a PEM file of the certificate chain; it may hold the key, too
    tls_key: str = ""  # a PEM file of its key
    tls_names: tuple[str, ...] = ()  # further names and addresses for the certificate that is made
    request_timeout: float = 20.0  # seconds until a client that neither sends its body nor reads is given up; 0: never
    shutdown_timeout: float = 5.0  # seconds that running requests have to finish when the server is told to stop

    def __post_init__(self) -> None:
        if self.auth not in AUTH_MODES:
            raise Unusable(f"auth is {self.auth!r}; it can be {', '.join(AUTH_MODES)}")
        if self.bucket_names not in BUCKET_NAMES:
            raise Unusable(f"bucket_names is {self.bucket_names!r}; it can be {', '.join(BUCKET_NAMES)}")
        if self.messages not in MESSAGES:
            raise Unusable(f"messages is {self.messages!r}; it can be {', '.join(MESSAGES)}")
        if not self.host:  # what a socket takes for all addresses
            raise Unusable("host is empty; it is an address, and 0.0.0.0 is all of them")
        if not self.region:
            raise Unusable("region is empty; it is a name such as us-east-1")
        if not 0 <= self.port <= 65535:
            raise Unusable(f"port is {self.port}; it can be 0 to 65535")
        if len(self.account) != 12 or not self.account.isdecimal():
            raise Unusable(f"account is {self.account!r}; an account is twelve digits")
        for name, delay in (("table_delay", self.table_delay), ("export_delay", self.export_delay)):
            if not 0 <= delay < math.inf:
                raise Unusable(f"{name} is {delay}; it can be 0 or more seconds")
        if self.log not in LOGS:
            raise Unusable(f"log is {self.log!r}; it can be {', '.join(LOGS)}")
        if self.tls not in SWITCH:
            raise Unusable(f"tls is {self.tls!r}; it can be {', '.join(SWITCH)}")
        if self.tls_key and not self.tls_cert:
            raise Unusable("tls_key is there, but no tls_cert")
        for name in ("tls_cert", "tls_key"):
            if getattr(self, name) and not os.path.isfile(getattr(self, name)):
                raise Unusable(f"{name} is {getattr(self, name)!r}; there is no such file")
        if self.credentials and (os.path.isdir(self.credentials) or not os.path.exists(self.credentials)):
            raise Unusable(f"credentials is {self.credentials!r}; there is no such file")
        if self.store and self.data:
            raise Unusable("data and store are both there; the state is kept in one of them")
        if self.bodies and not self.store:
            raise Unusable("bodies is there, but no store")
        if not self.admin_token.isascii() or not self.admin_token.isprintable():
            raise Unusable("admin_token has characters that a header cannot carry")
        if not 0 <= self.request_timeout < math.inf:
            raise Unusable(f"request_timeout is {self.request_timeout}; it can be 0 or more seconds")
        if not 0 <= self.shutdown_timeout < math.inf:
            raise Unusable(f"shutdown_timeout is {self.shutdown_timeout}; it can be 0 or more seconds")
        if self.spool_directory and not os.path.isdir(self.spool_directory):
            raise Unusable(f"spool_directory is {self.spool_directory!r}; there is no such directory")
        if self.spool_directory and not os.access(self.spool_directory, os.W_OK | os.X_OK):
            raise Unusable(f"spool_directory is {self.spool_directory!r}; nothing can be written there")
        if self.init_dir and not os.path.isdir(self.init_dir):
            raise Unusable(f"init_dir is {self.init_dir!r}; there is no such directory")
        if self.seed and not os.path.exists(self.seed):
            raise Unusable(f"seed is {self.seed!r}; there is no such directory, and no such file")


class Unusable(ValueError):
    """A setting that cannot be used: said to the person who starts the emulator."""


def configured(
    flags: Mapping[str, Any], environment: Mapping[str, str], file: Mapping[str, Any], file_name: str = FILE
) -> Config:
    """The settings from their three sources. A flag that was not given is None."""
    known = {field.name: field for field in fields(Config)}
    unknown = sorted(set(file) - set(known))
    if unknown:
        raise Unusable(f"{file_name} has {', '.join(unknown)}; the settings are {', '.join(known)}")
    chosen: dict[str, Any] = {}
    for name, field in known.items():
        given = flags.get(name)
        if given is None:
            given = port_named(environment) if name == "port" else environment.get(ENVIRONMENT_PREFIX + name.upper())
        if given is None:
            given = file.get(name)
        if given is not None:
            chosen[name] = _converted(name, given, type(field.default))
    if "tls" in chosen:
        chosen["tls"] = SWITCHED.get(chosen["tls"].lower(), chosen["tls"])
    elif chosen.get("tls_cert"):
        chosen["tls"] = "on"
    return Config(**chosen)


def port_named(environment: Mapping[str, str]) -> str | None:
    """CONDEMU_PORT. Beside a service that is named condemu, Kubernetes sets that variable to the service's address,
    `tcp://10.0.0.1:4566`, which says nothing about the port to listen on (Kubernetes documentation, Service)."""
    port = environment.get(ENVIRONMENT_PREFIX + "PORT")
    return None if port is not None and port.startswith("tcp://") else port


def server_url(text: str) -> SplitResult | None:
    """The parts of a server's URL, http://HOST:PORT or https; None for what is none."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets, or a port that is none
        return None
    return parts if good else None


def misspelled(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Variables that are no setting but almost one, and the one that was probably meant."""
    known = [ENVIRONMENT_PREFIX + field.name.upper() for field in fields(Config)]
    others = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX) and name not in (*known, *NO_SETTINGS)]
    near = ((name, get_close_matches(name, known, 1, 0.85)) for name in sorted(others))
    return [(name, meant[0]) for name, meant in near if meant]


def _converted(name: str, given: Any, kind: type) -> Any:
    if kind is tuple:
        items = given.split(",") if isinstance(given, str) else given
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
            raise Unusable(f"{name} is {given!r}; it is a list of texts")
        return tuple(item.strip() for item in items if item.strip())
    if kind is int:
        try:
            if isinstance(given, (bool, float)):
                raise ValueError
            return int(given)
        except (TypeError, ValueError):
            raise Unusable(f"{name} is {given!r}; it is a whole number") from None
    if kind is float:
        try:
            if isinstance(given, bool):
                raise ValueError
            return float(given)
        except (TypeError, ValueError):
            raise Unusable(f"{name} is {given!r}; it is a number") from None
    if isinstance(given, (list, dict)):
        raise Unusable(f"{name} is {given!r}; it is a text")
    return str(given)

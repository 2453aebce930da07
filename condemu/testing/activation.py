"""Which emulator answers a call of this process, while fixtures or mocks are active.

A request is **ours** if it goes to one of AWS's hosts, or comes from an AWS SDK and goes anywhere but to this machine, or is
signed for AWS. Nothing of ours reaches the network: it is answered, or refused with a sentence. A request to this machine
(loopback), or to a host that `passthrough` names, passes.

Several activations may be active, nested or in threads. In this order, the one that answers is that

1. for which the client was made;
2. whose account the access key names (a ready-made client's, or twelve digits);
3. that began in this thread or task, or in the one that made it, last;
4. that began last.
"""

from __future__ import annotations

import re
import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from condemu.testing import environment, hosts
from condemu.testing.credentials import home_of

if TYPE_CHECKING:
    from condemu.server.app import Emulator

CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/[^/,\s]*/[^/,\s]*/([^/,\s]+)/|^AWS ([^:\s]+):")
FORM_KEY: Final = re.compile(rb"(?:^|&)AWSAccessKeyId=([^&]+)")
FORM: Final = 8192  # bytes of a form in which its access key is looked for
EMULATED: Final = frozenset({"s3", "s3express", "dynamodb", "sdb", "simpledbv2", "sts"})


class NotEmulated(RuntimeError):
    """A call that would have left this machine for AWS, and that condemu cannot answer."""


class NoMetadata(NotEmulated):
    """A search for the credentials of a virtual machine or container: its SDK is told that there is no such service."""


class Ended(RuntimeError):
    """A call by the client of a fixture that has ended."""


@dataclass(eq=False, slots=True)
class Activation:
    """One fixture or mock, from its beginning to its end."""

    account: str
    emulator: Emulator
    passthrough: tuple[str | re.Pattern[str], ...] = ()  # patterns of hosts, or expressions for whole URLs
    outer: Activation | None = None  # that was active in this thread or task before
    saved: environment.Saved = field(default_factory=dict)
    session: Any = None  # boto3's default session that was there before
    configured: frozenset[str] = frozenset()  # netlocs that the environment named before
    active: bool = True

    def lets_out(self, head: Head) -> bool:
        for pattern in self.passthrough:
            if isinstance(pattern, re.Pattern):
                if pattern.match(head.url):
                    return True
            elif fnmatchcase(head.host, pattern) or fnmatchcase(head.netloc, pattern):
                return True
        return False


lock = threading.RLock()  # of the list, and of what goes with it
active: list[Activation] = []
here_now: ContextVar[Activation | None] = ContextVar("condemu", default=None)


def innermost_here() -> Activation | None:
    """The activation of this thread or task that began last and has not ended."""
    here = here_now.get()
    while here is not None and not here.active:
        here = here.outer
    return here


def inherited(thread: threading.Thread) -> None:
    """A thread that is about to start belongs where the one belongs that starts it."""
    here = innermost_here()
    if here is None:
        return
    run = thread.run

    def run_here() -> None:
        here_now.set(here)
        run()

    thread.run = run_here  # type: ignore[method-assign]


def current() -> Activation | None:
    """The activation for which a client that is made now is made."""
    return innermost_here() or (active[-1] if active else None)


class Head:
    """What a request says before its body."""

    __slots__ = ("access_key", "from_sdk", "host", "method", "netloc", "scope", "url")

    def __init__(self, method: str, url: str, authorization: str, *, from_sdk: bool = False) -> None:
        parts = urlsplit(url)
        self.method = method
        self.url = url
        self.netloc = parts.netloc.rpartition("@")[2].lower()
        self.host = (parts.hostname or "").rstrip(".")
        self.from_sdk = from_sdk
        self.access_key, self.scope = credential_of(authorization, parts.query)


def credential_of(authorization: str, query: str) -> tuple[str, str]:
    """The access key and the service that a request was signed for, "" where it does not say."""
    match = CREDENTIAL.search(authorization) if authorization else None
    if match is not None:
        return match[1] or match[3], match[2] or ""
    if "X-Amz-Credential=" in query:
        parts = parse_qs(query).get("X-Amz-Credential", [""])[0].split("/")
        return parts[0], parts[3] if len(parts) > 3 else ""
    if "AWSAccessKeyId=" in query and "Signature=" in query:
        return parse_qs(query).get("AWSAccessKeyId", [""])[0], ""
    return "", ""


def is_ours(head: Head) -> bool:
    """Whether a request is answered here. Raises NotEmulated when it can be neither answered nor let out."""
    activation = current()
    if activation is None or activation.lets_out(head):
        return False
    if hosts.is_loopback(head.host):
        return head.from_sdk and head.netloc in activation.configured
    if hosts.is_metadata(head.host):
        raise NoMetadata(f"{head.host} has no credentials for this process while condemu is active")
    service = head.scope
    if hosts.is_aws(head.host):
        named = hosts.service_of(head.host)
        if named not in EMULATED or not service:
            service = named
    elif not head.from_sdk and not service:
        return False
    if service and service not in EMULATED:
        raise NotEmulated(
            f"condemu emulates S3, DynamoDB, SimpleDB and STS; this request is for {service} ({head.host}). "
            f"To let it out: passthrough=[{head.host!r}]"
        )
    return True


def emulator_for(head: Head, body: Any = b"", bound: Activation | None = None) -> Emulator:
    """The emulator that answers a request of ours."""
    if bound is not None and bound.active:
        return bound.emulator
    key = head.access_key
    if not key and isinstance(body, bytes):  # SimpleDB signs in its form
        found = FORM_KEY.search(body, 0, FORM)
        key = found[1].decode("latin-1") if found is not None else ""
    account = home_of(key)
    if account:
        for activation in reversed(active):
            if activation.account == account:
                return activation.emulator
    activation_now = current()
    if activation_now is None:
        raise Ended("the fixture or mock that answers this call has ended")
    return activation_now.emulator


def refuse_name(host: Any) -> None:
    """Refuse to look up AWS's hosts: whoever does is about to leave, and speaks through nothing that is answered here."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    activation = current()
    if activation is None or not isinstance(name, str) or not hosts.is_aws(name.rstrip(".")):
        return
    if not activation.lets_out(Head("GET", f"https://{name}/", "")):
        raise NotEmulated(
            f"a connection to {name} was kept from leaving while condemu is active: it came from a library that condemu does not "
            f"answer. To let it out: passthrough=[{name!r}]"
        )

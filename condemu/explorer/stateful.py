"""`ConditionalStore`: a Hypothesis machine for your own class of conditional writes. It needs hypothesis.

You say how your class is made and how its operations are called; the machine calls them in any order, with any versions, while
faults strike, and compares what your class told with what is there:

| your class told    | what must hold                                                                                     |
|--------------------|----------------------------------------------------------------------------------------------------|
| a version: written | the condition held before; the key holds the value now, under that version                         |
| None: refused      | nothing was changed; and the condition did not hold, unless a fault struck                         |
| it raised an error | a fault struck; the key holds what it held, or the new value                                       |

So a class that takes the 412 that its own repeated request met for somebody else's write is found, as is one that deletes what
it has not read. `faults` says which faults may strike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from condemu.lab.faults import Fault, fault
from condemu.testing.local import Condemu, MockAWS

KEYS: Final = st.sampled_from(["a", "b"])
VALUES: Final = st.sampled_from([b"", b"one", b"two"])
STRUCK: Final = st.integers(0, 3)  # which fault strikes; none, for a number that none has


class Content(NamedTuple):
    """What a key holds. `version` is whatever your class compares by."""

    value: bytes
    version: Any


class Wrong(AssertionError):
    """Your class told something that did not happen."""


class ConditionalStore(RuleBasedStateMachine):
    """Subclass it, define the methods down to `upload`, and let `TestCase` be a test: `TestMine = Mine.TestCase`."""

    faults: ClassVar[Sequence[str | Fault]] = ("lost", "throttle")  # that may strike; () for none

    # what you define

    def make(self, aws: Condemu) -> Any:
        """Your object, on buckets or tables that you make here. `aws` has clients: aws.client("s3")."""
        raise NotImplementedError("make(self, aws) returns the object under test")

    def get(self, store: Any, key: str) -> tuple[bytes, Any] | None:
        """Value and version; None for a key that holds nothing."""
        raise NotImplementedError("get(self, store, key) returns (value, version) or None")

    def create(self, store: Any, key: str, value: bytes) -> Any | None:
        """Write, if the key holds nothing. The version that was written; None when it was refused."""
        raise NotImplementedError("create(self, store, key, value) returns a version or None")

    def replace(self, store: Any, key: str, value: bytes, version: Any) -> Any | None:
        """Write, if the key holds this version. The version that was written; None when it was refused."""
        raise NotImplementedError("replace(self, store, key, value, version) returns a version or None")

    def delete(self, store: Any, key: str, version: Any) -> bool:
        """Delete, if the key holds this version. False when it was refused. Optional."""
        raise NotImplementedError

    def upload(self, store: Any, key: str, parts: list[bytes]) -> Any | None:
        """As `create`, in parts: a multipart upload that is completed under a condition. Optional."""
        raise NotImplementedError

    # the machine

    def __init__(self) -> None:
        super().__init__()
        self._mock = MockAWS()
        self._aws = self._mock.start()
        self._faults = [fault(one) for one in self.faults]
        self._versions: dict[str, list[Any]] = {}

    @initialize()
    def begin(self) -> None:
        self._store = self.make(self._aws)

    def teardown(self) -> None:
        self._mock.stop()

    @rule(key=KEYS, value=VALUES, struck=STRUCK)
    def creates(self, key: str, value: bytes, struck: int) -> None:
        self._try("create", key, value, struck, lambda: self.create(self._store, key, value), lambda before: before is None)

    @rule(key=KEYS, value=VALUES, which=st.integers(0, 3), struck=STRUCK)
    def replaces(self, key: str, value: bytes, which: int, struck: int) -> None:
        version = self._version(key, which)
        if version is not None:
            self._try(
                "replace", key, value, struck, lambda: self.replace(self._store, key, value, version),
                lambda before: before is not None and before.version == version,
            )  # fmt: skip

    def _defines(self, name: str) -> bool:
        return getattr(type(self), name) is not getattr(ConditionalStore, name)

    @precondition(lambda self: self._defines("delete"))
    @rule(key=KEYS, which=st.integers(0, 3), struck=STRUCK)
    def deletes(self, key: str, which: int, struck: int) -> None:
        version = self._version(key, which)
        if version is not None:
            self._try(
                "delete", key, None, struck, lambda: self.delete(self._store, key, version) or None,
                lambda before: before is not None and before.version == version,
            )  # fmt: skip

    @precondition(lambda self: self._defines("upload"))
    @rule(key=KEYS, value=VALUES, struck=STRUCK)
    def uploads(self, key: str, value: bytes, struck: int) -> None:
        """One part: all but the last must have 5 MiB, which would say no more."""
        parts = [value or b"part"]
        self._try("upload", key, parts[0], struck, lambda: self.upload(self._store, key, parts), lambda before: before is None)

    @rule(key=KEYS)
    def gets(self, key: str) -> None:
        """Reading twice reads the same."""
        first, second = self._read(key), self._read(key)
        if first != second:
            raise Wrong(f"get({key!r}) read {shown(first)}, and then {shown(second)}, with no write in between")

    def _read(self, key: str) -> Content | None:
        found = self.get(self._store, key)
        return None if found is None else Content(*found)

    def _version(self, key: str, which: int) -> Any:
        """The version that the key holds (0), or one that it held."""
        known = self._versions.get(key, [])
        if which and len(known) >= which:
            return known[-which]
        held = self._read(key)
        return None if held is None else held.version

    def _try(self, name: str, key: str, value: bytes | None, struck: int, call: Any, may: Any) -> None:
        before = self._read(key)
        if before is not None:
            self._versions.setdefault(key, []).append(before.version)
        rule = self._faults[struck] if struck < len(self._faults) else None
        hits, told, error = 0, None, None
        try:
            if rule is None:
                told = call()
            else:
                with self._aws.fault(rule, must_strike=False, first=1) as counted:
                    try:
                        told = call()
                    finally:
                        hits = counted.hits
        except NotImplementedError:
            raise
        except Exception as raised:
            error = raised
        after = self._read(key)
        what = f"{name}({key!r}) on a key that held {shown(before)}" + (f", while {rule} struck" if hits else "")
        wrote = after is not None and value is not None and after.value == value if name != "delete" else after is None
        if error is not None:
            self._judge_error(what, error, bool(hits), before, after, wrote)
        elif told is not None:
            self._judge_success(what, told, may(before), name, after, wrote)
        elif after != before:
            raise Wrong(f"{what} said that it was refused, and yet the key holds {shown(after)} now")
        elif may(before) and not hits:
            raise Wrong(f"{what} said that it was refused, though its condition held")

    def _judge_error(
        self, what: str, error: Exception, struck: bool, before: Content | None, after: Content | None, wrote: bool
    ) -> None:
        if not struck:
            raise Wrong(f"{what} raised {type(error).__name__}: {error}") from error
        if after != before and not wrote:
            raise Wrong(f"{what} raised {type(error).__name__}, and left {shown(after)}") from error

    def _judge_success(self, what: str, told: Any, allowed: bool, name: str, after: Content | None, wrote: bool) -> None:
        if not allowed:
            raise Wrong(f"{what} said that it was done, though its condition did not hold")
        if not wrote:
            raise Wrong(f"{what} said that it was done, and the key holds {shown(after)}")
        if name != "delete" and after is not None and after.version != told:
            raise Wrong(f"{what} told the version {told!r}, and the key holds {after.version!r}")


def shown(held: Content | None) -> str:
    return "nothing" if held is None else f"{held.value[:20]!r} under {held.version!r}"

"""What a case expects, and what it means when a target does otherwise.

A case never compares errors by hand: these functions raise a `Difference` that says which kind of difference it is, and the
report colors the matrix by it.

| kind         | the target …                                                                   |
|--------------|---------------------------------------------------------------------------------|
| ignored      | accepted what AWS refuses: the condition did nothing                            |
| refused      | refused what AWS accepts                                                        |
| wrong code   | refused as AWS does, with another status or code                                |
| wrong words  | refused with AWS's status and code, but not with its message, or its elements    |
| not atomic   | let through more, or fewer, than the rule allows when calls met                 |
| wrong result | answered a success that differs from AWS's                                      |
| unsupported  | said that it does not implement the operation                                   |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

KINDS: Final = ("ignored", "refused", "wrong code", "wrong words", "not atomic", "wrong result", "unsupported")
UNSUPPORTED: Final = frozenset({"UnknownOperationException", "UnsupportedOperation", "InvalidAction", "NotImplemented"})


class Difference(AssertionError):
    """The target differs from AWS, in a kind of way."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"[{kind}] {text}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer, taken apart. `fields` are the further elements of the error."""

    status: int
    code: str
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: ClientError) -> Refusal:
        answer: Any = error.response
        details = dict(answer.get("Error", {}))
        meta = answer.get("ResponseMetadata", {})
        code = str(details.pop("Code", ""))
        message = str(details.pop("Message", ""))
        body = {name: value for name, value in answer.items() if name not in ("Error", "ResponseMetadata")}
        return cls(int(meta.get("HTTPStatusCode", 0)), code, message, details, meta.get("HTTPHeaders", {}), body)

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message} {dict(self.fields)}"


def attempt(call: Callable[..., Any], /, **parameters: Any) -> Any:
    """The answer of a call, or its Refusal."""
    try:
        return call(**parameters)
    except ClientError as error:
        return Refusal.of(error)


def accepted(call: Callable[..., Any], /, **parameters: Any) -> Any:
    """The answer of a call that AWS accepts."""
    answer = attempt(call, **parameters)
    if isinstance(answer, Refusal):
        kind = "unsupported" if answer.status == 501 or answer.code in UNSUPPORTED else "refused"
        raise Difference(kind, f"AWS accepts this; the target answered {answer}")
    return answer


def refused(
    call: Callable[..., Any],
    /,
    *,
    status: int,
    code: str | None = None,
    message: str | None = None,
    elements: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Refusal:
    """The Refusal of a call that AWS refuses with this status, and as far as given this code, message and elements.

    A code is not compared where HTTP leaves no room for one (HEAD, 304).
    """
    answer = attempt(call, **parameters)
    if not isinstance(answer, Refusal):
        raise Difference("ignored", f"AWS refuses this with {status} {code or ''}; the target accepted it")
    expected = f"{status} {code or ''}: {message or '…'} {dict(elements or {})}"
    if (answer.status == 501 or answer.code in UNSUPPORTED) and status != 501:
        raise Difference("unsupported", f"AWS answers {expected}; the target {answer}")
    if answer.status != status or (code is not None and answer.code != code and not answer.code.isdigit()):
        raise Difference("wrong code", f"AWS answers {expected}; the target {answer}")
    lacking = any(answer.fields.get(name) != value for name, value in (elements or {}).items())
    if lacking or (message is not None and answer.message != message):
        raise Difference("wrong words", f"AWS answers {expected}; the target {answer}")
    return answer


def same(found: Any, expected: Any, what: str) -> None:
    """A value in a successful answer, or in what is stored, is what AWS gives."""
    if found != expected:
        raise Difference("wrong result", f"{what}: AWS gives {expected!r}, the target {found!r}")


def true(condition: object, what: str) -> None:
    """Something that holds on AWS."""
    if not condition:
        raise Difference("wrong result", f"on AWS, {what}")


def atomic(condition: object, what: str) -> None:
    """Something that holds on AWS whatever meets whatever."""
    if not condition:
        raise Difference("not atomic", what)


def supported(answers: list[Any]) -> list[Any]:
    """The answers of clients that met, unless the target said to them that it has no such operation: that is no race."""
    for answer in answers:
        if isinstance(answer, Refusal) and (answer.status == 501 or answer.code in UNSUPPORTED):
            raise Difference("unsupported", f"the target answered {answer}")
    return answers


@contextmanager
def unchanged(look: Callable[[], Any], what: str) -> Iterator[None]:
    """What `look` sees is the same before and after: the twin of every refusal."""
    before = look()
    yield
    after = look()
    if before != after:
        raise Difference("ignored", f"a refused call changed {what}: {before!r} became {after!r}")

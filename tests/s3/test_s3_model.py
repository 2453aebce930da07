"""Put, get, copy and delete against a model that a reader can check by eye."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import invariants
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from s3_wire import Answer, fresh
from stores import TwiceStore

from condemu.core.store import MemoryStore

KEYS = st.sampled_from(["a", "b"])
BODIES = st.sampled_from([b"", b"1", b"2"])
CONDITIONS = st.sampled_from(["none", "none-match", "match-right", "match-wrong", "match-any", "both"])
MARKER = None


def etag_of(body: bytes) -> str:
    return md5(body).hexdigest()


class Model:
    """A stack of (id, body or MARKER) for each key, newest first."""

    def __init__(self) -> None:
        self.versioning = ""
        self.stacks: dict[str, list[tuple[str, bytes | None]]] = {"a": [], "b": []}

    def current(self, key: str) -> bytes | None:
        stack = self.stacks[key]
        return stack[0][1] if stack else None

    def write_status(self, key: str, condition: str, if_match: str) -> int:
        if condition in ("both", "match-any"):
            return 501
        held = self.current(key)
        if condition == "none-match":
            return 200 if held is None else 412
        if condition in ("match-right", "match-wrong"):
            return 404 if held is None else 200 if if_match == etag_of(held) else 412
        return 200

    def delete_status(self, key: str, condition: str, if_match: str) -> int:
        held = self.current(key)
        if condition in ("none", "none-match"):
            return 204
        if held is None:
            return 404
        return 204 if if_match in ("*", etag_of(held)) else 412

    def push(self, key: str, version_id: str, body: bytes | None) -> None:
        stack = self.stacks[key]
        if not self.versioning:
            stack.clear()
        if version_id == "null":
            stack[:] = [entry for entry in stack if entry[0] != "null"]
        stack.insert(0, (version_id, body))


class Machine(RuleBasedStateMachine):
    @initialize(twice=st.booleans())
    def begin(self, twice: bool) -> None:
        self.s3, self.model = fresh(TwiceStore if twice else MemoryStore), Model()

    def headers(self, key: str, condition: str) -> dict[str, str]:
        held = self.model.current(key)
        right = etag_of(held) if held is not None else etag_of(b"1")
        values = {"match-right": right, "match-wrong": "wrong", "match-any": "*", "both": right}
        headers = {"if-match": values[condition]} if condition in values else {}
        return {**headers, **({"if-none-match": "*"} if condition in ("none-match", "both") else {})}

    def judge(self, answer: Answer, expected: int, before: Any) -> bool:
        assert answer.status == expected, answer.body
        if expected >= 400:
            assert self.s3.everything() == before
        return expected < 400

    @rule(status=st.sampled_from(["Enabled", "Suspended"]))
    def set_versioning(self, status: str) -> None:
        self.s3.versioning(status)
        self.model.versioning = status

    @rule(key=KEYS, body=BODIES, condition=CONDITIONS)
    def put(self, key: str, body: bytes, condition: str) -> None:
        headers, before = self.headers(key, condition), self.s3.everything()
        answer = self.s3("PUT", f"/bucket/{key}", body, headers=headers)
        if self.judge(answer, self.model.write_status(key, condition, headers.get("if-match", "")), before):
            assert (answer["x-amz-version-id"] is not None) == (self.model.versioning == "Enabled")
            self.model.push(key, answer["x-amz-version-id"] or "null", body)

    @rule(source=KEYS, condition=CONDITIONS, source_condition=st.sampled_from(["", "if-match", "if-none-match"]))
    def copy(self, source: str, condition: str, source_condition: str) -> None:
        key = "b" if source == "a" else "a"
        headers, before = self.headers(key, condition), self.s3.everything()
        held = self.model.current(source)
        if source_condition:
            headers[f"x-amz-copy-source-{source_condition}"] = etag_of(b"1")
        answer = self.s3("PUT", f"/bucket/{key}", headers={"x-amz-copy-source": f"bucket/{source}", **headers})
        expected = self.model.write_status(key, condition, headers.get("if-match", ""))
        if expected != 501 and held is None:
            expected = 404
        elif expected != 501 and source_condition and (held == b"1") != (source_condition == "if-match"):
            expected = 412
        if self.judge(answer, expected, before):
            self.model.push(key, answer["x-amz-version-id"] or "null", held)

    @rule(key=KEYS, condition=st.sampled_from(["none", "match-right", "match-wrong", "match-any"]))
    def delete(self, key: str, condition: str) -> None:
        headers, before = self.headers(key, condition), self.s3.everything()
        answer = self.s3("DELETE", f"/bucket/{key}", headers=headers)
        if self.judge(answer, self.model.delete_status(key, condition, headers.get("if-match", "")), before):
            if self.model.versioning:
                self.model.push(key, answer["x-amz-version-id"] or "", MARKER)
            else:
                self.model.stacks[key].clear()

    @rule(key=KEYS, at=st.integers(0, 3))
    def delete_version(self, key: str, at: int) -> None:
        stack = self.model.stacks[key]
        if at < len(stack):
            version_id, body = stack.pop(at)
            answer = self.s3("DELETE", f"/bucket/{key}", query=f"versionId={version_id}")
            assert (answer.status, answer["x-amz-delete-marker"]) == (204, None if body is not None else "true")

    @invariant()
    def the_state_is_whole(self) -> None:
        invariants.check(self.s3.store)

    @invariant()
    def reads_and_stacks_agree(self) -> None:
        for key, stack in self.model.stacks.items():
            held = self.model.current(key)
            answer = self.s3.get(key)
            assert (answer.status, answer.body if held is not None else b"") == ((200, held) if held is not None else (404, b""))
            assert [(version_id, marker) for version_id, marker, _ in self.s3.stack(key)] == [
                (version_id, body is MARKER) for version_id, body in stack
            ]


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestModel = Machine.TestCase

"""obstore: Rust's object_store, whose PutMode is a conditional write."""

from __future__ import annotations

from typing import Any

import pytest
from client_settings import ACCESS_KEY, PART, REGION, SECRET_KEY

obstore = pytest.importorskip("obstore")


@pytest.fixture
def store(endpoint: str, bucket: str) -> Any:
    return obstore.store.S3Store(
        bucket,
        endpoint=endpoint,
        access_key_id=ACCESS_KEY,
        secret_access_key=SECRET_KEY,
        region=REGION,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )


def content(store: Any, path: str) -> bytes:
    return bytes(obstore.get(store, path).bytes())


def test_obstore_creates_once_and_updates_by_etag(store: Any) -> None:
    made = obstore.put(store, "key", b"1", mode="create")
    with pytest.raises(obstore.exceptions.AlreadyExistsError):
        obstore.put(store, "key", b"2", mode="create")
    changed = obstore.put(store, "key", b"3", mode={"e_tag": made["e_tag"]})
    with pytest.raises(obstore.exceptions.PreconditionError):
        obstore.put(store, "key", b"4", mode={"e_tag": made["e_tag"]})
    assert content(store, "key") == b"3"
    obstore.put(store, "key", b"5", mode={"e_tag": changed["e_tag"]})
    assert content(store, "key") == b"5"


def test_obstore_reads_with_conditions(store: Any) -> None:
    etag = obstore.put(store, "key", b"1")["e_tag"]
    with pytest.raises(obstore.exceptions.NotModifiedError):
        obstore.get(store, "key", options={"if_none_match": etag})
    with pytest.raises(obstore.exceptions.PreconditionError):
        obstore.get(store, "key", options={"if_match": '"other"'})
    assert bytes(obstore.get(store, "key", options={"if_match": etag}).bytes()) == b"1"


def test_obstore_copies_once(store: Any) -> None:
    obstore.put(store, "from", b"1")
    obstore.copy(store, "from", "to", overwrite=True)
    assert content(store, "to") == b"1"


def test_obstore_uploads_in_parts(store: Any) -> None:
    obstore.put(store, "large", PART + PART + b"end", use_multipart=True, chunk_size=len(PART))
    assert "-" in obstore.head(store, "large")["e_tag"]
    assert bytes(obstore.get_range(store, "large", start=2 * len(PART) - 1, end=2 * len(PART) + 3)) == b"pend"


def test_obstore_lists_and_deletes(store: Any) -> None:
    for name in ("a/1", "a/2", "b"):
        obstore.put(store, name, b"x")
    assert [entry["path"] for entry in obstore.list(store).collect()] == ["a/1", "a/2", "b"]
    assert obstore.list_with_delimiter(store)["common_prefixes"] == ["a"]
    obstore.delete(store, ["a/1", "a/2", "b"])
    assert obstore.list(store).collect() == []
    with pytest.raises(FileNotFoundError):
        obstore.head(store, "b")

"""State as a seed directory: what an account holds, as files that people read, change and keep in git.

Written is what `buckets.py`, `tables.py` and `domains.py` read: of each object its current version, of tables and domains all
items. Former versions, uploads under way, streams' records and grants stay behind; a snapshot file has them. What a seed cannot
say is told, line by line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from condemu.core.store import Store, prefix_range
from condemu.s3.state.records import BUCKETS, OBJECTS, Bucket, Version
from condemu.server.state_files.asking import Asker
from condemu.server.state_files.buckets import AROUND, DOCUMENTS, ELEMENTS, HEADERS, IGNORED, WIRE_NAMES, guessed
from condemu.server.state_files.tables import described
from condemu.simpledb import records as simpledb
from condemu.wire import xml

_LISTS: Final = {wire: member for member, wire in ELEMENTS.items()}
_NAMES: Final = {**{wire: member for member, wire in WIRE_NAMES.items()}, "S3Key": "Key"}
_FRESH: Final = "condemu-fresh-bucket"  # what is said of it is said of every bucket


class Unpacking:
    """Writes what an account of an emulator holds in a region into a directory. `tell` hears of what stays behind."""

    def __init__(self, asker: Asker, store: Store, account: str, root: Path, tell: Callable[[str], None]) -> None:
        self._asker = asker
        self._store = store
        self._account = account
        self._root = root
        self._tell = tell

    def unpack(self) -> None:
        self._asker.s3(_FRESH, "PUT", f"/{_FRESH}", headers={"x-amz-object-ownership": "BucketOwnerEnforced"})
        fresh = self._documents(_FRESH)
        for bucket in self._entries(BUCKETS, (self._account,)):
            if bucket[1].name != _FRESH:
                self._bucket(bucket[1], fresh)
        for table in self._tables():
            self._table(table)
        for key, _ in self._entries(simpledb.DOMAINS, (self._account, self._asker.region)):
            self._domain(key[2])

    def _entries(self, space: str, prefix: tuple[Any, ...]) -> list[tuple[Any, Any]]:
        return self._store.view(lambda txn: list(txn.scan(space, *prefix_range(prefix))))

    # buckets

    def _bucket(self, bucket: Bucket, fresh: Mapping[str, Any]) -> None:
        told = {name: held for name, held in self._documents(bucket.name).items() if held != fresh.get(name)}
        if bucket.object_lock is not None:
            told["ObjectLockEnabledForBucket"] = True
        if bucket.policy is not None:
            told["Policy"] = json.loads(bucket.policy)
        entries = [self._object(bucket.name, key, version) for key, version in self._objects(bucket)]
        if any(entries):
            told["Objects"] = [entry for entry in entries if entry is not None]
        _write_json(self._root / "s3" / f"{bucket.name}.json", told)

    def _documents(self, bucket: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for member, subresource in DOCUMENTS.items():
            answer = self._asker.answer_of_s3("GET", f"/{bucket}", subresource)
            if answer.status == 200:
                body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
                held = unwired(xml.parse(body))
                if held:
                    found[member] = held
        return found

    def _objects(self, bucket: Bucket) -> Iterator[tuple[str, Version]]:
        for key, version in self._entries(OBJECTS, bucket.place):
            if not version.marker:
                yield key[2], version

    def _object(self, bucket: str, key: str, version: Version) -> dict[str, Any] | None:
        """Write the object's file. What is to be said of it besides; None when nothing is."""
        said = said_of(key, version)
        path = self._root / "s3" / bucket / key
        if fits(key) and not path.is_dir() and not any(one.is_file() for one in path.parents):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "wb") as file:
                for piece in version.body.pieces():
                    file.write(piece)
            return {"Key": key, **said} if said else None
        try:
            return {"Key": key, "Body": version.body.bytes().decode(), **said}
        except UnicodeDecodeError:
            self._tell(f"s3/{bucket}: {key!r} is no name of a file, and its body is no text: it stays behind")
            return None

    # tables and domains

    def _tables(self) -> list[str]:
        found = []
        for key, _ in self._entries("dynamodb.table", (self._account,)):
            if key[2] == self._asker.region:
                found.append(key[1])
            else:
                self._tell(f"dynamodb: table {key[1]} is in {key[2]} and stays behind: --region {key[2]}")
        return found

    def _table(self, name: str) -> None:
        ask = self._asker.answer_of_dynamodb
        table = ask("DescribeTable", {"TableName": name})["Table"]
        told = described(table)
        del told["TableName"]
        tags = ask("ListTagsOfResource", {"ResourceArn": table["TableArn"]}).get("Tags")
        if tags:
            told["Tags"] = tags
        ttl = ask("DescribeTimeToLive", {"TableName": name})["TimeToLiveDescription"]
        if ttl["TimeToLiveStatus"] in ("ENABLED", "ENABLING"):
            told["TimeToLiveSpecification"] = {"Enabled": True, "AttributeName": ttl["AttributeName"]}
        _write_json(self._root / "dynamodb" / f"{name}.json", told)
        lines = [json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n" for item in self._items(name)]
        if lines:
            _write(self._root / "dynamodb" / f"{name}.items.jsonl", "".join(sorted(lines)))

    def _items(self, name: str) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {"TableName": name}
        while True:
            page = self._asker.answer_of_dynamodb("Scan", asked)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _domain(self, name: str) -> None:
        entries = self._entries(simpledb.ITEMS, (self._account, self._asker.region, name))
        items = {
            key[3]: {attribute: held[0] if len(held) == 1 else list(held) for attribute, held in item.attributes.items()}
            for key, item in entries
        }
        _write_json(self._root / "simpledb" / f"{name}.json", {"Items": items})


def unwired(element: xml.Element) -> Any:
    """An element of the wire as a member of an SDK. Texts stay texts."""
    if not element.children:
        return element.text
    found: dict[str, Any] = {}
    for child in element.children:
        if child.tag in AROUND:
            found[child.tag] = [unwired(one) for one in child.children]
        elif child.tag in _LISTS:
            found.setdefault(_LISTS[child.tag], []).append(unwired(child))
        else:
            found[_NAMES.get(child.tag, child.tag)] = unwired(child)
    return found


def said_of(key: str, version: Version) -> dict[str, Any]:
    """What a seed says of an object besides its bytes."""
    said: dict[str, Any] = {name: held for name, held in version.system.items() if name in HEADERS}
    if version.content_type != (guessed(key) or "binary/octet-stream"):
        said["ContentType"] = version.content_type
    if version.metadata:
        said["Metadata"] = dict(version.metadata)
    if version.tags:
        said["Tagging"] = urlencode(version.tags)
    if version.storage_class != "STANDARD":
        said["StorageClass"] = version.storage_class
    return said


def fits(key: str) -> bool:
    """Whether a key can be the path of a file on every machine."""
    parts = key.split("/")
    return all(part not in ("", ".", "..") and len(part.encode("utf-8", "surrogatepass")) <= 255 for part in parts) and (
        parts[-1] not in IGNORED and key.isprintable() and "\\" not in key
    )


def _write_json(path: Path, document: Any) -> None:
    _write(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

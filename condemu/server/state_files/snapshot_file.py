"""A snapshot as a file: all that accounts hold, in one zip that a person can open.

| member                    | holds                                                                                            |
|---------------------------|--------------------------------------------------------------------------------------------------|
| documents/SPACE.jsonl     | a line of JSON for each entry of a space: its key and its record                                 |
| bodies/NAME               | a body as it is, by the digest of its content; equal bodies are there once                       |
| manifest.json             | the format, who wrote it, the commit, the accounts, how many entries, and a digest of all others |

Equal states make equal files. Both directions take the memory of the records, and of a piece of a body. A file is believed as a
whole or not at all: `Opened` compares every body with its name and all documents with the digest before it hands out a snapshot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as BrokenStream  # noqa: N812

from condemu import __version__
from condemu.core.blobs import EMPTY, PIECE, Blob
from condemu.core.codec import Document, body_digest, name_of
from condemu.core.spaces import Snapshot, Space, Spaces, is_account
from condemu.core.store import Key, Record

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DOCUMENTS: Final = "documents/"
BODIES: Final = "bodies/"
LAST_COMMIT: Final = 1 << 44  # records keep 45 bits of a commit's index
_LONGEST_MANIFEST: Final = 64 * 1024 * 1024
_BROKEN: Final = (BadZipFile, BrokenStream, EOFError, NotImplementedError, OSError, RuntimeError, UnicodeError)


class Unreadable(ValueError):
    """A file that is no snapshot which this version reads: the sentence says why."""


# --- out --------------------------------------------------------------------------------------------------------------------


class Collected:
    """The bodies that documents refer to. What is one object in the store is hashed once."""

    def __init__(self) -> None:
        self.blobs: dict[str, Blob] = {}
        self._names: dict[int, str] = {}  # of blobs that the snapshot keeps alive

    def keep(self, blob: Blob) -> str:
        name = self._names.get(id(blob))
        if name is None:
            name = self._names[id(blob)] = name_of(blob)
            if blob.size:
                self.blobs.setdefault(name, blob)
        return name

    def find(self, name: str) -> Blob:
        return self.blobs[name]


def write(file: IO[bytes], kept: Sequence[Snapshot], spaces: Spaces, account: str | None, bucket_names: str) -> None:
    """Write what accounts hold. `account` is the only one that was asked for; without it they are all that there are."""
    bodies, digest = Collected(), blake2b(digest_size=32)
    shown: dict[str, Document] = {}
    by_space: dict[str, list[tuple[Key, Record]]] = {}
    for one in kept:
        for name, key, held in one.entries:
            by_space.setdefault(name, []).append((key, held))
    with ZipFile(file, "w", allowZip64=True) as archive:
        for space in spaces:
            entries = by_space.get(space.name)
            if entries is None:
                continue
            shown[space.name] = {"version": space.version, "entries": len(entries)}
            with archive.open(_member(f"{DOCUMENTS}{space.name}.jsonl", ZIP_DEFLATED), "w", force_zip64=True) as member:
                for key, held in entries:
                    document = space.document(key, held, bodies)
                    line = json.dumps({"key": document["key"], "record": document["record"]}, ensure_ascii=False) + "\n"
                    encoded = line.encode("utf-8", "surrogatepass")
                    digest.update(encoded)
                    member.write(encoded)
        for name, blob in bodies.blobs.items():
            digest.update(name.encode())
            with archive.open(_member(BODIES + name, ZIP_STORED, blob.size), "w") as member:
                for piece in blob.pieces():
                    member.write(piece)
        manifest = {
            "format": FORMAT, "condemu": __version__, "commit": max((one.index for one in kept), default=0), "account": account,
            "bucket_names": bucket_names, "accounts": {one.account: len(one.entries) for one in kept}, "spaces": shown,
            "bodies": {"count": len(bodies.blobs), "bytes": sum(blob.size for blob in bodies.blobs.values())},
            "digest": digest.hexdigest(),
        }  # fmt: skip
        archive.writestr(_member(MANIFEST, ZIP_STORED), json.dumps(manifest, indent=2) + "\n")


def _member(name: str, compression: int, size: int = 0) -> ZipInfo:
    """A member, always of the same date. A size from two gibibytes on is told beforehand, so that there is room for it."""
    member = ZipInfo(name)
    member.compress_type = compression
    member.external_attr = 0o644 << 16
    member.file_size = size
    return member


# --- in ---------------------------------------------------------------------------------------------------------------------


class Opened:
    """A snapshot file that is to be read. Raises Unreadable, now or later."""

    def __init__(self, file: IO[bytes], spaces: Spaces) -> None:
        try:
            self._archive = ZipFile(file)
            manifest = self._manifest()
        except _BROKEN as problem:
            raise Unreadable(f"this is no snapshot file: {_said(problem)}") from None
        self._known = {space.name: space for space in spaces}
        self._manifest_is_ours(manifest)
        self.account: str | None = manifest["account"]
        self.accounts: tuple[str, ...] = tuple(manifest["accounts"])
        self.bucket_names: str = manifest["bucket_names"]
        self._commit: int = manifest["commit"]
        self.spaces: Mapping[str, Any] = manifest["spaces"]
        self._digest: str = manifest["digest"]
        self._bodies = manifest["bodies"]["count"]

    def _manifest(self) -> Any:
        member = next((one for one in self._archive.infolist() if one.filename == MANIFEST), None)
        if member is None or member.file_size > _LONGEST_MANIFEST:
            raise Unreadable(f"this is no snapshot file: it has no {MANIFEST}")
        try:
            return json.loads(self._archive.read(member))
        except ValueError as problem:
            raise Unreadable(f"this is no snapshot file: its {MANIFEST} is no JSON: {problem}") from None

    def _manifest_is_ours(self, manifest: Any) -> None:
        if type(manifest) is not dict or type(manifest.get("format")) is not int:
            raise Unreadable(f"this is no snapshot file: its {MANIFEST} says no format")
        author = f"condemu {manifest.get('condemu')}"
        if manifest["format"] != FORMAT:
            told = f"{author} wrote this snapshot in format {manifest['format']}"
            raise Unreadable(f"{told}; condemu {__version__} reads format {FORMAT}")
        try:
            for name, said in manifest["spaces"].items():
                version = self._known[name].version if name in self._known else None
                if version != said["version"]:
                    other = f"version {version} of it" if version else "no such space"
                    raise Unreadable(
                        f"{author} wrote {name} of this snapshot in version {said['version']}; condemu {__version__} has {other}"
                    )
            accounts, only = manifest["accounts"], manifest["account"]
            good = (
                type(manifest["commit"]) is int and 0 <= manifest["commit"] < LAST_COMMIT and type(manifest["digest"]) is str
                and type(manifest["bucket_names"]) is str and type(manifest["bodies"]["count"]) is int
                and all(map(is_account, accounts)) and (only is None or list(accounts) in ([only], []))
            )  # fmt: skip
        except (AttributeError, KeyError, TypeError):
            good = False
        if not good:
            raise Unreadable(f"this snapshot file is damaged: its {MANIFEST} is not as it was written")

    def bodies(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each body's name, and its pieces, which are all to be asked for. A body of another name is refused at its end."""
        for member in self._archive.infolist():
            if member.filename.startswith(BODIES):
                name = member.filename.removeprefix(BODIES)
                yield name, self._pieces(member, name)

    def _pieces(self, member: ZipInfo, name: str) -> Iterator[bytes]:
        digest = body_digest()
        try:
            with self._archive.open(member) as stream:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    yield piece
        except _BROKEN as problem:
            raise Unreadable(f"this snapshot file is damaged at {member.filename}: {_said(problem)}") from None
        if digest.hexdigest() != name:
            raise Unreadable(f"this snapshot file is damaged: {member.filename} holds another body")

    def snapshots(self, blobs: Mapping[str, Blob]) -> list[Snapshot]:
        """What the accounts held. `blobs` are the bodies, by name."""
        digest, bodies = blake2b(digest_size=32), Found(blobs)
        entries: dict[str, list[tuple[str, Any, Any]]] = {account: [] for account in self.accounts}
        for name in self.spaces:
            space = self._known[name]
            for key, held in self._entries(space, digest.update, bodies):
                account = key[0] if space.owner is None else space.owner(held)
                if type(account) is not str or account not in entries or space.fault_in(key):
                    raise Unreadable(f"this snapshot file is damaged: {name} has an entry of nobody")
                entries[account].append((name, key, held))
        for name in blobs:
            digest.update(name.encode())
        if digest.hexdigest() != self._digest or len(blobs) != self._bodies:
            raise Unreadable("this snapshot file is damaged: what it holds is not what its digest was made of")
        return [Snapshot(account, self._commit, tuple(held)) for account, held in entries.items()]

    def _entries(self, space: Space, read: Callable[[bytes], None], bodies: Found) -> Iterator[tuple[Any, Any]]:
        member, number = f"{DOCUMENTS}{space.name}.jsonl", 0
        try:
            with self._archive.open(member) as lines:
                for number, line in enumerate(lines, 1):  # noqa: B007
                    read(line)
                    document = json.loads(line.decode("utf-8", "surrogatepass"))
                    yield space.entry({"version": space.version, **document}, bodies)
        except Unreadable:
            raise
        except KeyError as missing:
            raise Unreadable(f"this snapshot file is damaged at {member}, line {number}: {missing.args[0]} is missing") from None
        except (*_BROKEN, ValueError, TypeError, AttributeError, ArithmeticError) as problem:
            raise Unreadable(f"this snapshot file is damaged at {member}, line {number}: {_said(problem)}") from None


class Found:
    """The bodies of a file, to read its documents with."""

    def __init__(self, blobs: Mapping[str, Blob]) -> None:
        self._blobs = {name_of(EMPTY): EMPTY, **blobs}

    def keep(self, blob: Blob) -> str:
        return name_of(blob)

    def find(self, name: str) -> Blob:
        return self._blobs[name]


def _said(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__

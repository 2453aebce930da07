"""What a store's tables are for: the spaces, and what is done with all that one account holds.

Each service declares its spaces beside its records; the program's list of them is put together where the services are. A space
says how its keys are shaped and what its records are, so that a record can leave the process as a document and come back, and
a test can check every key and every record that a service writes.

Every key begins with the account, twelve digits. So an account can be forgotten, kept and brought back by the beginning of its
keys, and no work done for one account walks over another's. One space is the exception: names that all accounts share, such as
those of buckets. It declares by `owner` whose an entry is, and by `claimed_by` which entries of another space hold its names.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from condemu.core.codec import Bodies, Codec, Document, codec_of
from condemu.core.records import record
from condemu.core.store import Key, Record, Txn, prefix_range

ACCOUNT: Final = "account"
ARN: Final = "arn"  # a part of a key that names its account once more


class Part(NamedTuple):
    """One part of a key: its name, and its type, which is str, int or bytes."""

    name: str
    kind: type


class Claim(NamedTuple):
    """How an entry of an account holds a name that all accounts share: the space of the names, and the name's key."""

    space: str
    key: Callable[[Key, Record], Key]


@record
class Space:
    """One table of the store. `kind` is the type of its records; `codec` replaces the one that the type gives.

    `version` counts the changes of what its documents look like. What is `replicated`, an eventually consistent read may show as
    it was.
    """

    name: str
    parts: tuple[Part, ...]
    kind: Any
    version: int = 1
    codec: Codec | None = None
    claim: Claim | None = None
    replicated: bool = False
    owner: Callable[[Record], str] | None = None
    move: Callable[[Record, str, str], Record] | None = None  # the record when it is another account's: (record, former, account)

    def moved(self, key: Key, held: Record, former: str, account: str) -> tuple[Key, Record]:
        """An entry of one account as another's: where it says whose it is, in its key and in its record, it says the other."""
        parts = tuple(
            account if name == ACCOUNT else part.replace(f":{former}:", f":{account}:", 1) if name == ARN else part
            for (name, _), part in zip(self.parts, key, strict=True)
        )
        return parts, held if self.move is None else self.move(held, former, account)

    def document(self, key: Key, held: Record, bodies: Bodies) -> Document:
        """An entry as a document."""
        codec = self.codec or codec_of(self.kind)
        shown = [b64encode(part).decode() if kind is bytes else part for (_, kind), part in zip(self.parts, key, strict=True)]
        return {"space": self.name, "version": self.version, "key": shown, "record": codec.encode(held, bodies)}

    def entry(self, document: Document, bodies: Bodies) -> tuple[Key, Record]:
        """The key and the record that a document of this space stands for. Raises ValueError for another version's."""
        if document["version"] != self.version:
            raise ValueError(f"{self.name} has version {self.version}, the document {document['version']}")
        codec = self.codec or codec_of(self.kind)
        key = tuple(
            b64decode(part) if kind is bytes else part for (_, kind), part in zip(self.parts, document["key"], strict=True)
        )
        return key, codec.decode(document["record"], bodies)

    def fault_in(self, key: Key) -> str:
        """What is wrong with the shape of a key; "" if nothing is."""
        if len(key) != len(self.parts):
            return f"{self.name} has keys of {len(self.parts)} parts, not {len(key)}: {key!r}"
        for (name, kind), part in zip(self.parts, key, strict=True):
            if type(part) is not kind:
                return f"{name} of {self.name} is {kind.__name__}, not {type(part).__name__}: {key!r}"
        if self.owner is None and not is_account(key[0]):
            return f"a key of {self.name} begins with an account, not with {key[0]!r}"
        return ""


def space(name: str, kind: Any, *parts: tuple[str, type], **more: Any) -> Space:
    """A space whose keys are the account and then `parts`; with an `owner`, `parts` alone."""
    first = () if "owner" in more else (Part(ACCOUNT, str),)
    return Space(name, (*first, *(Part(*part) for part in parts)), kind, **more)


def is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdecimal()


Spaces = Sequence[Space]


# --- all of one account -----------------------------------------------------------------------------------------------------


class NameTaken(Exception):
    """What is to be brought back needs a name that another account has taken meanwhile."""


@record
class Snapshot:
    """All that an account held after a commit. Records never change, so they are shared with the store and cost nothing."""

    account: str
    index: int
    entries: tuple[tuple[str, Key, Record], ...]


def forget(txn: Txn, spaces: Spaces, account: str) -> None:
    """Delete all that an account holds, and nothing else."""
    for name, key, _ in list(_held(txn, spaces, account)):
        txn.delete(name, key)


def snapshot(txn: Txn, spaces: Spaces, account: str) -> Snapshot:
    """All that an account holds now."""
    return Snapshot(account, txn.index - 1, tuple(_held(txn, spaces, account)))


def restore(txn: Txn, spaces: Spaces, kept: Snapshot) -> None:
    """Let an account hold what it held then, and nothing else.

    Raises NameTaken, and changes nothing, when another account has taken one of its names. Raises ValueError for a snapshot of a
    store that is ahead of this one: records remember by which commits they were written, and what was written in the future
    would be a conflict to every conditional write. `load` is for those.
    """
    if kept.index >= txn.index:
        raise ValueError(f"the snapshot was made at commit {kept.index}, and this store is at {txn.index - 1}")
    shared = {space.name: space.owner for space in spaces if space.owner is not None}
    for name, key, _ in kept.entries:
        if name in shared:
            holder = txn.get(name, key)
            if holder is not None and shared[name](holder) != kept.account:
                raise NameTaken(f"{key[0]} belongs to {shared[name](holder)} now")
    forget(txn, spaces, kept.account)
    for name, key, held in kept.entries:
        txn.put(name, key, held)


def load(txn: Txn, spaces: Spaces, kept: Sequence[Snapshot], *, alone: bool = False) -> None:
    """Let accounts hold what they held in another store, and nothing else; `alone` when no other account may hold anything.

    Indexes of commits stand in records, version ids and sequence numbers of streams, which clients know. They stay what they
    were, and this store's index moves past them. Raises NameTaken, and changes nothing, as `restore` does.
    """
    for account in dict.fromkeys((*(one.account for one in kept), *(accounts(txn, spaces) if alone else ()))):
        forget(txn, spaces, account)
    for one in kept:
        txn.come_after(one.index)
        restore(txn, spaces, one)


def accounts(txn: Txn, spaces: Spaces) -> list[str]:
    """Who holds something."""
    found = set()
    for one in spaces:
        start: Key | None = None
        while one.owner is None and (first := next(txn.scan(one.name, start), None)) is not None:
            found.add(first[0][0])
            start = prefix_range(first[0][:1])[1]
    return sorted(found)


def fork(txn: Txn, spaces: Spaces, kept: Snapshot, account: str) -> None:
    """Let another account hold what was kept, and nothing else: as its own, to go on with by itself.

    Policies and grants stay as they were written, the accounts in them included. Raises NameTaken for a name that all accounts
    share and that somebody still has, be it the former account: buckets can be forked where each account has names of its own.
    Raises ValueError as `restore` does.
    """
    by_name = {space.name: space for space in spaces}
    entries = tuple((name, *by_name[name].moved(key, held, kept.account, account)) for name, key, held in kept.entries)
    for name, key, _ in entries:
        if by_name[name].owner is not None and txn.get(name, key) is not None:
            raise NameTaken(f"{key[0]} cannot be another account's as well")
    restore(txn, spaces, Snapshot(account, kept.index, entries))


def documents(kept: Snapshot, spaces: Spaces, bodies: Bodies) -> list[Document]:
    """A snapshot as it leaves the process; `bodies` keeps the bodies."""
    by_name = {space.name: space for space in spaces}
    return [by_name[name].document(key, held, bodies) for name, key, held in kept.entries]


def read_snapshot(account: str, index: int, read: Iterable[Document], spaces: Spaces, bodies: Bodies) -> Snapshot:
    """The snapshot that documents stand for."""
    by_name = {space.name: space for space in spaces}
    entries = ((document["space"], *by_name[document["space"]].entry(document, bodies)) for document in read)
    return Snapshot(account, index, tuple(entries))


def _held(txn: Txn, spaces: Spaces, account: str) -> Iterable[tuple[str, Key, Record]]:
    """All entries of an account, and the names that it holds of those that all accounts share."""
    bounds = prefix_range((account,))
    owners = {space.name: space.owner for space in spaces}
    for one in spaces:
        if one.owner is not None:
            continue
        for key, held in txn.scan(one.name, *bounds):
            yield one.name, key, held
            if one.claim is not None:
                name = one.claim.key(key, held)
                holder, owner = txn.get(one.claim.space, name), owners[one.claim.space]
                if holder is not None and owner is not None and owner(holder) == account:
                    yield one.claim.space, name, holder

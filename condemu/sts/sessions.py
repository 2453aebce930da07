"""The access keys that STS has handed out, beside those that are configured."""

from __future__ import annotations

from condemu.auth import failures
from condemu.auth.credentials import Book, Credential, Role
from condemu.auth.failures import AuthFailure
from condemu.auth.policy import Policy, parse
from condemu.auth.principals import Principal, session_of
from condemu.core.effects import Clock
from condemu.core.store import Store, Txn
from condemu.sts.records import PREFIX, SESSIONS, Session, account_of

# A role that nobody configured may do everything: an emulator's users name roles that are nowhere here.
EVERYTHING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


class SessionBook:
    """Another book, and the sessions in the store. Sessions end on the state's clock."""

    def __init__(self, book: Book, store: Store, clock: Clock) -> None:
        self.account = book.account
        self._book = book
        self._store = store
        self._clock = clock

    def find(self, access_key: str) -> Credential | None:
        """Raises AuthFailure for the key of a session that is gone."""
        credential = self._book.find(access_key)
        if credential is None and access_key.startswith(PREFIX):
            credential = self._session(access_key)
        if credential is None or credential.expires is None:
            return credential
        return credential.until(0.0 if self._clock.now() >= credential.expires else None)

    def owner(self, access_key: str) -> Principal:
        """Raises AuthFailure for the key of a session that is gone."""
        credential = self._session(access_key) if access_key.startswith(PREFIX) else None
        return self._book.owner(access_key) if credential is None else credential.principal

    def role(self, account: str, name: str) -> Role | None:
        return self._book.role(account, name)

    def _session(self, access_key: str) -> Credential | None:
        account = account_of(access_key)
        if account is None:
            return None

        def read(txn: Txn) -> Session | None:
            session: Session | None = txn.get(SESSIONS, (account, access_key))
            return session

        session = self._store.view(read)
        if session is None:  # it went with a reset; an emulator that is not strict must not take its key for a root user's
            raise AuthFailure(failures.UNKNOWN_KEY, {"AWSAccessKeyId": access_key}, "the session is not there any more")
        principal = self._principal(account, session)
        return Credential(access_key, session.secret, principal, session.token, session.expires)

    def _principal(self, account: str, session: Session) -> Principal:
        if not session.role:
            return self._book.owner(session.source)
        role = self._book.role(account, session.role)
        return session_of(
            account, session.role, session.session,
            policies=(known(EVERYTHING),) if role is None else role.policies,
            boundary=None if role is None else role.boundary,
            session_policy=known(session.policy) if session.policy else None,
            tags=dict(session.tags), issued=session.issued,
        )  # fmt: skip


def known(text: str) -> Policy:
    """A policy that was found to be valid before."""
    policy = parse(text)
    assert isinstance(policy, Policy)
    return policy

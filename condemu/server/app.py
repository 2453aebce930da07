"""One emulator: a store, an engine, blobs and the services over them. Everything is built here and handed down by keyword.

An emulator answers requests wherever they come from: `asgi` for a socket, `received` and `answer` for a client in the same
process.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Coroutine, Iterator, Mapping
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from condemu.auth.authenticate import Authenticator
from condemu.auth.credentials import CredentialBook, read_credentials
from condemu.core.blobs import Blob, UnsharedBlobs
from condemu.core.calls import ADMINISTRATION, CLIENT, Call, Step
from condemu.core.effects import Clock, Ids
from condemu.core.engine import ArrivesAgain, Engine, Observer, ObserverFailed, ReadSource
from condemu.core.errors import ServiceError
from condemu.core.http import Body, BytesBody, ClientDisconnected, Request, Response
from condemu.core.log import Committing, LogUnavailable
from condemu.core.service import Service, at_once
from condemu.core.spaces import forget
from condemu.core.store import MemoryStore, Store, Txn
from condemu.dynamodb.faults import FAULTS as DYNAMODB_FAULTS
from condemu.dynamodb.service import DynamoDB
from condemu.s3.faults import FAULTS as S3_FAULTS
from condemu.s3.service import S3
from condemu.server import admin, dispatch, others
from condemu.server.asgi import App
from condemu.server.config import Config
from condemu.server.errors import BAD_REQUEST, INTERNAL_ERROR, message_of, refusal
from condemu.server.exports import S3Sink, Trusted
from condemu.server.help import add_help
from condemu.server.init_hooks import NO_HOOKS
from condemu.server.kept import KeptBody
from condemu.server.service_names import SIGNING_NAMES
from condemu.server.state import SPACES, WORKS, Kept, cut_off, kept_state
from condemu.server.system import RequestIds, SystemClock, SystemIds
from condemu.server.under_way import Watchman
from condemu.simpledb.faults import FAULTS as SIMPLEDB_FAULTS
from condemu.simpledb.service import SimpleDB
from condemu.storage.spool import SpoolBlobs
from condemu.sts.service import STS
from condemu.sts.sessions import SessionBook

if TYPE_CHECKING:
    from condemu.server.lab.lab import Lab
    from condemu.server.state_files.seeding import Seeding
    from condemu.server.state_files.snapshot_calls import SnapshotCalls
    from condemu.storage.file_blobs import FileBlobs

# What goes wrong on AWS's side, by service and word.
FAULTS: Final = {"s3": S3_FAULTS, "dynamodb": DYNAMODB_FAULTS, "simpledb": SIMPLEDB_FAULTS}
NO_STEP: Final = Step(lambda txn: None, lambda txn: ())


class Emulator:
    """Answers requests. Holds what it was built from, for whoever looks inside."""

    def __init__(
        self, *, config: Config, engine: Engine, blobs: SpoolBlobs | FileBlobs, clock: Clock, wall: Clock, ids: Ids,
        services: Mapping[str, Service], book: CredentialBook | None = None, kept: Kept | None = None,
    ) -> None:  # fmt: skip
        self.config = config
        self.engine = engine
        self.blobs = blobs
        self.clock = clock
        self.wall = wall
        self.ids = ids
        self.services = services
        self.hooks = NO_HOOKS
        self._request_ids = RequestIds(ids)
        self._numbers = count(1)
        self._turns: dict[str, Iterator[int]] = {}  # how many calls each actor has made, where identifiers are seeded
        self._fallback = services[dispatch.S3]
        self._book = CredentialBook() if book is None else book
        self._kept = kept

    @cached_property
    def asgi(self) -> App:
        """The ASGI application."""
        return App(self)

    @cached_property
    def lab(self) -> Lab:
        """Races, holds, faults, the clock, snapshots and histories. It is made, and imported, when it is first asked for."""
        from condemu.server.lab.lab import Lab
        from condemu.server.recorder import Recorder

        config = self.config
        return Lab(
            engine=self.engine, clock=self.clock, ids=self.ids, tables=FAULTS, spaces=SPACES, account=config.account,
            strict=config.auth == "strict", book=self._book,
            replace=self.clock.replace if isinstance(self.clock, SystemClock) else None,
            recorder=lambda most: Recorder(self.engine.store, config.region, most),
        )  # fmt: skip

    @cached_property
    def snapshot_calls(self) -> SnapshotCalls:
        """Snapshot files. Made, and imported, when it is first asked for."""
        from condemu.server.state_files.snapshot_calls import SnapshotCalls

        return SnapshotCalls(self.engine, self.blobs, SPACES, self.config, self.busy)

    @cached_property
    def watchman(self) -> Watchman:
        """What looks after work that goes on beyond its call, here and in the processes that share the state."""
        return Watchman(self.engine, WORKS)

    def busy(self, account: str) -> str | None:
        """What forbids that the account's state is replaced."""
        return self.lab.busy(account) if "lab" in self.__dict__ else None

    @property
    def trouble(self) -> str:
        """Why the state can be neither read nor written now; "" when it can."""
        return "" if self._kept is None else self._kept.trouble

    def begin(self) -> None:
        """The loop that serves runs: whatever goes on by itself goes on there."""
        if self._kept is not None:
            self._kept.committer.settle_here()
            if not self._kept.committer.alone:
                self.watchman.begin()

    def received(
        self,
        method: str,
        raw_path: str,
        query_string: str,
        headers: dict[str, str],
        body: Body,
        *,
        scheme: str = "http",
        client_address: str = "127.0.0.1",
        cause: str = CLIENT,
    ) -> Request:
        """A request whose head has just arrived."""
        request = Request(method, raw_path, query_string, headers, body, scheme=scheme, client_address=client_address)
        request.call.cause = cause
        self.arrived(request)
        return request

    def arrived(self, request: Request) -> None:
        """Stage RECEIVED: a name and a place in time for the request. Raises ObserverFailed once an observer has failed."""
        call = request.call
        call.number = next(self._numbers)
        if self.ids.seeded:
            actor = call.actor
            call.identity = f"{actor}/{next(self._turns.setdefault(actor, count(1)))}"
        call.request_id, request.host_id = self._request_ids.next(call)
        request.request_id = call.request_id
        call.arrived_index = self.engine.store.index
        call.arrived_at = self.clock.now()
        if self.engine.observed:
            self.engine.received(call)

    def answer(self, request: Request, service: Service | None = None) -> Coroutine[Any, Any, Response]:
        """The answer, ready to leave. `service` answers in place of the one that the request is for.

        Raises only ClientDisconnected and ReplyLost, when there is nobody to answer or nobody shall be answered, and
        ObserverFailed.
        """
        return self._answer_observed(request, service) if self.engine.observed else self._answer(request, service)

    async def _answer_observed(self, request: Request, service: Service | None) -> Response:
        """As unobserved, and made anew when an observer says so."""
        call = request.call
        body = request.body = KeptBody(request.body, self.blobs)
        try:
            while True:
                try:
                    response = await self._answer(request, service)
                    break
                except ArrivesAgain:
                    call.arrivals += 1
                    call.arrived_index, call.arrived_at = self.engine.store.index, self.clock.now()
                    request.body = body = body.again()
        finally:
            body.forget()
        return await self.engine.replying(call, response)

    async def _answer(self, request: Request, service: Service | None) -> Response:
        try:
            if service is None:
                if request.raw_path[:1] != "/":
                    return refusal(BAD_REQUEST, request)
                name = dispatch.named_service(request) or await dispatch.spoken_service(request)
                service = self.services.get(name)
                if service is None:
                    if name == dispatch.ADMIN:
                        request.call.service, request.call.cause = name, ADMINISTRATION
                        return await admin.handle(self, request)
                    if name in SIGNING_NAMES:
                        return others.answer(request, name)
                    service = self._fallback
                if self.engine.log is not None:
                    refused = await self._caught_up(request, service, name)
                    if refused is not None:
                        return refused
            response = await service.handle(request)
            if self._kept is not None and type(response.body) is Blob and not response.body.at_hand:
                try:
                    await self._kept.bring(response.body)
                except LogUnavailable as failure:
                    return service.refused(request, unavailable(request.call, because=str(failure)))
            if response.refusal is not None:
                add_help(response)
            return response
        except (ClientDisconnected, ArrivesAgain, ObserverFailed):
            raise
        except Exception:  # a mistake of ours: said where somebody may read it, and answered as AWS would
            traceback.print_exc(file=sys.stderr)
            return refusal(INTERNAL_ERROR, request)

    async def _caught_up(self, request: Request, service: Service, name: str) -> Response | None:
        """Wait until all that others did before the request came is seen here; a refusal when that cannot be."""
        call = request.call
        try:
            await self.engine.catch_up(call)
        except LogUnavailable as failure:
            call.service = name
            return service.refused(request, unavailable(call, because=str(failure)))
        return None

    async def reset(self, account: str | None = None) -> None:
        """Forget everything, or all that one account holds. Then the seed and the configured buckets are there again.

        Raises SeedRefused, and forgets nothing, when the seed cannot be applied any more.
        """
        if self.config.seed:
            await self.seeding.reset(account, lambda txn: _forget(txn, account))
        else:
            await self.engine.administer(lambda txn: _forget(txn, account), "Reset")
        if "lab" in self.__dict__:
            self.lab.reset(account)
        self.blobs.settle()
        await self.create_buckets(self.engine.log)

    def reset_now(self, account: str | None = None) -> None:
        """The same for whoever cannot wait: where no loop runs, or the state is in memory alone."""
        at_once(self.reset(account))

    @cached_property
    def seeding(self) -> Seeding:
        """What applies the seed that the configuration names."""
        from condemu.server.state_files.seeding import Seeding

        return Seeding(self.engine, self.blobs, SPACES, self.config, self.own_services)

    def own_services(self, engine: Engine) -> dict[str, Service]:
        """Services that believe who asks, on an engine of their own: for what is there at the start."""
        config, clock, ids = self.config, self.clock, self.ids
        return {
            dispatch.S3: S3(
                engine=engine, blobs=UnsharedBlobs(self.blobs), clock=clock, ids=ids, authenticator=Trusted(config.account),
                region=config.region, account=config.account, bucket_names=config.bucket_names,
            ),
            dispatch.DYNAMODB: DynamoDB(
                engine=engine, clock=clock, ids=ids, region=config.region, account=config.account,
                message_profile=config.messages,
            ),
            dispatch.SIMPLEDB: SimpleDB(engine=engine, clock=clock, ids=ids, region=config.region, account=config.account),
        }  # fmt: skip

    async def create_buckets(self, log: Committing | None) -> None:
        """Create the buckets that the configuration names, if they are not there."""
        unobserved = Engine(self.engine.store, log=log)
        service = self.own_services(unobserved)[dispatch.S3]
        for bucket in self.config.buckets:
            response = await service.handle(self._create_bucket_request(bucket))
            if response.status not in (200, 409):
                raise ValueError(f"bucket {bucket!r} cannot be created: {message_of(response)}")

    def _create_bucket_request(self, bucket: str) -> Request:
        region = self.config.region
        configuration = f"<LocationConstraint>{region}</LocationConstraint>" if region != "us-east-1" else ""
        body = f"<CreateBucketConfiguration>{configuration}</CreateBucketConfiguration>".encode() if configuration else b""
        headers = {"host": "localhost", "content-length": str(len(body))}
        return Request("PUT", f"/{bucket}", "", headers, BytesBody(body))

    def close(self) -> None:
        """Give back the files. Nothing can be read any more."""
        if self._kept is not None:
            self._kept.close()
        else:
            self.blobs.close()


def build(
    config: Config | None = None,
    *,
    clock: Clock | None = None,
    wall: Clock | None = None,
    ids: Ids | None = None,
    store: Store | None = None,
    observers: tuple[Observer, ...] = (),
    stale_reads: ReadSource | None = None,
    book: CredentialBook | None = None,
    environment: Mapping[str, str] | None = None,
) -> Emulator:
    """An emulator from its settings. Clocks, identifiers, store and observers can be given, by tests and by the lab.

    `clock` is the state's: dates of objects, expiry of items, states of tables. `wall` is the clock that signatures are held
    against and that answers carry as their Date; it is the machine's unless it is given. `stale_reads` answers eventually
    consistent reads. `book` knows the access keys, in place of the file that the settings name.
    `environment` may name one access key (CONDEMU_ACCESS_KEY_ID and so on). Raises OSError, ValueError and SeedRefused.
    """
    config = config or Config()
    clock, wall = clock or SystemClock(), wall or SystemClock()
    ids = SystemIds() if ids is None else ids
    blobs: SpoolBlobs | FileBlobs
    kept = kept_state(config, clock, wall, ids, environment or {})
    if kept is not None:
        store, blobs = kept.store, kept.blobs
    else:
        blobs = SpoolBlobs(config.spool_directory or None, threshold=config.spool_threshold, budget=config.spool_budget)
    log = None if kept is None else kept.committer
    engine = Engine(store or MemoryStore(clock, ids), observers, stale_reads, log, unavailable)
    book = credentials_of(config, environment) if book is None else book
    keys = SessionBook(book, engine.store, clock)
    authenticator = Authenticator(keys, config.auth, config.region, clock)

    def s3_of(authenticator: Authenticator | Trusted) -> S3:
        return S3(
            engine=engine, blobs=blobs, clock=clock, wall=wall, ids=ids, authenticator=authenticator, region=config.region,
            account=config.account, bucket_names=config.bucket_names,
        )  # fmt: skip

    dynamodb = DynamoDB(
        engine=engine, clock=clock, wall=wall, ids=ids, authenticator=authenticator, region=config.region,
        account=config.account, message_profile=config.messages, table_delay=config.table_delay,
    )  # fmt: skip
    simpledb = SimpleDB(
        engine=engine, clock=clock, wall=wall, ids=ids, authenticator=authenticator, region=config.region,
        account=config.account, export_delay=config.export_delay,
    )  # fmt: skip
    services: dict[str, Service] = {
        dispatch.S3: s3_of(authenticator),
        dispatch.DYNAMODB: dynamodb,
        dispatch.SIMPLEDB: simpledb,
        dispatch.STS: STS(engine=engine, wall=wall, authenticator=authenticator, account=config.account),
    }  # fmt: skip
    emulator = Emulator(
        config=config, engine=engine, blobs=blobs, clock=clock, wall=wall, ids=ids, services=services, book=book, kept=kept
    )
    if kept is not None:
        dynamodb.seal = kept.seal
        if kept.committer.alone:
            engine.administer_now(cut_off, "Start")
    simpledb.exports.sink = dynamodb.files = S3Sink(s3_of, emulator)
    try:
        if config.seed:
            emulator.seeding.apply(once=kept is not None)
        at_once(emulator.create_buckets(None if log is None else log.at_once()))
    except BaseException:
        emulator.close()
        raise
    return emulator


def unavailable(call: Call, step: Step | None = None, *, because: str = "") -> ServiceError:
    """What a service answers while its state cannot be read or written."""
    error = FAULTS.get(call.service, S3_FAULTS)["unavailable"](call, step or NO_STEP)
    assert error is not None
    error.because = because
    return error


def credentials_of(config: Config, environment: Mapping[str, str] | None) -> CredentialBook:
    """The access keys of the file that the configuration names, and of the environment."""
    text = ""
    if config.credentials:
        with open(config.credentials, encoding="utf-8") as file:
            text = file.read()
    return read_credentials(text, environment, config.account)


def _forget(txn: Txn, account: str | None) -> None:
    if account is not None:
        forget(txn, SPACES, account)
        return
    for table in txn.tables():
        for key, _ in list(txn.scan(table)):
            txn.delete(table, key)

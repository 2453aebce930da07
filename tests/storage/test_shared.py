"""Shared state: what a process does with it, how it begins, and what it answers while it cannot be reached."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fleet import Process
from postgres_server import Server

from condemu.core.effects import CountingIds, ManualClock
from condemu.core.http import BytesBody
from condemu.core.log import LogUnavailable
from condemu.server.app import SPACES, Emulator, build
from condemu.server.config import Config
from condemu.server.system import unique_name
from condemu.storage.data_directory import DataUnusable
from condemu.storage.places import place_of, without_password
from condemu.storage.postgres import Address, Database
from condemu.storage.postgres_place import PostgresPlace
from condemu.storage.shared import Shared

BIG = bytes(range(256)) * 20_000  # more than one part of the database, and more than what a log has within


@pytest.fixture
def made() -> Iterator[Callable[..., Emulator]]:
    """Emulators, as processes would be."""
    emulators: list[Emulator] = []

    def make(store: str, **settings: Any) -> Emulator:
        emulator = build(Config(store=store, auth="off", **settings))
        emulators.append(emulator)
        return emulator

    yield make
    for emulator in emulators:
        emulator.close()


def shared(emulator: Emulator) -> Shared:
    kept = emulator._kept
    assert isinstance(kept, Shared)
    return kept


async def sent(emulator: Emulator, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    head = {"host": "localhost", "content-length": str(len(body)), **given}
    path, _, query = path.partition("?")
    answer = await emulator.answer(emulator.received(method, path, query, head, BytesBody(body)))
    return answer.status, answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


def send(emulator: Emulator, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    return asyncio.run(sent(emulator, method, path, body, **headers))


# --- several as one ---------------------------------------------------------------------------------------------------------


def test_what_one_process_did_another_sees_at_once(postgres, made):
    store = postgres.url()
    one, other = made(store), made(store)
    assert send(one, "PUT", "/bucket")[0] == 200
    assert send(other, "PUT", "/bucket/key", b"text")[0] == 200
    assert send(one, "GET", "/bucket/key") == (200, b"text")
    assert send(one, "PUT", "/bucket/key", b"late", if_none_match="*")[0] == 412
    assert send(other, "DELETE", "/bucket/key")[0] == 204
    assert send(one, "GET", "/bucket/key")[0] == 404


def test_a_process_that_begins_later_has_all_of_it(postgres, made):
    store = postgres.url()
    one = made(store, buckets=("bucket",))
    send(one, "PUT", "/bucket/key", b"text")
    assert send(made(store), "GET", "/bucket/key") == (200, b"text")


def test_a_process_begins_with_the_newest_snapshot_and_what_came_after_it(postgres, made):
    store = postgres.url()
    one = made(store, buckets=("bucket",))
    send(one, "PUT", "/bucket/key", b"text")
    asyncio.run(shared(one).write_snapshot())
    send(one, "PUT", "/bucket/key2", b"later")
    send(one, "DELETE", "/bucket/key")
    later = made(store)
    assert send(later, "GET", "/bucket/key")[0] == 404
    assert send(later, "GET", "/bucket/key2") == (200, b"later")


def test_what_two_snapshots_replace_is_deleted_and_a_replica_that_missed_it_begins_anew(postgres, made):
    store = postgres.url()
    one, other = made(store, buckets=("bucket",)), made(store)
    for turn in range(3):
        for key in range(5):
            send(one, "PUT", f"/bucket/{turn}-{key}", b"text")
        asyncio.run(shared(one).write_snapshot())
    schema = store.rpartition("=")[2]
    assert postgres.psql(f"SELECT count(*) FROM {schema}.snapshot") == "2"
    assert postgres.psql(f"SELECT count(*) < 8 FROM {schema}.batch") == "t"
    assert other.engine.store.index < 3
    assert send(other, "GET", "/bucket/0-0") == (200, b"text")
    assert send(other, "PUT", "/bucket/0-0", b"x", if_none_match="*")[0] == 412
    assert other.engine.store.index == one.engine.store.index


def test_a_replica_that_missed_something_writes_on_top_of_it(postgres, made):
    store = postgres.url()
    one, other = made(store, buckets=("bucket",)), made(store)
    for turn in range(3):
        send(one, "PUT", f"/bucket/{turn}", b"text")
        asyncio.run(shared(one).write_snapshot())
    shared(other).committer.commit_now(lambda txn: None)
    other.reset_now()
    assert send(one, "GET", "/bucket/0")[0] == 404


def test_a_database_that_forgot_the_last_commits_is_noticed_and_its_replicas_go_back_with_it(postgres, made):
    """A failover to a replica that had not yet what was acknowledged: the numbers are there again, for other commits."""
    store = postgres.url()
    schema = store.rpartition("=")[2]
    one = made(store, buckets=("bucket",))
    send(one, "PUT", "/bucket/lost", b"text")
    postgres.psql(f"DELETE FROM {schema}.batch WHERE last = (SELECT max(last) FROM {schema}.batch)")
    other = made(store)
    send(other, "PUT", "/bucket/kept", b"text")
    assert one.engine.store.index == other.engine.store.index
    assert send(one, "GET", "/bucket/lost")[0] == 404
    assert send(one, "GET", "/bucket/kept") == (200, b"text")
    assert send(one, "PUT", "/bucket/next", b"text")[0] == 200
    assert send(other, "GET", "/bucket/next") == (200, b"text")


def test_a_shard_iterator_of_one_process_is_good_at_another(postgres, made):
    store = postgres.url()
    one, other = made(store), made(store)
    assert one.services["dynamodb"].seal == other.services["dynamodb"].seal  # type: ignore[attr-defined]
    assert made(postgres.url()).services["dynamodb"].seal != one.services["dynamodb"].seal  # type: ignore[attr-defined]


def test_a_replica_follows_without_being_asked(postgres, made):
    store = postgres.url()
    one, other = made(store, buckets=("bucket",)), made(store)

    async def follow() -> None:
        arrived = asyncio.Event()
        other.engine.store.on_commit = lambda commit: arrived.set()  # type: ignore[attr-defined]
        other.begin()
        await sent(one, "PUT", "/bucket/key", b"text")
        await asyncio.wait_for(arrived.wait(), 30)

    asyncio.run(follow())
    assert other.engine.store.index == one.engine.store.index


# --- bodies -----------------------------------------------------------------------------------------------------------------


def test_a_long_body_is_fetched_by_who_is_asked_for_it(postgres, made):
    store = postgres.url()
    one, other = made(store, buckets=("bucket",)), made(store)
    assert send(one, "PUT", "/bucket/key", BIG)[0] == 200
    assert send(other, "GET", "/bucket/key", range="bytes=255-257") == (206, b"\xff\x00\x01")
    assert send(other, "GET", "/bucket/key") == (200, BIG)
    assert send(other, "PUT", "/bucket/copy", x_amz_copy_source="/bucket/key")[0] == 200
    send(one, "DELETE", "/bucket/key")
    assert send(made(store), "GET", "/bucket/copy") == (200, BIG)


def test_long_bodies_may_be_in_a_directory_that_all_have(postgres, made, tmp_path):
    store, bodies = postgres.url(), str(tmp_path / "bodies")
    one, other = made(store, buckets=("bucket",), bodies=bodies), made(store, bodies=bodies)
    assert send(one, "PUT", "/bucket/key", BIG)[0] == 200
    assert send(other, "GET", "/bucket/key") == (200, BIG)
    assert postgres.psql(f"SELECT count(*) FROM {store.rpartition('=')[2]}.body_part") == "0"
    send(one, "DELETE", "/bucket/key")
    shared(one).tend()
    assert len(list(Path(bodies).iterdir())) == 1  # for as long as somebody may still read it


class Bodies:
    """One replica of its own, with a time of grace that tests can wait for."""

    def __init__(self, store: str, ids: str, grace: str) -> None:
        place = PostgresPlace(store, "a database", CountingIds(ids), grace=grace)
        self.shared = Shared(place, SPACES, ManualClock(), CountingIds(ids + "/store"), name=unique_name, budget=0)

    def keep(self) -> Any:
        return self.shared.blobs.keep(BIG)

    def name(self, blob: Any) -> str:
        return str(blob.spans[0][0].name)


@pytest.fixture
def bodies(postgres: Server) -> Iterator[tuple[Bodies, Bodies]]:
    store = postgres.url()
    pair = Bodies(store, "one", "0 seconds"), Bodies(store, "other", "0 seconds")
    yield pair
    for one in pair:
        one.shared.close()


def test_a_body_that_nothing_refers_to_any_more_is_deleted(bodies):
    one, _ = bodies
    blob = one.keep()
    one.shared.shipped.ship([blob.spans[0][0]])
    name = one.name(blob)
    assert one.shared.tend() == []
    del blob
    assert one.shared.tend() == [name]
    with pytest.raises(LogUnavailable):
        one.shared.place.bodies.fetch(name, os.path.join(one.shared.blobs.directory, "fetched"))


def test_a_body_that_another_process_still_refers_to_is_kept(bodies):
    one, other = bodies
    blob = one.keep()
    one.shared.shipped.ship([blob.spans[0][0]])
    name = one.name(blob)
    held = other.shared.blobs.body(name, len(BIG))
    one.shared.place.bodies.grace = "1 hour"  # type: ignore[attr-defined]
    del blob
    assert one.shared.tend() == []  # marked
    assert other.shared.tend() == []  # and taken back
    one.shared.place.bodies.grace = "0 seconds"  # type: ignore[attr-defined]
    assert one.shared.tend() == []
    assert other.shared.blobs.has(held) is False
    assert held.read(0, 3) == BIG[:3]


def test_a_commit_that_names_a_body_which_was_given_up_puts_it_there_again(bodies):
    one, other = bodies
    blob = one.keep()
    leaf = blob.spans[0][0]
    one.shared.shipped.ship([leaf])
    other.shared.place.bodies.tend([leaf.name], lambda name: False)
    one.shared.shipped.ship([leaf])
    assert other.shared.blobs.body(leaf.name, len(BIG)).read(0, len(BIG)) == BIG


def test_what_an_ended_process_left_is_found(bodies):
    one, other = bodies
    blob = one.keep()
    one.shared.shipped.ship([blob.spans[0][0]])
    assert other.shared.tend(thoroughly=True) == [one.name(blob)]


def bodies_in(postgres: Server, store: str) -> str:
    return postgres.psql(f"SELECT count(*) FROM {store.rpartition('=')[2]}.body")


def impatient(emulator: Emulator) -> Shared:
    """A replica that waits for no hour."""
    shared(emulator).place.bodies.grace = "0 seconds"  # type: ignore[attr-defined]
    return shared(emulator)


def test_a_body_that_only_an_unread_commit_names_is_kept(postgres, made):
    store = postgres.url()
    one, other = made(store, buckets=("bucket",)), made(store)
    other_index = other.engine.store.index
    assert send(one, "PUT", "/bucket/key", BIG)[0] == 200
    one.close()
    assert other.engine.store.index == other_index
    assert impatient(other).tend(thoroughly=True) == []
    assert send(other, "GET", "/bucket/key") == (200, BIG)


def test_without_the_log_no_body_is_given_up(postgres, made):
    store = postgres.url()
    one, other = made(store, buckets=("bucket",)), made(store)
    assert send(one, "PUT", "/bucket/key", BIG)[0] == 200
    schema = store.rpartition("=")[2]
    postgres.psql(f"ALTER TABLE {schema}.batch RENAME TO away")
    with pytest.raises(LogUnavailable):
        impatient(other).tend(thoroughly=True)
    postgres.psql(f"ALTER TABLE {schema}.away RENAME TO batch")
    assert postgres.psql(f"SELECT count(*) FROM {schema}.body WHERE dead IS NULL") == "1"


def killed_before_its_commit(store: str, *more: str, **environment: str) -> None:
    """A process that has sent a long body to where bodies are, and is killed before a commit names it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, text in environment.items():
            patch.setenv(name, text)
        process = Process(store, "--buckets", "bucket", *more)
        process.start()
    assert process.serves.wait(120)

    def ask(method: str, path: str, body: bytes = b"") -> bytes:
        with closing(http.client.HTTPConnection("127.0.0.1", process.port, timeout=120)) as connection:
            connection.request(method, path, body)
            return connection.getresponse().read()

    def put() -> None:
        with pytest.raises((OSError, http.client.HTTPException)):
            ask("PUT", "/bucket/key", BIG)

    hold = json.loads(ask("POST", "/_condemu/holds", b'{"operation": "PutObject"}'))["hold"]
    client = threading.Thread(target=put)
    client.start()
    assert json.loads(ask("GET", f"/_condemu/holds/{hold}?wait=60"))["waiting"]
    process.kill()
    client.join()


def test_what_a_process_sent_that_was_killed_before_its_commit_is_removed(postgres, made):
    store = postgres.url()
    killed_before_its_commit(store)
    other = impatient(made(store))
    assert bodies_in(postgres, store) == "1"
    assert len(other.tend(thoroughly=True)) == 1
    assert bodies_in(postgres, store) == "0"


def test_what_a_killed_process_left_in_the_shared_directory_is_removed(postgres, made, tmp_path):
    store, bodies = postgres.url(), tmp_path / "bodies"
    killed_before_its_commit(store, "--bodies", str(bodies))
    other = made(store, bodies=str(bodies))
    assert send(other, "PUT", "/bucket/kept", BIG)[0] == 200
    (bodies / "strange.txt").write_text("not ours")
    (bodies / "half.body").write_text("what was never sent to its end")
    assert len(impatient(other).tend(thoroughly=True)) == 1
    assert {path.name for path in bodies.iterdir()} >= {"strange.txt", "half.body"}  # it may still be written
    for path in bodies.iterdir():
        os.utime(path, (0, 0))
    assert "half" in shared(other).tend(thoroughly=True)
    assert len(list(bodies.iterdir())) == 2
    assert send(made(store, bodies=str(bodies)), "GET", "/bucket/kept") == (200, BIG)


# --- down -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own() -> Iterator[Server]:
    """A server of the test's own, to be stopped."""
    import postgres_server

    if postgres_server.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    server = Server()
    server.start()
    yield server
    server.end()


def test_without_its_database_a_process_refuses_in_each_services_form_and_comes_back_by_itself(own, made, capfd):
    one = made(own.url(), buckets=("bucket",))
    table = {"x_amz_target": "DynamoDB_20120810.ListTables", "content_type": "application/x-amz-json-1.0"}
    form = b"Action=ListDomains&Version=2009-04-15"

    async def story() -> None:
        one.begin()
        assert (await sent(one, "PUT", "/bucket/key", b"text"))[0] == 200
        own.stop()
        status, body = await sent(one, "GET", "/bucket/key")
        assert (status, b"<Code>ServiceUnavailable</Code>" in body) == (503, True)
        status, body = await sent(one, "PUT", "/bucket/other", b"text")
        assert status == 503
        status, body = await sent(one, "POST", "/", b"{}", **table)
        assert (status, b"ServiceUnavailable" in body) == (503, True)
        status, body = await sent(one, "POST", "/", form, content_type="application/x-www-form-urlencoded")
        assert (status, b"<Code>ServiceUnavailable</Code>" in body) == (503, True)
        assert (await sent(one, "GET", "/_condemu/ready"))[0] == 503
        assert (await sent(one, "POST", "/_condemu/reset"))[0] == 503
        assert (await sent(one, "GET", "/_condemu/health"))[0] == 200
        own.start()
        while (await sent(one, "GET", "/_condemu/ready"))[0] != 200:  # nobody asks for anything else
            await asyncio.sleep(0)
        assert await sent(one, "GET", "/bucket/key") == (200, b"text")
        assert (await sent(one, "GET", "/bucket/other"))[0] == 404

    asyncio.run(story())
    said = capfd.readouterr().err.splitlines()
    assert [line.endswith("requests are refused until it answers") for line in said] == [True, False]
    assert said[1].endswith("answers again")


def test_an_append_whose_answer_was_lost_is_found_to_have_happened(postgres, made):
    store = postgres.url()
    one = made(store, buckets=("bucket",))
    schema = store.rpartition("=")[2]
    postgres.psql(f"""
        CREATE SEQUENCE {schema}.times;
        CREATE FUNCTION {schema}.cut() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF nextval('{schema}.times') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON {schema}.batch DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION {schema}.cut()
    """)
    assert send(one, "PUT", "/bucket/key", b"text", if_none_match="*")[0] == 200
    assert send(made(store), "GET", "/bucket/key") == (200, b"text")


# --- the start --------------------------------------------------------------------------------------------------------------


def started(store: str, *more: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "condemu.cli", "serve", "--port", "0", "--store", store, *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_start_without_a_database_says_so_in_one_sentence_and_never_the_password(tmp_path):
    code, out, err = started(f"postgresql://condemu:Geheim-17@/postgres?host={tmp_path}")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "No such file or directory" in err
    assert "condemu:***@" in err
    assert "Geheim" not in err


@pytest.mark.parametrize("store", ["mysql://host/database", "postgres", "postgresql://[host/database"])
def test_a_store_that_is_none_is_refused_in_one_sentence(store):
    code, out, err = started(store)
    assert (code, out, len(err.splitlines())) == (1, "", 1), err


def test_a_user_without_rights_is_told_which_are_missing(postgres):
    postgres.psql("CREATE ROLE nobody LOGIN")
    with pytest.raises(DataUnusable, match="needs a schema condemu_none of its own, or the right to make it"):
        build(Config(store=postgres.url("condemu_none", user="nobody")))
    store = postgres.url()
    build(Config(store=store)).close()
    schema = store.rpartition("=")[2]
    postgres.psql(f"GRANT USAGE ON SCHEMA {schema} TO nobody; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO nobody")
    with pytest.raises(DataUnusable, match=f"this user has no right to INSERT in schema {schema}"):
        build(Config(store=postgres.url(schema, user="nobody")))


def test_a_schema_of_another_version_is_refused_and_left_as_it_is(postgres):
    store = postgres.url()
    build(Config(store=store)).close()
    schema = store.rpartition("=")[2]
    postgres.psql(f"UPDATE {schema}.about SET format = 7, made_by = '9.9'")
    with pytest.raises(DataUnusable, match=r"has format 7, made by condemu 9\.9; condemu .* reads format 1"):
        build(Config(store=store))


def test_a_wrong_password_is_one_sentence(own):
    own.psql("ALTER ROLE condemu PASSWORD 'right'")
    (own.data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    own.stop()
    own.start()
    code, _, err = started(own.url(password="Wrong-17"))
    assert (code, len(err.splitlines()), "password authentication failed" in err) == (1, 1, True), err
    assert "Wrong-17" not in err


def test_the_settings_show_no_password(postgres, made):
    one = made(postgres.url(password="Geheim-17"))
    status, body = send(one, "GET", "/_condemu/config", x_condemu_token="")
    assert status == 200
    assert b"Geheim" not in body
    assert b"***" in body


def test_a_url_is_shown_without_its_passwords():
    assert without_password("postgresql://me:se/c@ret@host/d") == "postgresql://me:***@host/d"
    assert without_password("postgresql://me@host/d?password=secret&x=1") == "postgresql://me@host/d?password=***&x=1"
    assert without_password("postgresql://host/d") == "postgresql://host/d"
    assert without_password("s3://bucket/prefix") == "s3://bucket/prefix"


def test_a_database_that_hangs_is_unavailable(monkeypatch, postgres):
    database = Database(Address(postgres.url(), "a database"))
    database.run(lambda connection: connection.execute("SELECT 1"))
    with monkeypatch.context() as impatient, pytest.raises(LogUnavailable, match="a database: "):
        impatient.setattr("condemu.storage.postgres.TICKS", 1)
        database.run(lambda connection: connection.execute("SELECT pg_sleep(60)"))
    assert database.run(lambda connection: connection.execute("SELECT 1").fetchone()) == (1,)
    database.close()


def test_a_store_needs_a_url(tmp_path):
    with pytest.raises(DataUnusable, match="store is no URL"):
        place_of("host/database", CountingIds(), ManualClock(), {})

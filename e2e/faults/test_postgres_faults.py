"""Faults under two nodes on one PostgreSQL."""

import contextlib
import time

import pytest

from cluster import Cluster
from disks import fill, small_disk
from play import play
from postgres import Postgres, hold_connection, own, temporary_folder
from processes import wait_until

pytestmark = [
    pytest.mark.engine("postgres", "these are faults of its server and of many nodes"), pytest.mark.timeout(600)]

FAULT_SECONDS = 5
STOPPED_SECONDS = 10
HUNG_SECONDS = 20


@pytest.fixture
def place(engine):
    """A folder for database servers; the engine's own server is left alone."""
    with temporary_folder() as folder:
        yield folder


@pytest.fixture
def postgres(place):
    with Postgres.create(place, settings={"fsync": "on"}) as server:
        yield server


@pytest.fixture
def cluster(postgres, tmp_path):
    with Cluster(tmp_path / "cluster", postgres) as made:
        yield made


def failed_in(history, status=503):
    return [call for call in history if call.status == status]


def test_kill_9_of_a_node(cluster, report):
    def fault(crowd):
        cluster.nodes[0].kill()
        time.sleep(2)
        ended = time.monotonic()
        cluster.start(0)
        return ended, None

    history = play("PostgreSQL: kill -9 of a node", cluster.ports, fault, report)
    assert any(call.status is None for call in history), "nobody noticed the fault"
    cluster.assert_never_restarted()


def test_kill_9_of_postgresql(cluster, postgres, report):
    def fault(crowd):
        postgres.kill()
        time.sleep(2)
        postgres.start()
        return time.monotonic(), None

    history = play("PostgreSQL: kill -9 of PostgreSQL", cluster.ports, fault, report)
    assert failed_in(history), "nobody noticed the fault"
    cluster.assert_never_restarted()


@pytest.mark.long
def test_a_stopped_postgresql(cluster, postgres, report):
    def fault(crowd):
        postgres.pause()
        time.sleep(STOPPED_SECONDS)
        postgres.resume()
        return time.monotonic(), None

    history = play(f"PostgreSQL: SIGSTOP for {STOPPED_SECONDS} s", cluster.ports, fault, report)
    assert failed_in(history), "nobody noticed the fault"
    cluster.assert_never_restarted()


@pytest.mark.long
def test_a_hung_primary_and_its_synchronous_standby(place, tmp_path, report):
    """The primary is stopped for good, with every connection open: nothing that was acknowledged is lost, nor what ended."""
    with contextlib.ExitStack() as ends:
        primary = ends.enter_context(Postgres.create(place, name="primary", settings={"fsync": "on"}))
        standby = ends.enter_context(primary.replica(place))
        cluster = ends.enter_context(
            Cluster(tmp_path / "cluster", primary, lambda database: Postgres.url_of([primary, standby], database)))

        def fault(crowd):
            primary.pause()
            time.sleep(HUNG_SECONDS)
            standby.promote()
            return time.monotonic(), None

        # The nodes have connections that were made before there was a standby to wait for.
        primary.set("synchronous_standby_names", "*")
        history = play("PostgreSQL: the primary hangs, and a synchronous standby takes over", cluster.ports, fault, report)
        assert failed_in(history), "nobody noticed the fault"
        cluster.assert_never_restarted()


@pytest.mark.long
def test_a_lagging_replica_takes_over(place, tmp_path, report):
    """Every family's row goes back by two rotations or more; sign-ins and revocations of the lag are gone."""
    with contextlib.ExitStack() as ends:
        primary = ends.enter_context(Postgres.create(place, name="primary", settings={"fsync": "on"}))
        replica = ends.enter_context(primary.replica(place))
        cluster = ends.enter_context(
            Cluster(tmp_path / "cluster", primary, lambda database: Postgres.url_of([primary, replica], database)))

        def fault(crowd):
            primary.wait_for_replicas()
            began = time.monotonic()
            primary.stop_sending()
            crowd.wait_for_refreshes(2)
            crowd.sign_in(10)
            crowd.revoke(5)
            crowd.wait_for_refreshes(1)
            primary.kill()
            lag = (began, time.monotonic())
            time.sleep(1)
            replica.promote()
            return time.monotonic(), lag

        history = play("PostgreSQL: a lagging replica takes over", cluster.ports, fault, report)
        assert failed_in(history), "nobody noticed the fault"
        cluster.assert_never_restarted()
        found = cluster.deployment.audit("--type", "refresh_fast_forward")
        print(f"{len(found)} families were told as ahead of the store")
        assert found


@pytest.mark.long
def test_a_full_disk(place, tmp_path, report):
    """Without space for its log PostgreSQL may end itself; whoever watches it starts it again when there is some."""
    with small_disk(place / "disk", megabytes=160, mode="0755") as disk:
        own(disk)
        small = {"fsync": "on", "min_wal_size": "2MB", "max_wal_size": "4MB", "wal_keep_size": 0}
        with Postgres.create(place, data=disk / "data", settings=small, initdb=["--wal-segsize=1"]) as postgres:
            with Cluster(tmp_path / "cluster", postgres) as cluster:
                def fault(crowd):
                    filler = fill(disk)
                    wait_until(lambda: failed_in(list(crowd.history)), 60, "a 503")
                    time.sleep(FAULT_SECONDS)
                    filler.unlink()
                    print(f"PostgreSQL {'goes on' if postgres.is_running() else 'had ended'}")
                    if not postgres.is_running():
                        postgres.start()
                    wait_until(postgres.is_ready, 30, "PostgreSQL")
                    return time.monotonic(), None

                play("PostgreSQL: disk full", cluster.ports, fault, report)
                cluster.assert_never_restarted()


@pytest.mark.long
def test_no_connections_left(place, tmp_path, report):
    with Postgres.create(place, settings={"fsync": "on", "max_connections": 80}) as postgres:
        postgres.sql("CREATE ROLE others LOGIN")
        with Cluster(tmp_path / "cluster", postgres) as cluster:
            def fault(crowd):
                with taken(postgres, cluster.deployment.database):
                    time.sleep(FAULT_SECONDS)
                return time.monotonic(), None

            history = play("PostgreSQL: no connections left", cluster.ports, fault, report)
            assert failed_in(history), "nobody noticed the fault"
            cluster.assert_never_restarted()


@contextlib.contextmanager
def taken(postgres, database):
    """Others have every connection that is not for administrators, also those that the nodes had."""
    with contextlib.ExitStack() as held:
        def take_all():
            with contextlib.suppress(ConnectionError):
                while True:
                    held.enter_context(hold_connection(postgres.port, user="others"))

        def all_taken():
            take_all()
            postgres.end_connections(database)
            take_all()
            return postgres.connections(database) == 0

        wait_until(all_taken, 30, "every connection in the hands of others")
        yield

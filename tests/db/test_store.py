"""The one write path: rows and entries together or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, insert, select, text, update

from db.act import Act
from db.errors import StoreError
from db.store import Records, Transaction
from db.tables.journal import Entry
from db.tables.security import Operator, Setting
from tests.support.fakes import START

ACT = Act("test", "o", "某", "D1", START, reason="试")


def put(tx: Transaction, id_: str = "a", value: int = 1) -> None:
    tx.add(Setting(id=id_, value={"v": value}))


def bodies(records: Records) -> list[dict[str, object]]:
    return [json.loads(body) for body in records.read(lambda s: s.scalars(select(Entry.body).order_by(Entry.n)).all())]


def test_a_change_tells_before_and_after_of_what_changed_only(records: Records) -> None:
    records.write(ACT, put)

    def change(tx: Transaction) -> None:
        row = tx.get(Setting, "a")
        assert row is not None
        row.value = {"v": 2}
        tx.session.flush()
        row.value = {"v": 3}

    records.write(ACT, change)
    assert bodies(records)[1] == {"before": {"value": {"v": 1}}, "after": {"value": {"v": 3}}}
    assert records.verify().entries == 2


def test_work_that_fails_leaves_nothing(records: Records) -> None:
    def work(tx: Transaction) -> None:
        put(tx)
        tx.next_number("case")
        tx.note("setting", "a", {})
        tx.session.flush()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        records.write(ACT, work)
    assert records.head().n == 0
    assert records.read(lambda s: s.get(Setting, "a")) is None
    assert records.write(ACT, lambda tx: tx.next_number("case")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        insert(Setting).values(id="b", value={}, rev=0, extra={}),
        update(Setting).values(rev=9),
        delete(Setting),
        Setting.__table__.update().values(rev=9),
        Setting.__table__.delete(),
        text("UPDATE setting SET rev = 9"),
        text("DELETE FROM counter"),
    ],
)
def test_statements_that_pass_the_journal_by_are_refused(records: Records, statement: object) -> None:
    records.write(ACT, put)
    with pytest.raises(RuntimeError, match="pass the journal by"):
        records.write(ACT, lambda tx: tx.session.execute(statement))  # type: ignore[call-overload]
    assert records.head().n == 1


@pytest.mark.parametrize(
    "way",
    [
        lambda tx: tx.session.connection().exec_driver_sql("UPDATE setting SET rev = 9"),
        lambda tx: tx.session.connection().execute(update(Setting).values(rev=9)),
        lambda tx: tx.session.bulk_insert_mappings(Setting, [{"id": "b", "value": {}, "rev": 0, "extra": {}}]),
        lambda tx: tx.session.bulk_save_objects([Setting(id="b", value={})]),
        lambda tx: tx.session.connection().exec_driver_sql("\n with x as (select 1) delete from counter"),
    ],
)
def test_nor_do_they_pass_below_the_session(records: Records, way: Callable[[Transaction], object]) -> None:
    records.write(ACT, put)
    with pytest.raises(RuntimeError, match="pass the journal by"):
        records.write(ACT, way)
    assert records.head().n == 1 and records.write(ACT, lambda tx: put(tx, "c")) is None


def test_work_does_not_commit_a_part_of_itself(records: Records) -> None:
    def commit(tx: Transaction) -> None:
        put(tx)
        tx.session.commit()

    def savepoint(tx: Transaction) -> None:
        with tx.session.begin_nested():
            put(tx)

    for work in (commit, savepoint):
        with pytest.raises(RuntimeError, match="only the store commits"):
            records.write(ACT, work)
    assert records.read(lambda s: s.get(Setting, "a")) is None and records.head().n == 0


def test_a_write_within_a_write_is_refused_and_does_not_wait_for_itself(records: Records) -> None:
    with pytest.raises(RuntimeError, match="its own writer thread"):
        records.write(ACT, lambda _: records.write(ACT, put))
    records.write(ACT, put)
    assert records.head().n == 1


def test_records_are_not_deleted_and_readers_do_not_write(records: Records) -> None:
    records.write(ACT, put)
    with pytest.raises(RuntimeError, match="not deleted"):
        records.write(ACT, lambda tx: tx.session.delete(tx.get(Setting, "a")))
    with pytest.raises(StoreError) as caught:
        records.read(lambda s: s.execute(text("DELETE FROM setting")))
    assert caught.value.reason == "read_only"


def test_secrets_are_not_in_the_journal(records: Records) -> None:
    def create(tx: Transaction) -> None:
        tx.add(Operator(id="o", login="li", name="李", password_hash="first-hash", roles=[]))

    def change(tx: Transaction) -> None:
        row = tx.get(Operator, "o")
        assert row is not None
        row.password_hash = "second-hash"

    records.write(ACT, create)
    records.write(ACT, change)
    assert 'hash"' in json.dumps(bodies(records)) and "-hash" not in json.dumps(bodies(records))


def test_writers_at_once_come_one_after_another(records: Records) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: records.write(ACT, lambda tx: tx.next_number("case")), range(80)))
        list(pool.map(lambda n: records.write(ACT, lambda tx: put(tx, f"s{n}")), range(80)))
    assert sorted(numbers) == list(range(1, 81))
    assert records.verify().entries == 80


def test_the_screens_thread_is_refused(records: Records) -> None:
    records.never_on(threading.get_ident())
    with pytest.raises(RuntimeError, match="UI thread"):
        records.write(ACT, put)
    with pytest.raises(RuntimeError, match="UI thread"):
        records.head()
    assert records.submit(ACT, put).result() is None

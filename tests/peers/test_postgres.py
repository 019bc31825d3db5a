"""The PostgreSQL peer: separate databases, and one that survives a crash."""

from urllib.parse import urlsplit

import pytest

from tests.peers.postgres import Postgres

filled: list[str] = []


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def test_databases_are_copies_that_do_not_see_each_other(postgres: Postgres) -> None:
    def fill(url: str) -> None:
        filled.append(url)
        postgres.execute("CREATE TABLE beds (n int); INSERT INTO beds VALUES (1)", _name(url))

    one, two = _name(postgres.fresh(fill)), _name(postgres.fresh(fill))
    postgres.execute("INSERT INTO beds VALUES (2)", one)
    assert len(filled) == 1
    assert postgres.execute("SELECT count(*) FROM beds", one) == "2"
    assert postgres.execute("SELECT count(*) FROM beds", two) == "1"


def test_what_is_lent_again_is_empty(postgres: Postgres) -> None:
    def tables(url: str) -> None:
        guard = """
            CREATE TABLE wards (n serial, name text);
            CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'nothing is removed here'; END $$;
            CREATE TRIGGER kept BEFORE DELETE ON wards EXECUTE FUNCTION kept();
        """
        postgres.execute(guard, _name(url))

    urls = []
    for _ in range(2):
        with postgres.lent(tables) as url:
            urls.append(url)
            postgres.execute("INSERT INTO wards (name) VALUES ('east')", _name(url))
            assert postgres.execute("SELECT * FROM wards", _name(url)) == "1|east"
            with postgres.lent(tables) as other:
                assert other not in urls
    assert urls[0] == urls[1]


def test_what_is_dumped_can_be_searched(postgres: Postgres) -> None:
    url = postgres.fresh()
    postgres.execute("CREATE TABLE notes AS SELECT 'canary' AS text", _name(url))
    assert b"canary" in postgres.dump(url)


def test_a_server_of_ones_own_comes_back_after_a_crash() -> None:
    own = Postgres()
    try:
        own.start()
        name = _name(own.fresh())
        own.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)", name)
        own.crash()
        with pytest.raises(AssertionError, match="refused"):
            own.execute("SELECT 1", name)
        own.start()
        assert own.execute("SELECT n FROM kept", name) == "7"
    finally:
        own.remove()
    assert not own.folder.exists()


def test_it_says_what_is_wrong_with_a_statement(postgres: Postgres) -> None:
    with pytest.raises(AssertionError, match="syntax error"):
        postgres.execute("SELEKT 1")

import sqlite3
from contextlib import closing

TABLES = ("features", "labels")


def features_of(db: sqlite3.Connection, user: str):
    return db.execute("SELECT value FROM features WHERE user = ?", (user,)).fetchall()


def count(path, table):
    if table not in TABLES:
        raise ValueError("unknown table")
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT count(*) FROM labels").fetchone()[0]


def dump(path):
    with open(path) as source:
        try:
            return source.read()
        except UnicodeDecodeError:
            return ""

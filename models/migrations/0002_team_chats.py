"""The team's chats, for teams that have a sub-admin already: one for all, one for each two.

Everybody on such a team may write in them. Nobody joins here: they begin where the counter is.
"""

import time
from itertools import combinations

from peewee import PostgresqlDatabase

OPEN = 2**63 - 1
TEAM_SIDE = 1
MANAGE = 2

WITH_SUB_ADMINS = """SELECT DISTINCT account_id FROM connection
    WHERE role = 'sub_admin' AND state = 'connected' ORDER BY account_id"""
TEAM = """SELECT user_id, id FROM connection WHERE account_id = ? AND state = 'connected'
    AND role IN ('admin', 'sub_admin') ORDER BY user_id"""
THREAD = """INSERT INTO thread (account_id, channel, kind, pair, title, created_at)
    VALUES (?, 'team', ?, ?, '', ?) RETURNING id"""
WINDOW = """INSERT INTO access_window (thread_id, user_id, connection_id, side, from_seq, to_seq,
    opened_seq, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
RIGHT = """INSERT INTO team_right (connection_id, channel, level, since_seq)
    VALUES (?, 'team', ?, ?) RETURNING id"""
RAISED = """UPDATE team_right SET level = ? WHERE connection_id = ? AND channel = 'team'
    RETURNING id"""


class Store:
    """The database, asked in one way on both kinds. Every statement here gives rows back."""

    def __init__(self, db):
        self.db = db
        self.is_postgres = isinstance(db, PostgresqlDatabase)
        self.at = time.time_ns() // 1_000_000

    def rows(self, sql, *values):
        if self.is_postgres:
            sql = sql.replace("?", "%s")
        return self.db.execute_sql(sql, values).fetchall()

    def next_number(self):
        if self.is_postgres:
            return self.rows("SELECT nextval('rising')")[0][0]
        return self.rows("UPDATE counter SET value = value + 1 RETURNING value")[0][0]

    def thread(self, account, kind, pair):
        return self.rows(THREAD, account, kind, pair, self.at)[0][0]

    def let_write(self, connection):
        if not self.rows(RAISED, MANAGE, connection):
            self.rows(RIGHT, connection, MANAGE, self.next_number())

    def let_in(self, chat, user, connection):
        begins = self.next_number()
        self.rows(WINDOW, chat, user, connection, TEAM_SIDE, begins, OPEN, begins, begins)


def up(migrator, db):
    store = Store(db)
    for (account,) in store.rows(WITH_SUB_ADMINS):
        open_chats(store, account, store.rows(TEAM, account))


def open_chats(store, account, team):
    if not store.rows("SELECT 1 FROM thread WHERE account_id = ? AND kind = 'team'", account):
        store.thread(account, "team", None)
    for _, connection in team:
        store.let_write(connection)
    for low, high in combinations(team, 2):
        pair = f"{account}:{low[0]}:{high[0]}"
        if not store.rows("SELECT 1 FROM thread WHERE pair = ?", pair):
            chat = store.thread(account, "personal", pair)
            store.let_in(chat, *low)
            store.let_in(chat, *high)

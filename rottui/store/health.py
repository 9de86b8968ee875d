"""Whether the store's file is sound: quickly, at every opening by who may write.

A whole check reads the whole file: 9 ms for 200 runs of 200 epochs, 0.5 s for 10,000 (305 MB). A
big file's ``epochs`` are left out at opening, and what is left takes 12 ms then; ``rottui
store check`` looks at everything. Who only reads does not wait for any of it: damage that it meets
is told as what it is.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

WHOLE_BYTES = 32 * 1024 * 1024
"""Up to this size the whole file is looked at when it is opened."""
BIG_TABLES = frozenset({"epochs"})
"""What a bigger file's quick check leaves out."""


def quick_problem(db: sqlite3.Connection, path: Path) -> str | None:
    """What is wrong with an open database, in a few words; None if nothing was found."""
    if path.stat().st_size <= WHOLE_BYTES:
        return _first(db, "PRAGMA quick_check(1)")
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        if name not in BIG_TABLES and not name.startswith("sqlite_"):
            problem = _first(db, f"PRAGMA quick_check({quoted(name)})")
            if problem is not None:
                return problem
    return None


def quoted(name: str) -> str:
    """A table's name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def damaged(path: Path, problem: str) -> str:
    """The sentence for a store that is damaged, and what to do."""
    words = " ".join(problem.replace("*** in database main ***", "").split())
    return (
        f"the run store {path} is damaged ({words}) and was left as it is; "
        "rottui store check says what can be saved, rottui store repair saves it"
    )


def _first(db: sqlite3.Connection, pragma: str) -> str | None:
    try:
        text: str = db.execute(pragma).fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "malformed" not in str(error):
            raise
        return str(error)
    return None if text == "ok" else text

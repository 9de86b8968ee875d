"""What people write on runs: tags, which are single words, and notes."""

from __future__ import annotations

import re
from collections.abc import Collection

from rottui.errors import StoreError
from rottui.store.connection import Connections
from rottui.store.reading import Reader
from rottui.store.writing import new_revision, note, rows_of

TAG = re.compile(r"\w[\w.+/-]{0,39}")
"""A word that can be typed in a filter without quotes."""
MOST_NOTES = 10_000
"""Characters of a run's notes."""


def checked_tag(text: str) -> str:
    """The tag, without space around it.

    Raises:
        StoreError: it is not one word of at most 40 letters, digits and ``. _ + / -``.
    """
    tag = text.strip()
    if not TAG.fullmatch(tag):
        raise StoreError(
            f"{text!r} is no tag: one word of at most 40 letters, digits and . _ + / -, "
            "which begins with a letter or a digit"
        )
    return tag


class Tagging(Reader):
    """Writes what people write on runs; all of it can be changed at any time."""

    _connections: Connections

    def tag(
        self, ids: Collection[int], add: Collection[str] = (), remove: Collection[str] = ()
    ) -> list[int]:
        """Put tags on runs and take others off them; the ids of those that this changed.

        Raises:
            StoreError: a run is gone, or a text is no tag; nothing was changed.
        """
        added, removed = sorted(map(checked_tag, add)), sorted(map(str.strip, remove))
        changed = []
        with self._connections.writing() as db:
            revision = new_revision(db)
            for row in rows_of(db, ids):
                run_id = row["id"]
                words = []
                for sql, sign, tags in (
                    ("DELETE FROM tags WHERE run_id = ? AND tag = ?", "-", removed),
                    ("INSERT OR IGNORE INTO tags VALUES (?, ?)", "+", added),
                ):
                    words += [sign + t for t in tags if db.execute(sql, (run_id, t)).rowcount]
                if words:
                    db.execute("UPDATE runs SET revision = ? WHERE id = ?", (revision, run_id))
                    note(db, run_id, "tagged", " ".join(words))
                    changed.append(run_id)
        return changed

    def write_notes(self, run_id: int, text: str) -> None:
        """Replace a run's notes; an empty text takes them away.

        Raises:
            StoreError: the run is gone, or the text is too long; nothing was changed.
        """
        text = text.strip()
        if len(text) > MOST_NOTES:
            raise StoreError(f"notes of at most {MOST_NOTES:,} characters, not {len(text):,}")
        with self._connections.writing() as db:
            (row,) = rows_of(db, [run_id])
            if row["notes"] != text:
                db.execute(
                    "UPDATE runs SET notes = ?, revision = ? WHERE id = ?",
                    (text, new_revision(db), run_id),
                )
                note(db, run_id, "noted", text.partition("\n")[0][:80])

    def tags(self) -> dict[str, int]:
        """Tag → how many runs have it, the trash not counted; in alphabetical order."""
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT t.tag AS tag, count(*) AS n FROM tags t JOIN runs r ON r.id = t.run_id "
                "WHERE r.trashed_at IS NULL AND typeof(t.tag) = 'text' "
                "GROUP BY t.tag ORDER BY t.tag"
            ).fetchall()
        return {row["tag"]: row["n"] for row in rows}

"""The runs that the feed has read: what it learns of changes is put in, the rest stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rottui.store.records import RunRow


class KnownRuns:
    """Runs by id in queue order; those of the trash are known, and not listed."""

    def __init__(self) -> None:
        self._listed: dict[int, RunRow] = {}
        self._trash: set[int] = set()

    def __len__(self) -> int:
        return len(self._listed) + len(self._trash)

    def __getitem__(self, run_id: int) -> RunRow:
        return self._listed[run_id]

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._listed

    @property
    def listed(self) -> tuple[RunRow, ...]:
        """The runs outside the trash, in queue order."""
        return tuple(self._listed.values())

    def put(self, runs: Sequence[RunRow]) -> None:
        """Take over runs that are new or have changed."""
        sorted_still = True
        for run in runs:
            if run.trashed_at is not None:
                self._listed.pop(run.id, None)
                self._trash.add(run.id)
                continue
            self._trash.discard(run.id)
            before = self._listed.get(run.id)
            sorted_still &= before is not None and before.position == run.position
            self._listed[run.id] = run
        if not sorted_still:
            order = sorted(self._listed.values(), key=lambda run: (run.position, run.id))
            self._listed = {run.id: run for run in order}

    def keep(self, ids: Collection[int]) -> None:
        """Forget all others: they were purged."""
        self._listed = {run_id: run for run_id, run in self._listed.items() if run_id in ids}
        self._trash &= set(ids)

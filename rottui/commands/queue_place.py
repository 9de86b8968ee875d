"""Where new runs go: trained here, queued, or kept as drafts; and before or after which others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rottui.commands.usage import UsageError
from rottui.store.runs import RunStore
from rottui.store.states import State


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """The place of new runs in the queue."""

    queue: bool = False
    """Whether somebody else trains them."""
    draft: bool = False
    after: Sequence[str] = ()
    """The runs that must be done before, by id or name."""
    priority: int = 0
    group: str | None = None

    def options(self, rows: RunStore) -> dict[str, Any]:
        """What ``add_runs`` takes.

        Raises:
            StoreError: there is no such run to wait for.
        """
        return {
            "state": State.DRAFT if self.draft else State.QUEUED,
            "needs": [rows.run(text).id for text in self.after],
            "priority": self.priority,
            "group": self.group,
        }


def queue_place(
    queue: bool, draft: bool, after: Sequence[str], priority: str | None, group: str | None
) -> QueuePlace:
    """The place that the flags say.

    Raises:
        UsageError: they contradict each other.
    """
    try:
        number = 0 if priority is None else int(priority)
    except ValueError:
        raise UsageError(f"--priority: must be a whole number, not {priority!r}") from None
    if after and not (queue or draft):
        raise UsageError("--after: a run that waits for others is queued: add --queue")
    if group is not None and not (group.strip() and group.isprintable()):
        raise UsageError("--group: must be some printable text on one line")
    return QueuePlace(queue or draft, draft, tuple(after), number, group)

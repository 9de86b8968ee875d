"""What the form is saved into, where that is not a new run: an edited run, or a fork (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field

from rottui.core.config import RunConfig
from rottui.core.steering import fork_problems
from rottui.tui.widgets.form_fields import FIELD
from rottui.tui.widgets.form_schema import texts_of


@dataclass(frozen=True, slots=True)
class Edit:
    """A run that nobody has begun is to have the form's name and config."""

    run_id: int

    @property
    def title(self) -> str:
        """What stands over the form."""
        return f"edits run {self.run_id}"

    @property
    def keys(self) -> str:
        """What the form's own keys do."""
        return "Enter saves it · Esc leaves it as it is"

    @property
    def verb(self) -> str:
        """What is not done while something is wrong."""
        return "saved"

    @property
    def no_sweep(self) -> str:
        """Why no sweep can be made of it."""
        return f"run {self.run_id} is one run, not a sweep"

    def problems(self, config: RunConfig) -> dict[str, str]:
        """Field → what is wrong with it, beside what is wrong with any run: nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class Fork:
    """A run that goes on from a checkpoint of another one."""

    run_id: int
    """The run that it comes from."""
    kind: str
    """Of the checkpoint: ``last``, ``best`` or ``previous``."""
    epoch: int
    """Epochs completed there."""
    parent: RunConfig = field(repr=False)

    @property
    def title(self) -> str:
        """What stands over the form."""
        return f"fork of run {self.run_id} from epoch {self.epoch} ({self.kind})"

    @property
    def keys(self) -> str:
        """What the form's own keys do."""
        return "epochs count from the start · Enter queues the fork · Esc: no fork"

    @property
    def verb(self) -> str:
        """What is not done while something is wrong."""
        return "forked"

    @property
    def no_sweep(self) -> str:
        """Why no sweep can be made of it."""
        return "a fork is one run, not a sweep"

    def start(self) -> RunConfig:
        """The config that the form begins with: the parent's, as long again if that has ended."""
        if self.parent.epochs > self.epoch:
            return self.parent
        return self.parent.model_copy(update={"epochs": self.epoch + self.parent.epochs})

    def whole(self, config: RunConfig) -> RunConfig:
        """The form's config, with the parent's data as they were pinned where they are the same."""
        plain = self.parent.data.model_copy(update={"fingerprint": None})
        if config.data.model_copy(update={"fingerprint": None}) != plain:
            return config
        return config.model_copy(update={"data": self.parent.data})

    def problems(self, config: RunConfig) -> dict[str, str]:
        """Field of the form → why a fork cannot have it."""
        found = fork_problems(self.parent, self.whole(config))
        before, after = texts_of(self.parent), texts_of(config)
        problems = {}
        for name in FIELD:
            section = name.split(".")[0]
            if section in found and before.get(name) != after.get(name):
                problems[name] = f"cannot change in a fork: {found.pop(section)}"
        problems |= {name: f"cannot change in a fork: {why}" for name, why in found.items()}
        if config.epochs <= self.epoch:
            problems["epochs"] = (
                f"must be above {self.epoch}: the checkpoint stands after epoch {self.epoch}"
            )
        return problems


Purpose = Edit | Fork

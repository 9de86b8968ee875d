"""Every action once: its keys, its name in the footer, and what it does.

Bindings, footer, help, command palette and the README's table are all made from this table.
An action of scope ``queue`` named ``pause`` is the method ``action_pause`` of the queue pane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

if TYPE_CHECKING:
    from textual.app import App


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do, and the keys that do it."""

    scope: str
    """``app``, or the pane or dialog that must have the focus."""
    name: str
    keys: str
    """Textual key names, separated by commas; the first is the one that is shown."""
    label: str
    """One or two words for the footer."""
    help: str
    """One sentence for the help screen and the palette."""
    show: bool = True
    """Whether the footer has room for it."""

    @property
    def id(self) -> str:
        """Such as ``queue.pause``: stable, for remapping."""
        return f"{self.scope}.{self.name}"


SCOPES: dict[str, str] = {
    "app": "Everywhere",
    "configure": "Configure",
    "queue": "Queue",
    "charts": "Charts",
    "sweep": "Sweep",
    "equivariance": "Equivariance",
    "data": "Data",
    "range": "Range test",
    "predictions": "Predictions",
    "details": "Details",
    "system": "System",
    "trash": "Trash",
    "compare": "Compare",
    "theme": "Themes",
    "table": "Lists",
}
DIALOGS = frozenset({"range", "trash", "compare", "theme"})
"""Scopes of screens that stand over the panes: their actions are not in the palette."""
WITH_LISTS = frozenset({"queue", "sweep", "trash", "theme"})
"""Scopes where the keys of ``table`` work, too."""

ACTIONS: tuple[Action, ...] = (
    Action("app", "help", "f1,question_mark", "Help", "Show every key."),
    Action("app", "pane('configure')", "f2,1", "Configure", "Go to the form.", show=False),
    Action("app", "pane('queue')", "f3,2", "Queue", "Go to the queue.", show=False),
    Action("app", "pane('charts')", "f4,3", "Charts", "Go to the charts.", show=False),
    Action("app", "pane('equivariance')", "f5,4", "Equivariance", "Go to the maps.", show=False),
    Action("app", "pane('data')", "f6,5", "Data", "Go to the images.", show=False),
    Action(
        "app", "pane('predictions')", "f12,6", "Predictions", "Go to the predictions.", show=False
    ),
    Action("app", "pane('details')", "7", "Details", "Go to the run's details.", show=False),
    Action(
        "app",
        "jump",
        "semicolon,ctrl+o",
        "Jump",
        "Put a letter on every pane, and go to the one that is pressed.",
        show=False,
    ),
    Action(
        "app",
        "first",
        "ctrl+g",
        "First sweep",
        "In an empty store: queue the seed's sweep on the built-in garments.",
        show=False,
    ),
    Action(
        "app",
        "zoom",
        "z",
        "Zoom",
        "Give the pane the whole screen, or go back; Esc does, too.",
        show=False,
    ),
    Action("app", "hide", "Z", "Hide", "Hide the pane until its own key is pressed.", show=False),
    Action(
        "app",
        "border(-2,0)",
        "left_curly_bracket,alt+left",
        "",
        "Move the border between the columns to the left.",
        show=False,
    ),
    Action(
        "app",
        "border(2,0)",
        "right_curly_bracket,alt+right",
        "",
        "Move the border between the columns to the right.",
        show=False,
    ),
    Action(
        "app",
        "border(0,-1)",
        "left_parenthesis,alt+up",
        "",
        "Move the border below the queue up.",
        show=False,
    ),
    Action(
        "app",
        "border(0,1)",
        "right_parenthesis,alt+down",
        "",
        "Move the border below the queue down.",
        show=False,
    ),
    Action("app", "copy", "y", "Copy", "Copy or save the pane, or the run's config.", show=False),
    Action(
        "app",
        "usual_layout",
        "equals_sign",
        "",
        "Show all panes, with their usual room.",
        show=False,
    ),
    Action(
        "app",
        "pane('system')",
        "8",
        "System",
        "See what the machine and the workers do.",
        show=False,
    ),
    Action(
        "app",
        "notices",
        "ctrl+n",
        "Notices",
        "Tell of ended runs by a toast, the bell, OSC 9, or not at all.",
        show=False,
    ),
    Action("app", "command_palette", "ctrl+p,colon", "Palette", "Find any command by name."),
    Action(
        "app", "change_theme", "ctrl+t", "Theme", "Choose the colours; shown at once.", show=False
    ),
    Action("app", "repaint", "ctrl+l", "Repaint", "Paint the whole screen again.", show=False),
    Action("app", "leave", "q,ctrl+q", "Quit", "Quit; asks what becomes of unfinished runs."),
    Action(
        "app",
        "suspend",
        "ctrl+z",
        "Suspend",
        "Give the terminal back to the shell; training goes on, fg comes back.",
        show=False,
    ),
    Action("table", "move(-1)", "up,k", "Up", "Go to the row above.", show=False),
    Action("table", "move(1)", "down,j", "Down", "Go to the row below.", show=False),
    Action("table", "page(-1)", "pageup,ctrl+b", "Page up", "Go a screen up.", show=False),
    Action("table", "page(1)", "pagedown,ctrl+f", "Page down", "Go a screen down.", show=False),
    Action("table", "edge(-1)", "home,g", "First", "Go to the first row.", show=False),
    Action("table", "edge(1)", "end,G", "Last", "Go to the last row.", show=False),
    Action("table", "columns(-1)", "left,h", "Columns left", "Show columns before.", show=False),
    Action("table", "columns(1)", "right,l", "Columns right", "Show more columns.", show=False),
    Action("configure", "queue", "f9,enter,ctrl+j", "Queue it", "Queue the run or the sweep."),
    Action("configure", "toggle_sweep", "f8,s", "Sweep", "Turn the form into a sweep and back."),
    Action("configure", "next_preset", "f7,p", "Preset", "Fill the form with the next preset."),
    Action("configure", "range_test", "ctrl+r,r", "Find lr", "Find out which learning rates fit."),
    Action(
        "configure",
        "reset",
        "f10",
        "Reset",
        "Put every field but the data back to its default.",
        show=False,
    ),
    Action(
        "configure",
        "undo",
        "u",
        "Undo",
        "Bring back what the form said before a preset, a reset, or a run's config.",
        show=False,
    ),
    Action("configure", "next_field", "down,j", "Next", "Go to the field below.", show=False),
    Action("configure", "previous_field", "up,k", "Back", "Go to the field above.", show=False),
    Action(
        "configure",
        "leave_field",
        "escape",
        "Leave",
        "Leave the field: letters are keys.",
        show=False,
    ),
    Action("queue", "open", "enter,o", "Open", "Show the run's curves."),
    Action("queue", "details", "i", "Details", "Show all that is known of the run.", show=False),
    Action("queue", "sweep", "s", "Sweep", "Compare the settings of the run's sweep."),
    Action(
        "queue", "mark", "space,m", "Mark", "Mark the run for the charts and for other actions."
    ),
    Action(
        "queue",
        "filter",
        "slash",
        "Filter",
        "Show only the runs that fit what you type; Enter keeps it, Esc takes it away.",
        show=False,
    ),
    Action(
        "queue",
        "unfilter",
        "escape",
        "All runs",
        "Take the filter away: every run is shown again.",
        show=False,
    ),
    Action("queue", "tag", "number_sign", "Tag", "Put tags on it, or take them off.", show=False),
    Action("queue", "note", "n", "Notes", "Write notes on it.", show=False),
    Action("queue", "sort", "b", "Sort by", "Sort by a column, or as the queue is.", show=False),
    Action("queue", "compare", "C", "Compare", "Compare the marked runs.", show=False),
    Action("queue", "unmark_all", "u", "Unmark", "Take all marks away.", show=False),
    Action("queue", "pause", "p", "Pause", "Pause at the next batch, or hold back if queued."),
    Action("queue", "resume", "r", "Resume", "Queue a paused run again; it goes on where it was."),
    Action("queue", "cancel", "c", "Cancel", "End the run for good; asks first."),
    Action("queue", "move_up", "K,ctrl+up", "Up", "Train it earlier.", show=False),
    Action("queue", "move_down", "J,ctrl+down", "Down", "Train it later.", show=False),
    Action(
        "queue", "duplicate", "d", "Duplicate", "Queue the same config as a new run.", show=False
    ),
    Action("queue", "edit", "e", "To form", "Put the run's config into the form.", show=False),
    Action(
        "queue", "slower", "minus", "lr ×0.5", "Halve the lr from the next batch on.", show=False
    ),
    Action("queue", "faster", "plus", "lr ×2", "Double the lr from the next batch on.", show=False),
    Action("queue", "scale", "L", "lr ×", "Multiply the lr by a number that you type.", show=False),
    Action("queue", "save", "w", "Save now", "Save at the batch that is trained now.", show=False),
    Action("queue", "extend", "x", "Extend", "Train a done run some epochs further.", show=False),
    Action(
        "queue",
        "fork",
        "f",
        "Fork",
        "Fork it in the form: go on from a checkpoint, otherwise.",
        show=False,
    ),
    Action(
        "queue", "edit_here", "E", "Edit", "Edit a run that nobody has begun, in place.", show=False
    ),
    Action(
        "queue",
        "priority_up",
        "greater_than_sign",
        "Sooner",
        "Raise the priority: higher ones are trained first.",
        show=False,
    ),
    Action("queue", "priority_down", "less_than_sign", "Later", "Lower the priority.", show=False),
    Action(
        "queue",
        "draft",
        "a",
        "Aside",
        "Make it a draft; r queues it again.",
        show=False,
    ),
    Action("queue", "retry", "t", "Retry", "Queue what failed or was cancelled again.", show=False),
    Action(
        "queue",
        "pause_group",
        "S",
        "Group",
        "Pause its sweep or group, or go on.",
        show=False,
    ),
    Action("queue", "pause_all", "P", "Pause all", "Pause everything, or go on.", show=False),
    Action("queue", "delete", "D,delete", "Delete", "Put it into the trash; U brings it back."),
    Action(
        "queue",
        "restore",
        "U",
        "Undo",
        "Bring back what was deleted, or unmarked, last.",
        show=False,
    ),
    Action("queue", "trash", "T", "Trash", "Look into the trash.", show=False),
    Action("charts", "metric", "m", "Metric", "Show another metric: loss, MAE, errors in degrees."),
    Action("charts", "log", "Y", "Log", "Logarithmic y axis, or linear again."),
    Action("charts", "axis", "x", "X axis", "Against the epoch, the step, or the time."),
    Action("charts", "log_x", "X", "Log x", "Logarithmic x axis, or linear again.", show=False),
    Action("charts", "pin", "p", "Pin", "Keep the run on top of all, or let it go.", show=False),
    Action(
        "charts",
        "spread",
        "v",
        "Seeds",
        "Seeds as one curve with a band, or each.",
        show=False,
    ),
    Action("charts", "smooth", "a", "Smooth", "A moving average, a longer one, or none."),
    Action(
        "charts",
        "split",
        "t",
        "Split",
        "Show train and test, train only, or test only.",
        show=False,
    ),
    Action("charts", "sweep", "s", "Sweep", "Compare the settings of the run's sweep."),
    Action(
        "charts", "baseline", "b", "Baseline", "Show what guesses score, or hide it.", show=False
    ),
    Action(
        "charts",
        "events",
        "e",
        "Events",
        "Mark the best epoch, L lr changed, R resumed, S saved, X extended, F forked, or not.",
        show=False,
    ),
    Action("charts", "cursor(1)", "right,l", "Cursor", "Read the next point of the curves."),
    Action("charts", "cursor(-1)", "left,h", "", "Read the point before.", show=False),
    Action("charts", "cursor_end(False)", "home", "", "Read the first point.", show=False),
    Action("charts", "cursor_end(True)", "end", "", "Read the last point.", show=False),
    Action("charts", "zoom_x(0.5)", "plus", "Zoom", "Zoom in along the x axis.", show=False),
    Action("charts", "zoom_x(2.0)", "minus", "", "Zoom out along the x axis.", show=False),
    Action("charts", "zoom_y(0.5)", "right_square_bracket", "", "Zoom in along y.", show=False),
    Action("charts", "zoom_y(2.0)", "left_square_bracket", "", "Zoom out along y.", show=False),
    Action("charts", "pan_x(-0.25)", "H,shift+left", "", "Move to the left.", show=False),
    Action("charts", "pan_x(0.25)", "L,shift+right", "", "Move to the right.", show=False),
    Action("charts", "pan_y(-0.25)", "J,shift+down", "", "Move down.", show=False),
    Action("charts", "pan_y(0.25)", "K,shift+up", "", "Move up.", show=False),
    Action("charts", "show_all", "0", "All", "Show the whole curves again.", show=False),
    Action(
        "charts",
        "back",
        "escape",
        "Back",
        "Leave the cursor, then what was zoomed into.",
        show=False,
    ),
    Action("charts", "previous_run", "k,up", "Prev run", "Show the run before.", show=False),
    Action("charts", "next_run", "j,down", "Next run", "Show the run after.", show=False),
    Action("sweep", "open", "enter,o", "Curves", "Show the curves of the setting's runs."),
    Action("sweep", "metric", "m", "Metric", "Compare by another metric."),
    Action("sweep", "log", "Y", "Log", "Logarithmic y axis, or linear again."),
    Action("sweep", "best", "b", "Best", "Draw the metric at the lowest test loss, too, or not."),
    Action("sweep", "view", "v", "View", "Every setting's own curves side by side, or one chart."),
    Action("sweep", "curves", "s,escape", "Back", "Go back to the curves."),
    Action(
        "sweep",
        "compare",
        "C",
        "Compare",
        "Compare it with the best setting, which may be better by chance.",
        show=False,
    ),
    Action(
        "sweep", "grow('below')", "left_square_bracket", "Below", "Add a value below the lowest."
    ),
    Action(
        "sweep", "grow('above')", "right_square_bracket", "Above", "Add a value above the highest."
    ),
    Action("sweep", "grow('between')", "i", "Between", "Add one between it and the next higher."),
    Action("sweep", "seeds", "plus", "Seeds", "Train it with more seeds; asks how many."),
    Action("sweep", "cancel", "c", "Cancel", "End its unfinished runs; asks first.", show=False),
    Action(
        "sweep", "extend", "x", "Extend", "Train its done runs some epochs further.", show=False
    ),
    Action(
        "sweep",
        "promote",
        "p",
        "Promote",
        "Train on what halving keeps or has stopped.",
        show=False,
    ),
    Action("equivariance", "shift(-1,0)", "left,h", "Shift", "Shift one pixel further left."),
    Action(
        "equivariance", "shift(1,0)", "right,l", "", "Shift one pixel further right.", show=False
    ),
    Action("equivariance", "shift(0,-1)", "up,k", "", "Shift one pixel further up.", show=False),
    Action("equivariance", "shift(0,1)", "down,j", "", "Shift one pixel further down.", show=False),
    Action("equivariance", "turn(5)", "right_square_bracket", "Turn", "Turn 5° further."),
    Action("equivariance", "turn(-5)", "left_square_bracket", "", "Turn 5° back.", show=False),
    Action("equivariance", "turn(90)", "r", "Quarter turn", "Turn 90° further."),
    Action("equivariance", "image(1)", "n", "Next image", "Take the next image of the split."),
    Action("equivariance", "image(-1)", "N", "", "Take the image before.", show=False),
    Action("equivariance", "ask", "g", "Go to", "Type an image, a shift or an angle."),
    Action("equivariance", "weights", "w", "Weights", "Draw other weights for the stack."),
    Action("equivariance", "reset", "0", "Reset", "Back to the first image, shift (5, 5), 90°."),
    Action("data", "page(1)", "n,pagedown,right", "Next", "Show the next images."),
    Action("data", "page(-1)", "N,pageup,left", "Back", "Show the images before."),
    Action("data", "split", "t", "Split", "Show the other split."),
    Action("data", "ask", "g", "Go to", "Type the number of an image."),
    Action("data", "source", "s", "Source", "Look at the data of the form, or of the chosen run."),
    Action("data", "reset", "0,home", "First", "Back to the first images of the train split."),
    Action("range", "use", "enter,ctrl+j", "Use it", "Put the suggestion into the form."),
    Action("range", "more", "m", "More steps", "Test again with twice as many steps."),
    Action("range", "close", "escape", "Close", "Stop the test and go back to the form."),
    Action("predictions", "page(1)", "n,pagedown,right", "Next", "Show the next images."),
    Action("predictions", "page(-1)", "N,pageup,left", "Back", "Show the images before."),
    Action(
        "predictions",
        "order",
        "o",
        "Order",
        "Worst, best, in order, or most confident wrong first.",
    ),
    Action("predictions", "view", "v", "View", "Images, errors, by true angle, or by class."),
    Action("predictions", "split", "t", "Split", "Show the other split."),
    Action("predictions", "reload", "r", "Refresh", "Predict with the newest checkpoint."),
    Action("predictions", "reset", "0,home", "First", "Back to the first images.", show=False),
    Action("predictions", "previous_run", "k,up", "Prev run", "Show the run before.", show=False),
    Action("predictions", "next_run", "j,down", "Next run", "Show the run after.", show=False),
    Action("system", "scroll(1)", "down,j", "Down", "Scroll down.", show=False),
    Action("system", "scroll(-1)", "up,k", "Up", "Scroll up.", show=False),
    Action("system", "queue", "escape", "Queue", "Go back to the queue."),
    Action("details", "open", "enter,o", "Curves", "Show the run's curves."),
    Action("details", "every_setting", "a", "All", "List the settings as by default, too, or not."),
    Action("details", "section(1)", "n", "Next part", "Go to the next part of the details."),
    Action("details", "section(-1)", "N", "", "Go to the part before.", show=False),
    Action("details", "run(-1)", "left,h", "Prev run", "Show the run before.", show=False),
    Action("details", "run(1)", "right,l", "Next run", "Show the run after.", show=False),
    Action("details", "scroll(1)", "down,j", "Down", "Scroll down.", show=False),
    Action("details", "scroll(-1)", "up,k", "Up", "Scroll up.", show=False),
    Action("details", "page(1)", "pagedown,space,ctrl+f", "", "Scroll a screen down.", show=False),
    Action("details", "page(-1)", "pageup,ctrl+b", "", "Scroll a screen up.", show=False),
    Action("details", "edge(-1)", "home,g", "", "Go to the begin.", show=False),
    Action("details", "edge(1)", "end,G", "", "Go to the end.", show=False),
    Action("details", "queue", "escape,i", "Queue", "Go back to the queue."),
    Action("trash", "restore", "enter,r", "Restore", "Take the run out of the trash."),
    Action("trash", "purge", "x,delete", "Purge", "Remove the run for good; asks first."),
    Action("trash", "close", "escape", "Close", "Go back to the queue."),
    Action("compare", "reference", "b,n", "Reference", "Compare to the next side."),
    Action("compare", "sides(1)", "right,l", "More", "Show the sides that did not fit."),
    Action("compare", "sides(-1)", "left,h", "", "Show the sides before.", show=False),
    Action("compare", "scroll(1)", "down,j", "", "Scroll down.", show=False),
    Action("compare", "scroll(-1)", "up,k", "", "Scroll up.", show=False),
    Action("compare", "page(1)", "pagedown,space", "", "Scroll down a screen.", show=False),
    Action("compare", "page(-1)", "pageup", "", "Scroll up a screen.", show=False),
    Action("compare", "edge(-1)", "home,g", "", "Go to the top.", show=False),
    Action("compare", "edge(1)", "end,G", "", "Go to the end.", show=False),
    Action("compare", "reload", "r", "Refresh", "Test with the newest checkpoints."),
    Action("compare", "close", "escape", "Close", "Go back."),
    Action("theme", "keep", "enter,ctrl+j", "Keep", "Keep the theme, and remember it."),
    Action("theme", "close", "escape", "Close", "Go back to the theme before."),
)


def actions(scope: str) -> tuple[Action, ...]:
    """The actions of one scope, in the order of the footer."""
    return tuple(action for action in ACTIONS if action.scope == scope)


def bindings(scope: str) -> list[Binding]:
    """Textual's bindings of one scope."""
    return [
        Binding(
            action.keys,
            action.name,
            action.label or action.help,
            id=action.id,
            show=action.show,
            tooltip=action.help,
        )
        for action in actions(scope)
    ]


def keys_now(app: App[Any], action: Action) -> str:
    """The keys of an action as they are in an app, whose person may have chosen others."""
    return app._keymap.get(action.id, action.keys)


def keys_of(app: App[Any], action_id: str) -> list[str]:
    """The keys of the action with that id, as they are in an app."""
    action = next(action for action in ACTIONS if action.id == action_id)
    return keys_now(app, action).split(",")


def first_key(app: App[Any], action_id: str) -> str:
    """The first of them."""
    return keys_of(app, action_id)[0]


NO_KEY = "none:"
"""How the names of keys begin that no keyboard has."""


def no_key(action: Action) -> str:
    """Stands for the keys of an action that has none: Textual would take nothing for the usual."""
    return f"{NO_KEY}{action.id}".replace(",", ";")

"""``python -m rottui`` is ``rottui``: the screen at once, every other command by its parser."""

from __future__ import annotations

import sys
from collections.abc import Sequence

LAUNCH_FLAGS = ("--store", "--data", "--workers", "--theme")
"""What ``launch`` takes with a value; ``rottui.cli`` says what it is."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` (else the program's arguments) names; its exit code.

    The screen is opened without the parser of the commands, whose import alone takes a third as
    long as an empty screen.
    """
    args = list(sys.argv[1:] if argv is None else argv)
    typed = launch_flags(args)
    if typed is None:
        from rottui import cli

        return cli.main(args)
    from rottui.commands.usage import report

    try:
        from rottui.commands.launch import launch

        return launch(**typed)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001, told in one line
        return report(error)


def launch_flags(args: Sequence[str]) -> dict[str, str | None] | None:
    """What was typed after a plain ``launch``; None where the parser has to look at it."""
    if args[:1] != ["launch"]:
        return None
    typed: dict[str, str | None] = {flag.removeprefix("--"): None for flag in LAUNCH_FLAGS}
    rest = list(args[1:])
    while rest:
        flag, equals, value = rest.pop(0).partition("=")
        if flag not in LAUNCH_FLAGS or not (equals or rest):
            return None
        value = value if equals else rest.pop(0)
        if not value or value.startswith("-"):
            return None
        typed[flag.removeprefix("--")] = value
    return typed


if __name__ == "__main__":
    sys.exit(main())

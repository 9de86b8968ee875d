"""What the commands answer when they fail: one line, and an exit code."""

from __future__ import annotations

import logging
import sys

from rottui.errors import ConfigError, RottuiError, TerminalError

DONE, FAILED, WRONG_USAGE = 0, 1, 2
INTERRUPTED = 130
"""128 + SIGINT, as shells do; other signals likewise."""


class UsageError(RottuiError):
    """What was typed can never work; the sentence names the flag or the file."""


def exit_code(error: BaseException) -> int:
    """The exit code for an error that ends a command."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, UsageError | ConfigError | TerminalError):
        return WRONG_USAGE
    # the parser's own errors carry their code: 2, or what the parser says
    code = getattr(error, "exit_code", FAILED)
    return code if isinstance(code, int) else FAILED


def sentence_of(error: BaseException) -> str:
    """The error as one sentence."""
    if isinstance(error, KeyboardInterrupt):
        text = "interrupted"
    elif isinstance(error, RottuiError):
        text = str(error)
    elif isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        text = f"{error.strerror}{where}"
    elif hasattr(error, "format_message"):  # the parser's own errors
        text = _parser_sentence(error)
    elif isinstance(error, ImportError):
        text = f"the installation is incomplete ({error}); install rottui again"
    else:
        text = f"unexpected {type(error).__name__}: {error} (--debug shows where)"
    return text


def _parser_sentence(error: BaseException) -> str:
    text = error.format_message().strip().rstrip(".")  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "rottui"
    return f"{text[:1].lower()}{text[1:]}; {command} --help says what there is"


def report(error: BaseException) -> int:
    """Say what ended a command, in one line, and log what nobody expected; the exit code."""
    log = logging.getLogger("rottui")
    expected = isinstance(error, RottuiError | KeyboardInterrupt) or hasattr(error, "exit_code")
    if not expected and log.handlers:  # a log without a file would print to standard error
        log.error("unexpected error", exc_info=error)
    complain(sentence_of(error))
    return exit_code(error)


def complain(sentence: str) -> None:
    """Print one line for a person to standard error."""
    print(f"rottui: {' '.join(sentence.split())}", file=sys.stderr)


def positive(flag: str, text: str | None) -> int | None:
    """The whole number above 0 that was typed after ``flag``, or None if it was not given.

    Raises:
        UsageError: not such a number.
    """
    if text is None:
        return None
    try:
        number = int(text)
    except ValueError:
        raise UsageError(f"{flag}: must be a whole number, not {text!r}") from None
    if number < 1:
        raise UsageError(f"{flag}: must be at least 1, not {number}")
    return number

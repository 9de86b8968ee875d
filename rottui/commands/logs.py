"""The log file beside the store: what a person does not need to read, until they do."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rottui.errors import StoreError

LOG_NAME = "rottui.log"
LOG_BYTES = 1_000_000


class LogFile(RotatingFileHandler):
    """A log that is left out where there is no room for it: a traceback would cover the screen."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Keep silent about a line that the disk does not take."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def log_to(folder: Path) -> Path:
    """Send the program's log to a small rotating file in the store's folder; its path.

    Raises:
        StoreError: the folder cannot be made or written.
    """
    path = folder / LOG_NAME
    logger = logging.getLogger("rottui")
    if any(getattr(handler, "baseFilename", None) == str(path) for handler in logger.handlers):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = LogFile(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from None
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(process)d %(threadName)s %(levelname)s %(message)s")
    )
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return path

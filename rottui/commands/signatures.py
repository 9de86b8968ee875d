"""What many commands take, in the words of their help."""

from __future__ import annotations

from typing import Annotated

import typer

Store = Annotated[
    str | None,
    typer.Option("--store", metavar="DIR", help="Run store; else ROTTUI_STORE or default."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or its name.")]
RunNames = Annotated[
    list[str], typer.Argument(metavar="RUN…", help="The runs' ids, or their names.")
]

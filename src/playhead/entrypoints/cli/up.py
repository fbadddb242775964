"""``playhead up``: everything, until Ctrl-C."""

from contextlib import suppress
from typing import Annotated

import typer

from playhead.entrypoints.administration import has_keys
from playhead.entrypoints.settings import Exchange, load_settings
from playhead.entrypoints.supervisor.running import running
from playhead.entrypoints.supervisor.supervisor import StopAsked
from playhead.storage.postgres import DatabaseUnavailable

FIRST_KEY = (
    "nobody has an API key yet: `playhead orgs create NAME`, then `playhead keys create`, in"
    " another terminal"
)


def start_everything(
    exchange: Annotated[
        Exchange | None, typer.Option(help="Which exchange to record; else PLAYHEAD_EXCHANGE.")
    ] = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="The same as --exchange simulated.")
    ] = False,
) -> None:
    """Start servers, schema and processes, and keep them running until Ctrl-C or SIGTERM."""
    settings = load_settings(exchange=Exchange.SIMULATED if simulate else exchange)
    with suppress(StopAsked), running(settings, tell) as playhead:
        tell(
            f"Playhead records the {settings.exchange} exchange and answers on "
            f"http://127.0.0.1:{settings.port}; Ctrl-C stops it"
        )
        with suppress(DatabaseUnavailable):  # recording does not wait for it
            if not has_keys(playhead.settings):
                tell(FIRST_KEY)
        playhead.supervisor.run(on_tick=lambda: None, until=lambda: False)
        tell("stopping ...")
    tell("stopped")


def tell(sentence: str) -> None:
    """Say what happens to whoever started us."""
    typer.echo(sentence, err=True)

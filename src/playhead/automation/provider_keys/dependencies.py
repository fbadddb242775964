"""What the endpoints of provider keys are given."""

from typing import Annotated, cast

from fastapi import Depends, FastAPI, Path, Request

from playhead.automation.models import Provider
from playhead.automation.provider_keys.desk import ProviderKeyDesk
from playhead.automation.provider_keys.model import KEYED


def install_provider_keys(app: FastAPI, desk: ProviderKeyDesk) -> None:
    """Give the endpoints of provider keys what they stand on."""
    app.state.provider_keys = desk


async def _desk(request: Request) -> ProviderKeyDesk:
    return cast(ProviderKeyDesk, request.app.state.provider_keys)


async def _provider(
    provider: Annotated[str, Path(pattern=rf"^(?:{'|'.join(KEYED)})$")],
) -> Provider:
    return Provider(provider)


DeskOf = Annotated[ProviderKeyDesk, Depends(_desk)]
ProviderDep = Annotated[Provider, Depends(_provider)]

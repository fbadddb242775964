"""Who is told: the only module of notices that knows SQL."""

from playhead.storage.postgres import Transaction

_ADMINISTRATORS = "SELECT email FROM people_of_organisation() WHERE role IN ('owner', 'admin')"


async def administrators(transaction: Transaction) -> list[str]:
    """Return the addresses of the owners and admins of the ``transaction``'s organisation."""
    return [row.email for row in await transaction.fetch_all(_ADMINISTRATORS)]

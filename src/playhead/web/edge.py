"""Everything that stands between a connection and the routes, in the order it has to stand in."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI

from playhead.web.bodies import BodyLimit
from playhead.web.cors import CrossOrigin
from playhead.web.forwarded import Forwarded, Network
from playhead.web.head import HeadAsGet
from playhead.web.hosts import KnownHosts
from playhead.web.requests import LastResort, Requests, new_request_id


@dataclass(frozen=True, slots=True)
class Edge:
    """How the edge is set; nothing is open that was not opened.

    Attributes:
        host_names: Names that we are called by, besides those of the loopback.
        origins: Web origins whose pages may call us (`cors.parse_origins`).
        trusted_proxies: Networks of our own proxies (`forwarded.parse_networks`).
        body_bytes: By path prefix, how many bytes a body may have where that is not the usual.
    """

    host_names: Collection[str] = ()
    origins: Collection[str] = ()
    trusted_proxies: tuple[Network, ...] = ()
    body_bytes: Mapping[str, int] = field(default_factory=dict)


CLOSED = Edge()


def install_edge(
    app: FastAPI,
    edge: Edge,
    *,
    last_resort: LastResort,
    new_id: Callable[[], str] = new_request_id,
) -> None:
    """Put the edge around ``app``; what is added last stands outermost."""
    app.add_middleware(BodyLimit, elsewhere=edge.body_bytes)
    app.add_middleware(KnownHosts, names=edge.host_names)
    app.add_middleware(CrossOrigin, origins=edge.origins)
    app.add_middleware(Forwarded, trusted=edge.trusted_proxies)
    app.add_middleware(Requests, last_resort=last_resort, new_id=new_id)
    app.add_middleware(HeadAsGet)

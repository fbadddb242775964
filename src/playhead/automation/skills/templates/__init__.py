"""Templates of prompts: Liquid in a sandbox, with the recorded past of markets.

``{{ name }}`` prints an input, ``{{ name | filter: argument }}`` what a filter makes of it;
``if``, ``unless``, ``case``, ``for``, ``assign``, ``capture``, ``cycle``, ``comment`` and ``raw``
are as in Liquid. Every template is given ``now`` (RFC 3339; the instant that it looks at), and
``event`` and ``trigger`` where something set it off. The markets, at that same instant:

- ``{% book ticker as b %}`` (``depth: 10``): ``b.known``, ``b.cause`` and, when the book is known,
  ``best_yes_bid``, ``best_yes_ask``, ``best_no_bid``, ``best_no_ask``, ``spread``, ``mid``,
  ``yes`` and ``no`` (lists of ``price``, ``size``), ``position``, ``received_at``, ``exchange_at``.
  A book that is not known says so and why, and has no prices: nothing is guessed.
- ``{% trades ticker, most: 20 as t %}``: the newest trades, oldest first.
- ``{% candles ticker, interval: "1m", most: 60 as c %}``: candles of trades, oldest first.

Prices are decimals of dollars, sizes of contracts; both print, compare and compute exactly. What
was inserted is never read as a template again. ``docs/reference/templates.md`` has it all.
"""

from playhead.automation.skills.templates.render import (
    check_templates,
    needed_names,
    render,
)

__all__ = ["check_templates", "needed_names", "render"]

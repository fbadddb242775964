"""How often somebody may ask: buckets by key, counted over all processes."""

from playhead.web.limits.errors import LimitExceeded
from playhead.web.limits.limiter import Limiter
from playhead.web.limits.model import Bucket, Decision, Rate, gcra
from playhead.web.limits.ports import Limiting

__all__ = ["Bucket", "Decision", "LimitExceeded", "Limiter", "Limiting", "Rate", "gcra"]

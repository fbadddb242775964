"""Arrays of whole numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def ints(values: Sequence[int]) -> NDArray[np.int64]:
    """An array of int64, also of nothing."""
    return np.array(values, dtype=np.int64)

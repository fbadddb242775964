"""What can be wrong with a book."""

from playhead.base.errors import Invalid


class NegativeSize(Invalid):
    """A level fell below zero: a message was lost, doubled or misread."""

    code = "book.negative_size"

    def __init__(self, *, price: int, size: int) -> None:
        super().__init__(
            f"the level at {price} micro-dollars would hold {size}", price=price, size=size
        )

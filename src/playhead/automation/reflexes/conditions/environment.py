"""The environments of CEL: one that checks a condition when it is saved, one that runs it.

The checking one knows prices and sizes as types of their own. CEL has no such types when it runs,
so there both are integers; what passed the check cannot mix them up.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from cel_expr_python import cel

from playhead.automation.reflexes.conditions.functions import BY_NAME
from playhead.automation.reflexes.conditions.kinds import Kind, Kinds

_T = cel.Type
_PRICE, _CONTRACTS = _T.AbstractType("price"), _T.AbstractType("contracts")
_LIST, _MAP = _T.List(_T.DYN), _T.Map(_T.DYN, _T.DYN)
_NUMBERS = (_T.INT, _T.UINT, _T.DOUBLE)
_MONEY = (_PRICE, _CONTRACTS)
_VALUES = (*_NUMBERS, _T.STRING, _T.BOOL, _T.NULL, _T.BYTES, _T.TIMESTAMP, _T.DURATION, _LIST, _MAP)
_REPLACED: Final = ("_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_")
_WITHOUT: Final = "stdlib:\n  exclude_functions:\n" + "".join(
    f'    - name: "{name}"\n' for name in _REPLACED
)
_CHECKED: Final = {
    Kind.ANY: _T.DYN,
    Kind.BOOL: _T.BOOL,
    Kind.INT: _T.INT,
    Kind.TEXT: _T.STRING,
    Kind.INSTANT: _T.TIMESTAMP,
    Kind.PRICE: _PRICE,
    Kind.CONTRACTS: _CONTRACTS,
}
_RUN: Final = {**_CHECKED, Kind.PRICE: _T.INT, Kind.CONTRACTS: _T.INT}

Signature = tuple[Sequence[cel.Type], cel.Type]
"""What a function takes and gives."""


def checking(kinds: Kinds) -> cel.Env:
    """Return what checks conditions over these variables."""
    return _checking(tuple(kinds.items()))


def running(kinds: Kinds) -> cel.Env:
    """Return what runs them."""
    return _running(tuple(kinds.items()))


@lru_cache(maxsize=32)
def _checking(kinds: tuple[tuple[str, Kind], ...]) -> cel.Env:
    functions = [_declared(name, list(_operator(name))) for name in _REPLACED]
    return cel.NewEnv(
        config=cel.NewEnvConfigFromYaml(_WITHOUT),
        variables={name: _CHECKED[kind] for name, kind in kinds},
        functions=[*functions, *_own(_PRICE, _CONTRACTS)],
    )


@lru_cache(maxsize=32)
def _running(kinds: tuple[tuple[str, Kind], ...]) -> cel.Env:
    return cel.NewEnv(
        variables={name: _RUN[kind] for name, kind in kinds}, functions=_own(_T.INT, _T.INT)
    )


def _own(price: cel.Type, contracts: cel.Type) -> list[cel.FunctionDecl]:
    """Return the declarations of our own functions."""
    pairs = [((one, other), _T.BOOL) for one, other in product(_VALUES, _VALUES)]
    return [
        _declared("price", [((_T.STRING,), price)]),
        _declared("contracts", [((_T.STRING,), contracts)]),
        _declared("equals", pairs),
        # As a function: the member of that name is CEL's, and minds the case.
        _declared("holds", pairs),
        _declared("truthy", [((each,), _T.BOOL) for each in _VALUES]),
        _declared("present", [((each, _T.STRING), _T.BOOL) for each in _VALUES]),
    ]


def _declared(name: str, signatures: Sequence[Signature]) -> cel.FunctionDecl:
    word = "".join(format(ord(each), "x") for each in name)
    overloads = [
        cel.Overload(
            f"own_{word}_{number}",
            return_type=given,
            parameters=list(taken),
            is_member=False,
            impl=BY_NAME.get(name, _never),
        )
        for number, (taken, given) in enumerate(signatures)
    ]
    return cel.FunctionDecl(name, overloads)


def _never(*_: object) -> object:
    raise ValueError("only for checking")


def _operator(name: str) -> Iterator[Signature]:
    """Give what an operator of CEL takes, and prices and sizes besides."""
    if name in {"_<_", "_<=_", "_>_", "_>=_"}:
        alike = (_T.STRING, _T.BOOL, _T.BYTES, _T.TIMESTAMP, _T.DURATION, *_MONEY)
        yield from (((each, each), _T.BOOL) for each in alike)
        yield from ((pair, _T.BOOL) for pair in product(_NUMBERS, _NUMBERS))
        return
    yield from (((each, each), each) for each in _NUMBERS)
    if name in {"_+_", "_-_"}:
        yield from (((each, each), each) for each in (*_MONEY, _T.DURATION))
        yield (_T.TIMESTAMP, _T.DURATION), _T.TIMESTAMP
    if name == "_+_":
        yield from (((each, each), each) for each in (_T.STRING, _T.BYTES, _LIST))
        yield (_T.DURATION, _T.TIMESTAMP), _T.TIMESTAMP
    if name == "_-_":
        yield (_T.TIMESTAMP, _T.TIMESTAMP), _T.DURATION
    if name in {"_*_", "_/_"}:
        yield from (((each, _T.INT), each) for each in _MONEY)
    if name == "_*_":
        yield from (((_T.INT, each), each) for each in _MONEY)

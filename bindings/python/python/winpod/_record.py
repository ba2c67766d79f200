"""What all answers have in common. Imported with the first answer."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

_Row = TypeVar("_Row", bound="Record", covariant=True)


class Record:
    """A frozen answer: named attributes, equality, hash, pickle, copy, and `to_dict()`.

    Records are made by winpod's functions only. Lists inside are tuples, objects inside are records.
    """

    _json_names: ClassVar[dict[str, str]] = {}
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON has it: dicts, lists, strings, numbers, bools and None, under JSON's names."""
        return {self._json_names[name]: _plain(value) for name, value in vars(self).items()}

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if value is not None)
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).items()))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __getstate__(self) -> dict[str, Any]:
        return vars(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    def __copy__(self: _Self) -> _Self:
        return self

    def __deepcopy__(self: _Self, memo: dict[int, Any]) -> _Self:
        return self


_Self = TypeVar("_Self", bound=Record)


class Table(tuple[_Row, ...]):
    """A frozen list of records."""

    __slots__ = ()

    def to_dict(self) -> list[dict[str, Any]]:
        """Its records as JSON has them; `pandas.DataFrame` takes the list."""
        return [row.to_dict() for row in self]


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value

"""`class UserFactory(NselfFactory)`: factory_boy over a table, without a model."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getattr_static
from typing import Any

from factory import base, builder, declarations, enums

from pytest_nself.data.sets.named_tables import short_name
from pytest_nself.data.sets.rows import Row
from pytest_nself.data.shape.model import Column, Table

from .batch import Batch
from .ground import Ground, ground_or_none, ground_to_create
from .rows import declared_texts, table_called
from .values import read, transformer_of

MANY = 50
"""Rows from which on `create_batch` sends them together."""
_ONE_BY_ONE = (
    declarations.SubFactory,
    declarations.PostGenerationDeclaration,
    declarations.ContainerAttribute,
)
"""Declarations that need each object by itself."""
_StepBuilder: Any = builder.StepBuilder


class NselfOptions(base.FactoryOptions):
    """`class Meta`: `table` says whose rows are made; `model` what they come back as, if not as rows."""

    table: str | None

    def _build_default_options(self) -> list[base.OptionDefault]:
        parent: Any = super()
        return [*parent._build_default_options(), base.OptionDefault("table", None, inherit=True)]

    def _fill_from_meta(self, meta: Any, base_meta: Any) -> None:
        parent: Any = super()
        parent._fill_from_meta(meta, base_meta)
        own = vars(meta) if meta is not None else {}
        if own.get("table") is not None and "model" not in own:
            # Each has a class of its own: pytest-factoryboy names its fixtures after it.
            factory: Any = self.factory
            name = factory.__name__.removesuffix("Factory") or factory.__name__
            self.model = type(name, (Row,), {"__slots__": (), "__module__": factory.__module__})


class NselfFactory(base.Factory[Any]):
    """Rows of a table, by factory_boy's declarations; columns without one get what the generator makes of them.

    `create()` puts the row into the test's database and returns it as it is stored. A foreign key that must be, and
    that nothing is declared for, refers to a row that is there, or to one that is made. `build()` writes nothing.
    """

    _options_class = NselfOptions

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Any], *args: Any, **kwargs: Any) -> Any:
        ground = ground_to_create(cls.__name__)
        table = cls._table(ground)
        given = declared_texts(ground, table, kwargs, cls.__name__)
        return cls._shown(ground, table, ground.create(table, given))

    @classmethod
    def _build(cls, model_class: type[Any], *args: Any, **kwargs: Any) -> Any:
        ground = ground_or_none()
        if ground is None:
            # No table is known here: only what is declared.
            return cls._as_model(str(getattr(cls._meta, "table", None)), kwargs)
        table = cls._table(ground)
        given = declared_texts(ground, table, kwargs, cls.__name__)
        values = ground.build(table, given)
        transformer = transformer_of(ground.context())
        columns = [column for column in table.columns if column.computed is None]
        built = {one.name: _value(one, values.get(one.name), kwargs, transformer) for one in columns}
        return cls._shown(ground, table, built)

    @classmethod
    def create_batch(cls, size: int, **kwargs: Any) -> Any:
        """Rows in their order. Fifty and more go by one COPY, where no declaration needs each of them by itself."""
        if size < MANY or cls._meta.abstract or not cls._goes_together(kwargs):
            return super().create_batch(size, **kwargs)
        ground = ground_to_create(cls.__name__)
        table = cls._table(ground)
        given = [declared_texts(ground, table, row, cls.__name__) for row in cls._declared(size, kwargs)]
        return Batch(size, ground.create_many(table, given), lambda values: cls._shown(ground, table, values))

    @classmethod
    def _goes_together(cls, overrides: Mapping[str, Any]) -> bool:
        meta: Any = cls._meta
        if meta.post_declarations.as_dict() or vars(NselfFactory)["_create"] is not getattr_static(cls, "_create"):
            return False
        declared = [*meta.declarations.values(), *meta.parameters.values(), *overrides.values()]
        return not any(map(_goes_alone, declared)) and not any("__" in name for name in overrides)

    @classmethod
    def _declared(cls, size: int, overrides: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What is declared for each row."""
        meta: Any = cls._meta
        if not meta.declarations and not meta.parameters:
            return [dict(overrides)] * size
        return [dict(vars(_StepBuilder(meta, dict(overrides), enums.STUB_STRATEGY).build())) for _ in range(size)]

    @classmethod
    def _table(cls, ground: Ground) -> Table:
        return table_called(ground.shape(), str(getattr(cls._meta, "table", None)), cls.__name__)

    @classmethod
    def _shown(cls, ground: Ground, table: Table, values: Mapping[str, Any]) -> Any:
        return cls._as_model(short_name(ground.shape(), table.ref), values)

    @classmethod
    def _as_model(cls, table: str, values: Mapping[str, Any]) -> Any:
        model = cls._meta.model
        return model(table, None, values) if issubclass(model, Row) else model(**values)


def _goes_alone(declared: Any) -> bool:
    """Whether a declaration, or one in it (a trait's), needs each object by itself."""
    if isinstance(declared, declarations.Maybe):
        return any(map(_goes_alone, (declared.decider, declared.yes, declared.no)))
    return isinstance(declared, _ONE_BY_ONE) or callable(declared)


def _value(column: Column, text: str | None, declared: Mapping[str, Any], transformer: Any) -> Any:
    value = declared.get(column.name)
    return read(text, column.type, transformer) if value is None or isinstance(value, Row) else value

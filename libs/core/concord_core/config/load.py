"""Reads settings: the file first, the environment over it. Unknown keys are refused in both."""

import os
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from concord_core.config.settings import DatabaseSettings, ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


class SettingsError(Exception):
    """Settings that cannot be used; the text names each key and what is wrong, never a value."""


def load_settings(settings: type[S], path: Path, *, prefix: str, environment: dict[str, str] | None = None) -> S:
    """Returns the frozen settings of `path`, overridden by `<prefix><FIELD>` and `<prefix><SECTION>__<FIELD>`.

    Raises `SettingsError` for a missing file, a key that no field has, a missing key or a value of the wrong type.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"the settings file cannot be read: {error}") from error
    for name, value in (environment if environment is not None else dict(os.environ)).items():
        if name.startswith(prefix):
            _put(values, name.removeprefix(prefix).lower().split("__"), value)
    try:
        return settings.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise SettingsError(problems) from error


def read_database(path: Path) -> DatabaseSettings:
    """Returns the `[database]` section of any service's settings file, for commands that know no service.

    Raises `SettingsError` when it is missing or wrong.
    """
    try:
        return DatabaseSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")).get("database"))
    except (OSError, ValueError) as error:
        raise SettingsError("the settings file has no usable section [database]") from error


def _put(values: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        values = values.setdefault(key, {})
    values[keys[-1]] = value

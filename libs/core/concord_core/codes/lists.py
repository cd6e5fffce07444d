"""The code lists: whether a code exists, its label in six languages, and what was probably meant when it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import icu

from concord_core.codes.directory import Entity, SupportMechanism, read_entities, read_mechanisms, rows
from concord_core.errors import ConcordError, FieldError
from concord_core.errors.codes import INVALID_REQUEST, UNKNOWN_CODE

DATA = Path(__file__).parent / "data"
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
COUNTRIES = "country_iso3166_alpha3"


@dataclass(frozen=True)
class Code:
    """One code of a list; `labels` has all six languages; `source` says where code and labels come from."""

    list: str
    code: str
    labels: Mapping[str, str]
    source: str


class CodeLists:
    """All lists, entities and support mechanisms; immutable, one per process."""

    def __init__(
        self, codes: Sequence[Code], entities: Sequence[Entity], mechanisms: Sequence[SupportMechanism]
    ) -> None:
        self._lists: dict[str, dict[str, Code]] = {}
        for code in codes:
            self._lists.setdefault(code.list, {})[code.code] = code
        self._entities = {entity.acronym.casefold(): entity for entity in entities}
        self.mechanisms = tuple(mechanisms)

    @classmethod
    def load(cls) -> CodeLists:
        """Reads the three files that the package carries."""
        codes = [
            Code(
                list=row["list"],
                code=row["code"],
                labels={lang: row[f"label_{lang}"] or row["label_en"] for lang in LANGUAGES},
                source=row["source"],
            )
            for row in rows(DATA / "code_lists.csv")
        ]
        return cls(codes, read_entities(DATA / "entities.csv"), read_mechanisms(DATA / "support_mechanisms.csv"))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the lists, in file order."""
        return tuple(self._lists)

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Every United Nations entity, in file order."""
        return tuple(self._entities.values())

    def entity(self, acronym: str) -> Entity | None:
        """The entity of an acronym, whatever its case (`unicef` finds UNICEF), or None."""
        return self._entities.get(acronym.casefold())

    def has(self, list_name: str, code: str) -> bool:
        """Whether the list holds the code. A list that does not exist is a KeyError: a fault of the program."""
        return code in self._lists[list_name]

    def check(self, list_name: str, code: str, path: str = "") -> None:
        """Raises UNKNOWN_CODE, with up to three close codes of the list, unless the list holds the code.

        `path` is the field that held it; with a path the error also carries a field error for the form.
        """
        if self.has(list_name, code):
            return
        close = ", ".join(self.close(list_name, code)) or "–"
        fields = [FieldError(path, UNKNOWN_CODE.code, "This is not one of the known codes.")] if path else []
        raise UNKNOWN_CODE.error(fields=fields, list=list_name, close=close)

    def wrong(self, *wanted: tuple[str, str, str]) -> list[FieldError]:
        """The errors of all fields `(path, list, code)` whose list does not hold their code; an empty one passes."""
        errors: list[FieldError] = []
        for path, list_name, code in wanted:
            try:
                if code:
                    self.check(list_name, code, path)
            except ConcordError as error:
                errors.extend(error.fields)
        return errors

    def check_all(self, *wanted: tuple[str, str, str]) -> None:
        """Raises INVALID_REQUEST with every field that is `wrong`."""
        errors = self.wrong(*wanted)
        if errors:
            raise INVALID_REQUEST.error(fields=errors)

    def close(self, list_name: str, code: str) -> list[str]:
        """Up to three codes of the list that resemble `code`, compared with codes and English labels."""
        known = self._lists[list_name]
        meant = {entry.labels["en"].casefold(): entry.code for entry in known.values()}
        meant |= {entry.code.casefold(): entry.code for entry in known.values()}
        found = get_close_matches(code.casefold()[:100], meant, n=6, cutoff=0.5)
        return list(dict.fromkeys(meant[name] for name in found))[:3]

    def label(self, list_name: str, code: str, lang: str) -> str:
        """The label in `lang`. A code that this version does not know is shown as it is: a page that lists
        facts of a newer node must not fail."""
        entry = self._lists[list_name].get(code)
        return entry.labels[lang] if entry else code

    def options(self, list_name: str, lang: str) -> list[tuple[str, str]]:
        """`(code, label)` of the whole list: in file order, countries in the alphabet of `lang`."""
        found = [(entry.code, entry.labels[lang]) for entry in self._lists[list_name].values()]
        if list_name == COUNTRIES:
            key = icu.Collator.createInstance(icu.Locale(lang)).getSortKey
            found.sort(key=lambda option: key(option[1]))
        return found

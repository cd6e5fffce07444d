"""The code lists, United Nations entities and support mechanisms that every service shares, read once from `data/`."""

from concord_core.codes.directory import Entity, InTwoLanguages, SupportMechanism
from concord_core.codes.lists import Code, CodeLists

__all__ = ["Code", "CodeLists", "Entity", "InTwoLanguages", "SupportMechanism"]

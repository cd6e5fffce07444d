"""The code lists, United Nations entities and support mechanisms that every service shares, read once from `data/`."""

from concord_core.codes.directory import Entity, InTwoLanguages, SupportMechanism
from concord_core.codes.lists import Code, CodeLists
from concord_core.codes.outcomes import SUBSTANTIATED

__all__ = ["SUBSTANTIATED", "Code", "CodeLists", "Entity", "InTwoLanguages", "SupportMechanism"]

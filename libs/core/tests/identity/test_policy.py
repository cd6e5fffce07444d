"""The policy table: what is not in it is denied, and no wrong row can be written."""

import itertools

import pytest

from concord_core.errors import ConcordError
from concord_core.identity import PUBLIC, Operation, PolicyTable, Principal, Tenancy

OWN = Operation("intake.cases.assess", frozenset({"case_officer"}), purpose="case work")
PEER = Operation("assistance.referrals.open", frozenset({"peer"}), Tenancy.PEER)
OPEN = Operation("intake.reports.submit", tenancy=Tenancy.PUBLIC, public=True)
SELF = Operation("front.work.list", frozenset({"case_officer", "recruiter"}), Tenancy.SELF)
TABLE = PolicyTable([OWN, PEER, OPEN, SELF])

OFFICER = Principal("person", "1", "unicef", frozenset({"case_officer"}))
RECRUITER = Principal("person", "2", "unhcr", frozenset({"recruiter"}))
MACHINE = Principal("service", "hub-intake", "unicef", frozenset({"peer"}), node="hub")
IDLE_MACHINE = Principal("service", "hub-intake", None, frozenset({"peer"}), node="hub")
ODD_MACHINE = Principal("service", "hub-intake", "unicef", frozenset({"case_officer"}), node="hub")
ODD_PERSON = Principal("person", "3", "unicef", frozenset({"peer"}))
EVERYBODY = (OFFICER, RECRUITER, MACHINE, IDLE_MACHINE, ODD_MACHINE, ODD_PERSON, PUBLIC)

MAY = {
    (OFFICER.subject, OWN.name),
    (OFFICER.subject, SELF.name),
    (RECRUITER.subject, SELF.name),
}


@pytest.mark.parametrize(("who", "what"), list(itertools.product(EVERYBODY, (OWN, PEER, SELF))))
def test_only_what_the_table_says_is_allowed(who: Principal, what: Operation) -> None:
    allowed = (who.subject, what.name) in MAY or (who is MACHINE and what is PEER)
    if allowed:
        TABLE.check(who, what.name)
        return
    with pytest.raises(ConcordError) as caught:
        TABLE.check(who, what.name)
    assert caught.value.code == ("unauthenticated" if who is PUBLIC else "forbidden")


@pytest.mark.parametrize("who", EVERYBODY)
def test_an_unknown_operation_is_denied_to_all(who: Principal) -> None:
    for name in ("", "intake.cases.erase", "intake.cases.*"):
        with pytest.raises(ConcordError) as caught:
            TABLE.check(who, name)
        assert caught.value.code == "forbidden"
        assert not TABLE.is_public(name)


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_is_public_is_open_to_all(who: Principal) -> None:
    TABLE.check(who, OPEN.name)


def test_rows_that_contradict_themselves_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="public or with roles"):
        Operation("a.b.c")
    with pytest.raises(ValueError, match="public or with roles"):
        Operation("a.b.c", frozenset({"x"}), Tenancy.PUBLIC, public=True)
    with pytest.raises(ValueError, match="PUBLIC"):
        Operation("a.b.c", frozenset({"x"}), Tenancy.PUBLIC)
    with pytest.raises(ValueError, match="PUBLIC"):
        Operation("a.b.c", tenancy=Tenancy.OWN, public=True)
    with pytest.raises(ValueError, match="PEER"):
        Operation("a.b.c", frozenset({"peer", "x"}), Tenancy.PEER)
    with pytest.raises(ValueError, match="PEER"):
        Operation("a.b.c", frozenset({"peer"}))
    with pytest.raises(ValueError, match="twice"):
        PolicyTable([OWN, OWN])

"""Facts become counts: exact, apart by concern, rebuilt by generation; releases stay as they were."""

import secrets
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from google.protobuf.message import Message
from sqlalchemy.exc import DBAPIError

from concord.assistance.v1 import events_pb2 as assistance
from concord.intake.v1 import events_pb2 as intake
from concord.screening.v1 import events_pb2 as screening
from concord_core.agreement import SERVICES, Agreement
from concord_core.errors import ConcordError
from concord_core.events import Fact
from concord_core.events.consumer import retryable
from concord_core.storage import Actor, Database, Login
from concord_core.vault import FileKeyring
from concord_reporting.projections import counts, store
from concord_reporting.projections.commands import CONSUMER
from concord_reporting.projections.handlers import subscription
from concord_reporting.releases import store as releases
from concord_reporting.releases.commands import publish
from concord_reporting.releases.domain import exact_tables, published_parts
from concord_stack.exchange import NAMES, NodePlan, ServicePlan, make_agreement
from concord_stack.postgres import Postgres
from tests.support.postgres import Databases

JOB = Actor(kind="job", subject="test")


class Facts:
    """Applies facts as the consumer would, in one transaction each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.handlers = subscription().handlers

    def apply(
        self, message: Message, key: str, agency: str = "unicef", generation: int = 1, ahead: timedelta = timedelta()
    ) -> None:
        service = type(message).__module__.split(".")[1]
        now = datetime.now(UTC)
        fact: Fact[Any] = Fact(
            topic=f"concord.{service}.{agency}.v1",
            partition=0,
            offset=0,
            key=key,
            id=str(uuid.uuid4()),
            source="/hub/intake",
            type=message.DESCRIPTOR.full_name,
            subject=key,
            time=now + ahead,
            sequence=1,
            agency=agency,
            message=message,
            traceparent=None,
            appended=now,
            generation=generation,
        )
        with self.database.work(None, actor=JOB) as work:
            self.handlers[type(message)](work, fact)

    def case(
        self, key: str, concern: str = "sea", year: int = 2025, agency: str = "unicef", generation: int = 1
    ) -> None:
        victims = [intake.VictimCount(sex="female", age_category="adult", count=2)]
        opened = intake.CaseOpened(received_date=f"{year}-05-01", country="SSD", concern=concern, victims=victims)
        self.apply(opened, key, agency, generation)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    opened = Database(databases.fresh("reporting", "concord_reporting"), Login.CONSUME)
    yield opened
    opened.close()


@pytest.fixture
def facts(database: Database) -> Facts:
    return Facts(database)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> NodePlan:
    ports = {service: ServicePlan(1, 2) for service in SERVICES}
    return NodePlan("hub", tmp_path_factory.mktemp("node"), 8080, ports, dict.fromkeys(NAMES, tuple(SERVICES)))


@pytest.fixture(scope="module")
def agreement(node: NodePlan, tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    return make_agreement(tmp_path_factory.mktemp("agreement"), [node]).agreement


def by_year(database: Database, concern: str, own: str = "unicef") -> list[counts.YearCounts]:
    with database.engine.connect() as conn:
        return counts.by_year(conn, 1, concern, own)


def test_sea_and_sh_are_counted_apart(facts: Facts) -> None:
    facts.case("UNICEF-25-A")
    facts.case("UNHCR-25-B", agency="unhcr")
    facts.case("UNICEF-25-C", concern="sh")
    facts.apply(intake.OutcomeDecided(outcome="substantiated", decided_date="2025-09-01"), "UNICEF-25-A")
    sea = by_year(facts.database, "sea")
    assert sea == [counts.YearCounts(2025, 2, 1, 1, 1, 4, 2)]
    assert [row.cases for row in by_year(facts.database, "sh")] == [1]


@pytest.mark.parametrize(
    ("outcome", "stage", "substantiated"),
    [
        ("substantiated", "disciplinary_process", 1),
        ("partially_substantiated", "disciplinary_process", 1),
        ("unsubstantiated", "under_review", 0),
        ("inconclusive", "under_review", 0),
    ],
)
def test_an_outcome_moves_the_case_as_it_does_at_its_owner(
    facts: Facts, outcome: str, stage: str, substantiated: int
) -> None:
    facts.case("UNICEF-25-A")
    facts.apply(intake.OutcomeDecided(outcome=outcome, decided_date="2025-09-01"), "UNICEF-25-A")
    with facts.database.engine.connect() as conn:
        [case] = counts.rows(conn, 1, "sea", 2025, "unicef")
        cells = exact_tables(counts.parts(conn, 1, date(2025, 12, 31)))
    assert (case.stage, case.outcome) == (stage, outcome)
    assert by_year(facts.database, "sea")[0].own_substantiated == substantiated
    assert cells["exploitation-and-abuse"][2025].get("substantiated", 0) == substantiated


def test_what_is_released_is_what_staff_see_but_the_victims_of_harassment(facts: Facts) -> None:
    for number, concern in enumerate(("sea", "sea", "sh")):
        facts.case(f"UNICEF-25-{number}", concern=concern)
    facts.apply(intake.OutcomeDecided(outcome="substantiated", decided_date="2025-09-01"), "UNICEF-25-0")
    with facts.database.engine.connect() as conn:
        tables = exact_tables(published_parts(counts.parts(conn, 1, date(2026, 1, 1))))
    [sea], [sh] = by_year(facts.database, "sea"), by_year(facts.database, "sh")
    of_sea = {"cases": sea.cases, "substantiated": sea.substantiated, "victims": sea.victims}
    assert tables["exploitation-and-abuse"] == {2025: of_sea} == {2025: {"cases": 2, "substantiated": 1, "victims": 4}}
    assert (tables["harassment"], sh.victims) == ({2025: {"cases": 1}}, 2)


def test_assessment_replaces_what_was_known_of_the_victims(facts: Facts) -> None:
    facts.case("UNICEF-25-A")
    victims = [intake.VictimCount(sex="female", age_category="child", count=1)]
    facts.apply(intake.CaseAssessed(assessed_date="2025-05-03", concern="sea", victims=victims), "UNICEF-25-A")
    assert by_year(facts.database, "sea")[0].victims == 1


def test_an_answer_may_arrive_before_its_offer(facts: Facts) -> None:
    facts.apply(assistance.ReferralAccepted(owner="unicef", accepted_date="2025-06-02"), "R-1", "unfpa")
    facts.apply(assistance.ReferralOffered(recipient="unfpa", offered_date="2025-06-01", country="SSD"), "R-1")
    facts.apply(assistance.ReferralDone(owner="unicef", done_date="2025-06-09"), "R-1", "unfpa")
    facts.apply(assistance.ReferralExpired(recipient="unfpa", expired_date="2025-06-10"), "R-1")
    with facts.database.engine.connect() as conn:
        assert store.referral_status(conn, 1, "unicef", "unfpa", "R-1") == "done"


def test_no_agency_changes_what_another_published(facts: Facts) -> None:
    facts.case("UNICEF-25-A")
    facts.apply(assistance.ReferralOffered(recipient="unfpa", offered_date="2025-06-01", country="SSD"), "R-1")
    facts.apply(screening.ScreeningRequested(requested_date="2025-06-01"), "SC-1")
    facts.case("UNICEF-25-A", concern="sh", year=2024, agency="wfp")
    facts.apply(intake.OutcomeDecided(outcome="substantiated", decided_date="2025-09-01"), "UNICEF-25-A", "wfp")
    facts.apply(assistance.ReferralDone(owner="unicef", done_date="2025-06-09"), "R-1", "wfp")
    facts.apply(assistance.ReferralOffered(recipient="unfpa", offered_date="2020-01-01", country="SSD"), "R-1", "wfp")
    facts.apply(screening.ScreeningRequested(requested_date="2020-06-01"), "SC-1", "wfp")
    assert by_year(facts.database, "sea") == [counts.YearCounts(2025, 1, 1, 0, 0, 2, 2)]
    assert by_year(facts.database, "sh", "wfp") == [counts.YearCounts(2024, 1, 1, 1, 1, 2, 2)]
    with facts.database.engine.connect() as conn:
        assert store.referral_status(conn, 1, "unicef", "unfpa", "R-1") == "in_progress"
        referrals = counts.groups(conn, 1, counts.OFFERED, "status", "owner", "unicef")
        assert [tuple(row) for row in referrals] == [("in_progress", 2, 1)]
        tables = exact_tables(counts.parts(conn, 1, date(2026, 1, 1)))
    assert tables["screening"] == {2025: {"screenings": 1}, 2020: {"screenings": 1}}
    assert tables["assistance"] == {2025: {"offered": 1}, 2020: {"offered": 1}}


def test_a_code_too_long_for_an_index_is_refused_not_waited_for(facts: Facts) -> None:
    victims = [intake.VictimCount(sex=secrets.token_hex(5_000), age_category="adult", count=1)]
    opened = intake.CaseOpened(received_date="2025-05-01", country="SSD", concern="sea", victims=victims)
    with pytest.raises(DBAPIError) as caught:
        facts.apply(opened, "UNICEF-25-A")
    assert not retryable(caught.value)


def test_a_sender_whose_clock_is_ahead_makes_no_figures_look_newer(facts: Facts) -> None:
    facts.apply(screening.ScreeningRequested(requested_date="2025-06-01"), "SC-1", ahead=timedelta(days=365))
    with facts.database.engine.connect() as conn:
        last = counts.head(conn, 1, CONSUMER).last_fact
    assert last is not None
    assert last <= datetime.now(UTC)


def test_senseless_numbers_of_one_agency_leave_the_figures_readable(facts: Facts) -> None:
    facts.case("UNICEF-25-A")
    for key in ("WFP-25-A", "WFP-25-B"):
        victims = [intake.VictimCount(sex="female", age_category="adult", count=2**31 - 1)]
        opened = intake.CaseOpened(received_date="2025-05-01", country="SSD", concern="sea", victims=victims)
        facts.apply(opened, key, "wfp")
    facts.apply(intake.OutcomeDecided(outcome="substantiated", decided_date="2025-09-01"), "WFP-25-A", "wfp")
    facts.apply(intake.OutcomeDecided(outcome="substantiated", decided_date="2025-09-01"), "WFP-25-B", "wfp")
    assert by_year(facts.database, "sea")[0].own_victims == 2
    with facts.database.engine.connect() as conn:
        tables = exact_tables(counts.parts(conn, 1, date(2026, 1, 1)))
    assert tables["exploitation-and-abuse"][2025]["cases"] == 3


def test_a_rebuild_fills_a_generation_of_its_own(facts: Facts) -> None:
    facts.case("UNICEF-25-A")
    facts.case("UNICEF-25-A", generation=2)
    with facts.database.work(None, actor=JOB) as work:
        discard = subscription().discard
        assert discard is not None
        discard(work, 1)
    with facts.database.engine.connect() as conn:
        assert counts.by_year(conn, 1, "sea", "unicef") == []
        assert [row.cases for row in counts.by_year(conn, 2, "sea", "unicef")] == [1]


def test_a_release_does_not_change_when_a_report_arrives(facts: Facts, agreement: Agreement, node: NodePlan) -> None:
    for number in range(7):
        facts.case(f"UNICEF-25-{number}")
    keys = FileKeyring(node.keyring)
    release = publish(facts.database, agreement, keys, node="hub", vintage=date(2026, 1, 1), actor=JOB)
    with facts.database.engine.connect() as conn:
        before = releases.file(conn, release.id, "exploitation-and-abuse.csv")
    facts.case("UNICEF-25-X")
    with facts.database.engine.connect() as conn:
        assert releases.find(conn) == release
        assert releases.file(conn, release.id, "exploitation-and-abuse.csv") == before
    assert before == b"year,cases,substantiated,victims\r\n2025,5,0,15\r\n"


def test_nobody_can_change_what_was_published(
    facts: Facts, agreement: Agreement, node: NodePlan, database: Database
) -> None:
    facts.case("UNICEF-25-A")
    publish(database, agreement, FileKeyring(node.keyring), node="hub", vintage=date(2026, 1, 1), actor=JOB)
    for login in (Login.APP, Login.CONSUME, Login.PUBLIC, Login.RELAY):
        other = Database(database.settings, login)
        for statement in ("update release_files set content = ''", "delete from releases"):
            with pytest.raises(Exception, match="permission denied"), other.engine.begin() as conn:
                conn.exec_driver_sql(statement)
        other.close()


def test_every_cell_leads_back_to_its_facts(facts: Facts, agreement: Agreement, node: NodePlan) -> None:
    facts.case("UNICEF-25-A")
    facts.case("UNICEF-25-B")
    release = publish(
        facts.database, agreement, FileKeyring(node.keyring), node="hub", vintage=date(2026, 1, 1), actor=JOB
    )
    with facts.database.engine.connect() as conn:
        events = conn.exec_driver_sql(
            "select count(distinct event_id) from release_sources where release_id = %s and column_key = 'cases'",
            (release.id,),
        ).scalar()
    assert events == 2


def test_a_release_is_refused_while_a_fact_is_set_aside(
    facts: Facts, agreement: Agreement, node: NodePlan, postgres: Postgres
) -> None:
    with psycopg.connect(postgres.connect_string(facts.database.settings.name)) as conn:
        conn.execute(
            "insert into dead_letters "
            "(consumer, generation, topic, partition, log_offset, key, kind, reason, appended) "
            "values (%s, 1, 'concord.intake.unicef.v1', 0, 1, 'x', 'refused', 'test', now())",
            (CONSUMER,),
        )
    with pytest.raises(ConcordError, match="facts_set_aside"):
        publish(facts.database, agreement, FileKeyring(node.keyring), node="hub", vintage=date(2026, 1, 1), actor=JOB)


def test_a_release_goes_neither_into_the_future_nor_back(facts: Facts, agreement: Agreement, node: NodePlan) -> None:
    keys, today = FileKeyring(node.keyring), datetime.now(UTC).date()

    def published(vintage: date) -> str:
        return publish(facts.database, agreement, keys, node="hub", vintage=vintage, actor=JOB).id

    first = published(date(2026, 1, 1))
    for vintage in (today + timedelta(days=1), date(2025, 12, 31)):
        with pytest.raises(ConcordError, match="vintage_out_of_order"):
            published(vintage)
    assert published(today) == f"{first}.2"


def test_two_releases_at_once_get_two_ids(facts: Facts, agreement: Agreement, node: NodePlan) -> None:
    keys = FileKeyring(node.keyring)

    def published(_: int) -> str:
        return publish(facts.database, agreement, keys, node="hub", vintage=date(2026, 1, 1), actor=JOB).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(published, range(8)))) == 8


def test_only_the_operators_node_publishes(facts: Facts, agreement: Agreement, node: NodePlan) -> None:
    with pytest.raises(ConcordError, match="not_the_operator"):
        publish(facts.database, agreement, FileKeyring(node.keyring), node="unfpa", vintage=date(2026, 1, 1), actor=JOB)

"""kill -9 of every role under load, 20 times each, some at the worst moments: nothing lost, nothing doubled, in order.

Worst moments: state committed and not sent; sent and not marked; effects committed and the offset not.
"""

import random
import time
from functools import partial

import pytest

from concord_core.events.waits import CONSUMER_APPLIED, RELAY_READ, RELAY_SENT
from concord_stack.walk.people import until
from tests.faults.conftest import Server
from tests.faults.exchange import ServicesOnKafka, Staff, effects, wrong
from tests.faults.plant import Plant, reconcile

TIMES = 20
HELD = 5
SEED = 20261122


def test_serve_relay_and_consumer_on_the_embedded_log(embedded_plant: Plant) -> None:
    plant, chance = embedded_plant, random.Random(SEED)
    time.sleep(1)
    for number in range(TIMES):
        for role in ("serve", "relay", "consume"):
            time.sleep(chance.uniform(0.05, 0.4))
            plant.kill_and_restart(role)
        if number % (TIMES // HELD) == 0:
            plant.kill_at("relay", RELAY_READ)
            plant.kill_at("relay", RELAY_SENT)
            plant.kill_at("consume", CONSUMER_APPLIED)
    plant.load.stop()

    result = reconcile(plant)

    assert result.clean, result
    assert result.acknowledged > 20 * TIMES


def test_postgresql_under_everything(server: Server, embedded_plant: Plant) -> None:
    chance = random.Random(SEED)
    for _ in range(TIMES):
        time.sleep(chance.uniform(0.3, 1.0))
        server.kill_and_restart()
    embedded_plant.load.stop()

    result = reconcile(embedded_plant)

    assert result.clean, result
    assert result.acknowledged > TIMES


def test_at_the_worst_moments_on_kafka(kafka_plant: Plant) -> None:
    for moment in (RELAY_READ, RELAY_SENT):
        kafka_plant.kill_at("relay", moment)
    kafka_plant.kill_at("consume", CONSUMER_APPLIED)
    kafka_plant.kill_and_restart("serve")
    kafka_plant.load.stop()

    result = reconcile(kafka_plant)

    assert result.clean, result


def more(services: ServicesOnKafka, before: int) -> bool:
    """Whether facts had effects since."""
    return effects(services) > before


@pytest.mark.timeout(3000)  # sixty services and five brokers start one after another
def test_two_real_services_and_the_broker(services: ServicesOnKafka) -> None:
    chance, staff = random.Random(SEED), Staff(services, SEED)
    staff.start()
    for number in range(TIMES):
        for role in ("serve", "relay"):
            time.sleep(chance.uniform(0.05, 1.0))
            services.kill_and_restart("intake", role)
        if number % (TIMES // HELD) == 0:
            time.sleep(chance.uniform(0.05, 1.0))
            services.kill_and_restart_broker()
        until("a fact's effect", partial(more, services, effects(services)), 120)
        time.sleep(chance.uniform(0.0, 0.3))
        services.kill_and_restart("reporting", "consume")
    acknowledged = staff.stop()

    assert wrong(services, acknowledged) == {}
    assert sum(acknowledged.values()) > 5 * TIMES

"""kill -9 of every role under load, 20 times each, some at the worst moments: nothing lost, nothing doubled, in order.

Worst moments: state committed and not sent; sent and not marked; effects committed and the offset not.
"""

import random
import time

import pytest

from concord_core.events.waits import CONSUMER_APPLIED, RELAY_READ, RELAY_SENT
from tests.faults.conftest import Server
from tests.faults.plant import Plant, reconcile
from tests.support.engines import KafkaEngine

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


@pytest.mark.timeout(3000)  # twenty brokers start one after another
def test_the_broker_and_its_clients(broker: KafkaEngine, kafka_plant: Plant) -> None:
    plant, chance = kafka_plant, random.Random(SEED)
    for moment in (RELAY_READ, RELAY_SENT):
        plant.kill_at("relay", moment)
    plant.kill_at("consume", CONSUMER_APPLIED)
    for number in range(TIMES):
        time.sleep(chance.uniform(0.2, 1.5))
        broker.kill_and_restart()
        if number % 5 == 0:
            plant.kill_and_restart("relay")
    plant.load.stop()

    result = reconcile(plant, seconds=600)

    assert result.clean, result
    assert result.acknowledged > 20 * TIMES

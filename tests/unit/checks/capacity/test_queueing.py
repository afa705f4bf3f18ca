"""The queue, the slots and the rates of the model, against formulas and SQS's rules."""

import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import pytest
import simpy

from checks.capacity.model.queueing import Consumers, Letter, Slots, TokenBucket, after


def queue(
    env: simpy.Environment,
    begin: Callable[[Sequence[Letter[int]]], tuple[float, Callable[[], None] | None]],
    *,
    executions: int = 1,
    batch: int = 1,
    max_receives: int = 5,
) -> Consumers[int]:
    """Return a queue with executions on it, without pauses between them."""
    return Consumers(
        env,
        begin,
        executions=executions,
        batch=batch,
        gap_seconds=0.0,
        visibility_seconds=180.0,
        max_receives=max_receives,
    )


def erlang_c_wait(rate: float, mean_seconds: float, servers: int) -> float:
    """Return the mean wait in an M/M/c queue.

    Source: https://en.wikipedia.org/wiki/M/M/c_queue (Erlang's C formula).
    """
    load = rate * mean_seconds
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    waits = last / (sum(load**number / math.factorial(number) for number in range(servers)) + last)
    return waits * mean_seconds / (servers - load)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (4, 0.8), (8, 0.7)])
def test_waits_are_those_of_the_formula(servers: int, load: float) -> None:
    """With Poisson arrivals and exponential times, the mean wait is Erlang's, and Little's law holds."""
    env, chance = simpy.Environment(), random.Random(7)
    rate, number = servers * load, 15_000
    waited: list[float] = []
    present, area, changed = 0, 0.0, 0.0

    def note(change: int) -> None:
        nonlocal present, area, changed
        area += present * (env.now - changed)
        present, changed = present + change, env.now

    def begin(letters: Sequence[Letter[int]]) -> tuple[float, Callable[[], None]]:
        waited.append(env.now - letters[0].sent_at)
        return chance.expovariate(1.0), lambda: note(-1)

    consumers = queue(env, begin, executions=servers)

    def arrive(subject: int) -> None:
        note(1)
        consumers.put(Letter(subject, env.now))

    at = 0.0
    for subject in range(number):
        at += chance.expovariate(rate)
        after(env, at, partial(arrive, subject))
    env.run()
    wait = sum(waited) / number
    assert wait == pytest.approx(erlang_c_wait(rate, 1.0, servers), rel=0.1)
    # Little: how many are there on average is the rate times how long each stays.
    stay = wait + consumers.busy_seconds / number
    assert area / env.now == pytest.approx(number / env.now * stay, rel=1e-6)
    assert present == 0


def test_the_oldest_message_is_received_first_and_ages_are_kept() -> None:
    """A message that waits longest goes first; how long it was there is the queue's oldest age."""
    env = simpy.Environment()
    seen: list[int] = []

    def begin(letters: Sequence[Letter[int]]) -> tuple[float, Callable[[], None]]:
        seen.extend(letter.subject for letter in letters)
        return 10.0, lambda: None

    consumers = queue(env, begin, batch=2)
    for number in range(5):
        consumers.put(Letter(number, env.now))
    assert consumers.deepest == 4
    env.run()
    assert seen == [0, 1, 2, 3, 4]
    assert (consumers.oldest_seconds, consumers.busy_seconds) == (20.0, 30.0)


def test_a_message_whose_executions_die_ends_in_the_dead_letter_queue() -> None:
    """It comes back after each visibility timeout, and is received no more often than allowed."""
    env = simpy.Environment()
    received: list[float] = []

    def begin(letters: Sequence[Letter[int]]) -> tuple[float, None]:
        received.append(env.now)
        return 1.0, None

    consumers = queue(env, begin, max_receives=3)
    consumers.put(Letter(1, 0.0))
    env.run()
    assert [later - sooner for sooner, later in pairwise(received)] == [181.0, 181.0]
    assert [letter.subject for letter in consumers.dead] == [1]
    assert (consumers.hidden, consumers.at_work, consumers.most_in_flight) == (0, 0, 1)


def test_what_is_hidden_is_in_flight_and_what_is_sent_anew_is_not() -> None:
    """SQS counts a hidden message against its limit of messages in flight."""
    env = simpy.Environment()

    def begin(letters: Sequence[Letter[int]]) -> tuple[float, Callable[[], None]]:
        (letter,) = letters
        if letter.renewals:
            return 1.0, lambda: None
        if letter.receives == 1:
            return 1.0, lambda: consumers.hide(letter, 50.0)
        return 1.0, lambda: consumers.renew(letter, 50.0, 1)

    consumers = queue(env, begin)
    for number in range(3):
        consumers.put(Letter(number, 0.0))
    env.run(until=40.0)
    assert consumers.hidden == 3
    env.run(until=70.0)
    assert (consumers.hidden, len(consumers.waiting)) == (0, 0)
    env.run()
    assert consumers.most_in_flight == 3
    assert not consumers.dead


def test_nothing_is_received_while_the_service_is_away() -> None:
    """What waits is received when the pause is over."""
    env = simpy.Environment()
    received: list[float] = []

    def begin(letters: Sequence[Letter[int]]) -> tuple[float, Callable[[], None]]:
        received.append(env.now)
        return 1.0, lambda: None

    consumers = queue(env, begin)
    consumers.pause(9.0)
    consumers.put(Letter(1, 0.0))
    env.run()
    assert received == [9.0]


def test_a_rate_lets_its_burst_through_at_once_and_then_so_many_a_second() -> None:
    """Of requests that come at once as many are taken as the burst has, and later the rate's."""
    bucket = TokenBucket(rate=2.0, burst=100.0)
    assert sum(bucket.take(0.0) for _ in range(300)) == 100
    assert sum(bucket.take(second / 10) for second in range(1, 101)) == 20
    assert sum(bucket.take(1000.0) for _ in range(300)) == 100


def test_slots_begin_what_waits_in_its_order() -> None:
    """A slot that becomes free is given to what has waited longest."""
    slots, begun = Slots(2), list[int]()
    for number in range(5):
        slots.take(partial(begun.append, number))
    assert (begun, slots.waiting, slots.deepest) == ([0, 1], 3, 3)
    for _ in range(3):
        slots.free()
    assert begun == [0, 1, 2, 3, 4]
    slots.free()
    slots.take(lambda: begun.append(5))
    assert begun[-1] == 5

"""Idempotency: one request is done once, whatever is repeated, and nothing is answered to another one."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.requests.remembered import MAX_ANSWER_BYTES, Answered
from media_pipeline.services.requests.idempotency import Idempotency
from tests.support.fakes import FakeClock
from tests.support.fakes.requests import FakeRequestMemory


class Server:
    """Answer requests with a number, and count how often one was done."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.idempotency = Idempotency(memory=FakeRequestMemory(), held_seconds=30, clock=self.clock)
        self.done = 0
        self.status = 201
        self.body: str | None = None

    def do(self) -> Answered:
        """Do the request."""
        self.done += 1
        return Answered(status=self.status, body=self.body or f"{self.done}")

    def ask(
        self,
        key: str | None = "key",
        *,
        body: Mapping[str, Any] | None = None,
        caller: str = "ann",
        route: str = "beginUpload {}",
        keeps_answer: bool = True,
    ) -> str:
        """Ask, and return the body of the answer."""
        return self.idempotency.once(
            self.do, key=key, caller=caller, route=route, body=body or {}, keeps_answer=keeps_answer
        ).body


@pytest.fixture
def server() -> Server:
    """Return a server that was asked nothing."""
    return Server()


def test_a_repetition_gets_the_first_answer(server: Server) -> None:
    """The same key, caller, route and body, whatever the order of its fields, is one request for a day."""
    assert server.ask(body={"a": 1, "b": 2}) == "1"
    server.clock.advance(86_399)
    assert server.ask(body={"b": 2, "a": 1}) == "1"
    server.clock.advance(1)
    assert server.ask(body={"a": 1, "b": 2}) == "2"


def test_requests_are_known_by_the_same_hashes_in_each_release(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repetition that comes after a deployment finds what was remembered before it."""
    taken: list[tuple[str, Mapping[str, Any]]] = []
    memory = server.idempotency.memory

    def take(request_id: str, **how: Any) -> None:
        taken.append((request_id, how))

    monkeypatch.setattr(memory, "take", take)
    server.ask(body={"name": "é \ud800", "a": [1, {"b": None}]})
    now = server.clock()
    assert taken == [
        (
            hashlib.sha256(b"ann\0beginUpload {}\0key").hexdigest()[:32],
            {
                "digest": hashlib.sha256(b'{"a":[1,{"b":null}],"name":"\\u00e9 \\ud800"}').hexdigest()[:32],
                "now": now,
                "until": now + timedelta(seconds=30),
                "forgotten_at": now + timedelta(hours=24),
            },
        )
    ]


def test_without_a_key_each_request_is_done(server: Server) -> None:
    """A key is the caller's choice."""
    assert [server.ask(None), server.ask(None)] == ["1", "2"]


@pytest.mark.parametrize("changed", [{"key": "other"}, {"caller": "ben"}, {"route": "beginUpload {'x': 1}"}])
def test_another_request_is_another_one(server: Server, changed: dict[str, Any]) -> None:
    """Another key, another person, or another path is answered by itself: nobody reads another's answer."""
    assert server.ask() == "1"
    assert server.ask(**changed) == "2"


def test_the_same_key_with_another_body_is_refused(server: Server) -> None:
    """A key that stands for another request is a mistake of the caller's, and nothing is done."""
    server.ask(body={"size": 1})
    with pytest.raises(RequestProblem) as refused:
        server.ask(body={"size": 2})
    assert (refused.value.problem.code, refused.value.problem.status) == ("IDEMPOTENCY_KEY_REUSED", 422)
    assert server.done == 1


def test_a_request_under_way_is_not_begun_again(server: Server) -> None:
    """Who asks while the first one is at it is told so, with when to come back; afterwards, its answer."""
    problems: list[RequestProblem] = []

    def do() -> Answered:
        with pytest.raises(RequestProblem) as refused:
            server.ask()
        problems.append(refused.value)
        return Answered(status=200, body="first")

    once = server.idempotency.once
    first = once(do, key="key", caller="ann", route="beginUpload {}", body={}, keeps_answer=True)
    assert (first.body, server.ask()) == ("first", "first")
    (problem,) = problems
    assert (problem.problem.code, problem.problem.status) == ("REQUEST_IN_PROGRESS", 409)
    assert problem.retry_after_seconds == 1


def test_what_failed_is_tried_again(server: Server) -> None:
    """Neither a refusal nor an error is kept: it may go well the next time."""
    server.status = 409
    assert server.ask() == "1"
    assert server.ask() == "2"

    def fail() -> Answered:
        raise RequestProblem("QUOTA_EXCEEDED", "Full.")

    with pytest.raises(RequestProblem, match="QUOTA_EXCEEDED"):
        server.idempotency.once(
            fail, key="key", caller="ann", route="beginUpload {}", body={}, keeps_answer=True
        )
    server.status = 201
    assert [server.ask(), server.ask()] == ["3", "3"]


def test_a_function_that_died_holds_its_key_for_its_time(server: Server) -> None:
    """The key of a request that was cut off is free once its function can't live any more."""

    class Killed(BaseException):
        """End a function as Lambda does, without a word."""

    def die() -> Answered:
        raise Killed

    memory = server.idempotency.memory
    memory.release = lambda *_, **__: None  # type: ignore[method-assign]
    with pytest.raises(Killed):
        server.idempotency.once(
            die, key="key", caller="ann", route="beginUpload {}", body={}, keeps_answer=True
        )
    with pytest.raises(RequestProblem, match=r"^REQUEST_IN_PROGRESS: [A-Z].*\.$"):
        server.ask()
    server.clock.advance(30)
    assert server.ask() == "1"


def test_an_answer_that_holds_secrets_is_not_kept(server: Server) -> None:
    """A request that changes nothing is done again, and still refused with another body."""
    assert [server.ask(keeps_answer=False), server.ask(keeps_answer=False)] == ["1", "2"]
    with pytest.raises(RequestProblem, match=r"^IDEMPOTENCY_KEY_REUSED: [A-Z].*\.$"):
        server.ask(body={"parts": [1]}, keeps_answer=False)


def test_an_answer_too_long_for_the_table_is_not_kept(server: Server) -> None:
    """An item of the table is bounded; such a request is done again."""
    server.body = "x" * (MAX_ANSWER_BYTES + 1)
    server.ask()
    server.ask()
    assert server.done == 2


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256, "a\n"])
def test_what_is_no_key_is_refused(server: Server, key: str) -> None:
    """A key is visible ASCII of bounded length; nothing is done under another one."""
    with pytest.raises(RequestProblem, match=r"^INVALID_IDEMPOTENCY_KEY: [A-Z].*\.$"):
        server.ask(key)
    assert server.done == 0

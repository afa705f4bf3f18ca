"""One upload through the API, from its beginning to what has become of it, as real clients do it.

Parts are lost half-way and sent twice, requests are repeated though they were answered, uploads are gone on
with by a client that knows nothing but their id, and some are given up.
"""

from __future__ import annotations

import collections
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sandbox.chaos.api.client import Answered, ApiClient, ApiError, GoneError
from sandbox.chaos.kinds import Body, Kind

GIVEN_UP = "given up"
RESUMED = "resumed"
BEGUN_TWICE = "begun twice"
COMPLETED_TWICE = "completed twice"
BEGUN_ANEW = "begun anew"
PART_TWICE = "parts sent twice"
PART_CUT = "parts cut short"
_CONTENT_TYPE, _CAPTION_TYPE = "video/mp4", "application/x-subrip"
_PART_TRIES = 12
# So often a URL is refused before the client asks whether its upload is still there.
_TRUSTING_TRIES = 3
_BEGINNINGS = 3
_LONGEST_PAUSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mischief:
    """How often clients do what unreliable lines make them do: shares of the uploads, or of their parts.

    Attributes:
        given_up: Uploads that are begun, and then aborted.
        resumed: Uploads whose parts are listed and signed anew, as after a reload of the page.
        request_twice: Uploads that are begun twice, and again such that are completed twice.
        part_twice: Parts that are sent twice.
        part_cut: Parts of which first a half is sent.
    """

    given_up: float = 0.03
    resumed: float = 0.15
    request_twice: float = 0.10
    part_twice: float = 0.10
    part_cut: float = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """An upload of which the API said that it is complete.

    Attributes:
        name: The file's, unlike all others.
        kind: What the file is.
        asset_id: The asset that the API named; None for captions.
        at: When the API said so, in epoch seconds.
    """

    name: str
    kind: Kind
    asset_id: str | None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    upload_id: str
    part_size_bytes: int
    part_count: int

    @classmethod
    def of(cls, answer: Answered) -> _Begun:
        found = answer.document
        return cls(
            upload_id=str(found["upload_id"]),
            part_size_bytes=int(found["part_size_bytes"]),
            part_count=int(found["part_count"]),
        )


class ApiSender:
    """Send uploads through the API; safe to use from several threads.

    Attributes:
        done: How often each kind of mischief was done.
        broken: What the API promises and did not keep.
    """

    def __init__(self, clients: Sequence[ApiClient], mischief: Mischief, seed: str) -> None:
        self._clients = clients
        self._mischief = mischief
        self._seed = seed
        self._lock = threading.Lock()
        self.done: collections.Counter[str] = collections.Counter()
        self.broken: list[str] = []

    @property
    def repeated(self) -> Mapping[str, int]:
        """How often a request was sent again, by reason."""
        return dict(sum((client.repeated for client in self._clients), collections.Counter[str]()))

    def send(
        self, name: str, kind: Kind, body: Body, *, captions: Sequence[tuple[str, Body]] = ()
    ) -> Iterator[Completed]:
        """Send a video with its captions; yield what the API says is complete, nothing of what is given up.

        Args:
            name: The video's.
            kind: What the file is.
            body: What it holds.
            captions: Names and bodies of files that belong to it.

        Raises:
            ApiError: The API refused it, or did not answer for long.
        """
        # Of the name alone: which thread comes first decides nothing.
        chance = random.Random(f"{self._seed} {name}")
        one = _Upload(self, chance.choice(self._clients), chance)
        for tried in range(1, _BEGINNINGS + 1):
            try:
                # As a whole: captions of an upload that is gone are nobody's.
                completed = list(self._completed(one, name, kind, body, captions))
            except GoneError:
                if tried == _BEGINNINGS:
                    raise
                self.note(BEGUN_ANEW)
            else:
                yield from completed
                return

    def _completed(
        self, one: _Upload, name: str, kind: Kind, body: Body, captions: Sequence[tuple[str, Body]]
    ) -> Iterator[Completed]:
        begun = one.begin(name, body, _CONTENT_TYPE)
        if not captions and one.strikes(GIVEN_UP, self._mischief.given_up):
            one.give_up(begun, body)
            return
        # Captions come while the video is on its way, and after it.
        early = [each for each in captions if one.flips()]
        for caption in early:
            yield one.send_caption(begun, *caption)
        one.send_parts(begun, body)
        yield one.complete(begun, name, kind)
        for caption in captions:
            if caption not in early:
                yield one.send_caption(begun, *caption)

    def note(self, kind: str) -> None:
        """Count a kind of mischief."""
        with self._lock:
            self.done[kind] += 1

    def expect(self, holds: bool, otherwise: str) -> None:
        """Keep what the API did not keep of its promises."""
        if not holds:
            with self._lock:
                self.broken.append(otherwise)

    @property
    def mischief(self) -> Mischief:
        """How often clients do what unreliable lines make them do."""
        return self._mischief


class _Upload:
    """The requests of one client for one video, with what goes wrong on its line."""

    def __init__(self, sender: ApiSender, client: ApiClient, chance: random.Random) -> None:
        self._sender = sender
        self._client = client
        self._chance = chance
        self._mischief = sender.mischief

    def begin(self, name: str, body: Body, content_type: str, *, video: _Begun | None = None) -> _Begun:
        wanted: dict[str, object] = {
            "name": name,
            "size_bytes": len(body.content),
            "content_type": content_type,
            **({"upload_id": video.upload_id} if video else {}),
        }
        key = str(uuid4())
        begun = _Begun.of(self._client.post("/uploads", wanted, key=key))
        if self.strikes(BEGUN_TWICE, self._mischief.request_twice):
            again = _Begun.of(self._client.post("/uploads", wanted, key=key))
            self._sender.expect(again == begun, f"{name}: one request began two uploads")
        return begun

    def give_up(self, begun: _Begun, body: Body) -> None:
        """Send all parts but the last, and abort."""
        self._send_parts(begun, body.content, range(1, begun.part_count))
        self._client.delete(f"/uploads/{begun.upload_id}")

    def send_caption(self, video: _Begun, name: str, body: Body) -> Completed:
        begun = self.begin(name, body, _CAPTION_TYPE, video=video)
        self._send_parts(begun, body.content, [1])
        return self.complete(begun, name, Kind.CAPTIONS)

    def send_parts(self, begun: _Begun, body: Body) -> None:
        """Send all parts; after a reload of the page, those that S3 lacks."""
        numbers: Sequence[int] = range(1, begun.part_count + 1)
        if self.strikes(RESUMED, self._mischief.resumed):
            self._send_parts(begun, body.content, numbers[: (len(numbers) + 1) // 2])
            listed = self._client.get(f"/uploads/{begun.upload_id}").document["parts"]
            there = {int(part["number"]) for part in listed}
            numbers = [number for number in numbers if number not in there]
        self._send_parts(begun, body.content, numbers)

    def complete(self, begun: _Begun, name: str, kind: Kind) -> Completed:
        key, path = str(uuid4()), f"/uploads/{begun.upload_id}/complete"
        answer = self._client.post(path, key=key)
        asset_id = answer.document.get("asset_id")
        completed = Completed(name=name, kind=kind, asset_id=asset_id, at=time.time())
        if self.strikes(COMPLETED_TWICE, self._mischief.request_twice):
            again = self._client.post(path, key=key)
            self._sender.expect(again.document == answer.document, f"{name}: completed twice, in two ways")
        return completed

    def flips(self) -> bool:
        """Decide between two ways."""
        return self._chance.random() < 0.5

    def strikes(self, kind: str, share: float) -> bool:
        """Decide whether a kind of mischief is done now, and count it."""
        strikes = self._chance.random() < share
        if strikes:
            self._sender.note(kind)
        return strikes

    def _send_parts(self, begun: _Begun, content: bytes, numbers: Sequence[int]) -> None:
        for number in numbers:
            start = (number - 1) * begun.part_size_bytes
            part = content[start : start + begun.part_size_bytes]
            if self.strikes(PART_CUT, self._mischief.part_cut):
                taken = self._client.put_part(self._signed(begun, number), part[: len(part) // 2])
                self._sender.expect(not taken, f"S3 took half of part {number} of {begun.upload_id}")
            for _ in range(2 if self.strikes(PART_TWICE, self._mischief.part_twice) else 1):
                self._send_part(begun, number, part)

    def _send_part(self, begun: _Begun, number: int, part: bytes) -> None:
        for tried in range(_PART_TRIES):
            # Each time a new URL: the one before may have been signed by a session that has ended.
            if self._client.put_part(self._signed(begun, number), part):
                return
            if tried >= _TRUSTING_TRIES:
                self._client.get(f"/uploads/{begun.upload_id}")
            time.sleep(min(0.5 * 2**tried, _LONGEST_PAUSE_SECONDS))
        raise ApiError(f"S3 did not take part {number} of {begun.upload_id}")

    def _signed(self, begun: _Begun, number: int) -> str:
        answer = self._client.post(f"/uploads/{begun.upload_id}/parts", {"parts": [number]})
        return str(answer.document["parts"][0]["url"])

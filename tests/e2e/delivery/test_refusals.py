"""What the deployed distribution, its API and its signed parts refuse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from media_pipeline.adapters.delivery.playback_signer import KmsSigner
from media_pipeline.domain.delivery.playback import Signer, access_policy, asset_cookies, encoded
from tests.e2e.delivery.films import Film
from tests.e2e.delivery.parts import send_part
from tests.e2e.deployed import Sandbox
from tests.e2e.people import People
from tests.e2e.pipeline import Pipeline

pytestmark = pytest.mark.phase("delivery")

PREFIX = "CloudFront-"
PASSWORD = "Correct-horse-battery-9"
Cookies = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """Hold two films that can be played, with the cookies of each."""

    people: People
    domain: str
    film: Film
    other: Film
    cookies: Cookies
    other_cookies: Cookies
    signer: Signer


@pytest.fixture(scope="module")
def opened(films: tuple[Film, Film], people: People, sandbox: Sandbox) -> Opened:
    """Return two films, and cookies for each that a viewer got."""
    film, other = films
    cookies, other_cookies = (people.cookies(each.asset_id) for each in films)
    variables = sandbox.client("lambda").get_function_configuration(
        FunctionName="media-pipeline-api-sandbox"
    )["Environment"]["Variables"]
    signer = Signer(
        key_pair_id=variables["PLAYBACK_KEY_PAIR_ID"],
        hash_algorithm=variables["PLAYBACK_HASH_ALGORITHM"],
        sign=KmsSigner(sandbox.client("kms"), variables["PLAYBACK_SIGNING_KEY"]).sign,
    )
    domain = urlsplit(people.delivered.url).netloc
    return Opened(people, domain, film, other, cookies, other_cookies, signer)


def test_cookies_open_all_files_of_their_film(opened: Opened, pipeline: Pipeline) -> None:
    """What the API answers a viewer opens each output, byte by byte what the pipeline stored."""
    for key in opened.film.keys:
        answer = opened.people.open(f"/media/{key}", opened.cookies)
        assert answer.status == 200, (key, answer.body)
        stored = pipeline.s3.get_object(Bucket=pipeline.outputs, Key=key)["Body"].read()
        assert answer.body == stored, key


def test_a_signed_url_opens_its_file_alone(opened: Opened) -> None:
    """A download's URL needs no cookie, and opens no other file of the same film."""
    first, second = (f"/media/{key}" for key in opened.film.keys[:2])
    asked = opened.people.call(
        "viewer", "POST", f"/api/assets/{opened.film.asset_id}/downloads", body={"path": first}
    )
    origin, _, query = asked.json()["url"].partition("?")
    assert origin == f"https://{opened.domain}{first}"
    assert opened.people.open(f"{first}?{query}").status == 200
    assert opened.people.open(f"{second}?{query}").status == 403


def unsigned(_: Opened) -> Cookies:
    """Return no cookies."""
    return {}


def of_another(opened: Opened) -> Cookies:
    """Return the cookies of the other film."""
    return opened.other_cookies


def expired(opened: Opened) -> Cookies:
    """Return cookies that the deployment's own key signed, whose end has passed."""
    now = datetime.now(UTC)
    made = asset_cookies(
        opened.domain,
        opened.film.asset_id,
        now=now,
        ends=now - timedelta(seconds=1),
        signer=opened.signer,
    )
    return {cookie.name: cookie.value for cookie in made}


def with_a_longer_policy(opened: Opened) -> Cookies:
    """Return the film's cookies with an end that nobody signed."""
    path = f"https://{opened.domain}/media/{opened.film.asset_id}/*"
    longer = access_policy(path, ends=datetime.now(UTC) + timedelta(days=30))
    return {**opened.cookies, f"{PREFIX}Policy": encoded(longer)}


def downgraded(opened: Opened) -> Cookies:
    """Return the film's cookies without the hash's name, which stands for SHA-1."""
    assert opened.cookies[f"{PREFIX}Hash-Algorithm"] == "SHA256"
    return {name: value for name, value in opened.cookies.items() if name != f"{PREFIX}Hash-Algorithm"}


@pytest.mark.parametrize("cookies", [unsigned, of_another, expired, with_a_longer_policy, downgraded])
def test_nothing_else_opens_a_film(opened: Opened, cookies: Callable[[Opened], Cookies]) -> None:
    """Without cookies, or with others, each kind of file is refused."""
    for path in opened.film.paths_of_each_kind:
        answer = opened.people.open(path, cookies(opened))
        assert answer.status == 403, (path, answer.body)


@pytest.mark.parametrize(
    "path",
    [
        "/media/{film}/../{other}/{rest}",
        "/media/{film}/%2e%2e/{other}/{rest}",
        "/media/{film}/..%2f{other}/{rest}",
        "/media/{film}/1/..\\..\\{other}/{rest}",
        "/media//{other}/{rest}",
        "//media/{other}/{rest}",
        "/x/../media/{other}/{rest}",
        "/%6dedia/{other}/{rest}",
        "/media/../{other}/{rest}",
        "/assets/../media/{other}/{rest}",
        "/api/../media/{other}/{rest}",
    ],
)
def test_no_path_leads_to_another_film(opened: Opened, path: str) -> None:
    """However the way to another film's file is written, the cookies of the first one don't open it."""
    other, _, rest = opened.other.keys[0].partition("/")
    target = path.format(film=opened.film.asset_id, other=other, rest=rest)
    for cookies in ({}, opened.cookies):
        answer = opened.people.open(target, cookies)
        # What the page's own behavior answers is the page, or nothing.
        assert answer.status in (403, 404) or answer.headers["Content-Type"] == "text/html", answer.body


def test_a_viewer_may_not_upload(people: People, pipeline: Pipeline) -> None:
    """A viewer who begins an upload is refused, and S3 has none of that name."""
    name = f"{uuid4()}.mp4"
    wanted = {"name": name, "size_bytes": 10, "content_type": "video/mp4"}
    answer = people.call("viewer", "POST", "/api/uploads", body=wanted)
    assert (answer.status, answer.json()["code"]) == (403, "NOT_ALLOWED")
    begun = pipeline.s3.list_multipart_uploads(Bucket=pipeline.uploads).get("Uploads", [])
    assert not [upload["Key"] for upload in begun if upload["Key"].endswith(name)]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/cancel"), ("POST", "/replay"), ("DELETE", "")], ids=lambda text: text
)
def test_an_uploader_may_not_operate(opened: Opened, pipeline: Pipeline, method: str, path: str) -> None:
    """An uploader who cancels, replays or removes is refused, and the record stays as it is."""
    asset_id = opened.film.asset_id
    before = pipeline.record(asset_id)
    answer = opened.people.call("uploader", method, f"/api/assets/{asset_id}{path}")
    assert (answer.status, answer.json()["code"]) == (403, "NOT_ALLOWED")
    assert pipeline.record(asset_id) == before


@pytest.mark.parametrize("group", ["viewer", "uploader"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/monitoring", None),
        ("POST", "/api/queues/captions/redrive", None),
        ("POST", "/api/replays", {"code": "OUTPUTS_MISSING", "newer_than_hours": 1}),
    ],
    ids=["look", "redrive", "replay"],
)
def test_operators_alone_see_and_repair_the_pipeline(
    people: People, group: str, method: str, path: str, body: object
) -> None:
    """A viewer and an uploader are refused the health view and both of its repairs."""
    answer = people.call(group, method, path, body=body)
    assert (answer.status, answer.json()["code"]) == (403, "NOT_ALLOWED")


class Stranger:
    """Sign in to pools and clients that the API does not know."""

    def __init__(self, cognito: Any) -> None:
        self._cognito = cognito

    def token(self, pool_id: str, username: str) -> str:
        """Return an access token of a client of its own, which is removed again."""
        client = self._cognito.create_user_pool_client(
            UserPoolId=pool_id, ClientName="stranger", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        try:
            answer = self._cognito.initiate_auth(
                ClientId=client,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": username, "PASSWORD": PASSWORD},
            )
        finally:
            self._cognito.delete_user_pool_client(UserPoolId=pool_id, ClientId=client)
        return str(answer["AuthenticationResult"]["AccessToken"])

    def add(self, pool_id: str, username: str) -> None:
        """Add a user who is an operator."""
        self._cognito.admin_create_user(UserPoolId=pool_id, Username=username, MessageAction="SUPPRESS")
        self._cognito.admin_set_user_password(
            UserPoolId=pool_id, Username=username, Password=PASSWORD, Permanent=True
        )
        self._cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=username, GroupName="operator")


def test_tokens_of_others_are_refused(people: People, sandbox: Sandbox) -> None:
    """An operator of another pool, or of another client of the same pool, is nobody here; nor is no token."""
    cognito = sandbox.client("cognito-idp")
    stranger, username = Stranger(cognito), f"{uuid4()}@example.com"
    pool = cognito.create_user_pool(PoolName="strangers")["UserPool"]["Id"]
    try:
        cognito.create_group(UserPoolId=pool, GroupName="operator")
        stranger.add(pool, username)
        of_another_pool = stranger.token(pool, username)
    finally:
        cognito.delete_user_pool(UserPoolId=pool)
    stranger.add(people.delivered.user_pool_id, username)
    try:
        of_another_client = stranger.token(people.delivered.user_pool_id, username)
    finally:
        cognito.admin_delete_user(UserPoolId=people.delivered.user_pool_id, Username=username)
    head, claims, signature = people.token("operator").split(".")
    for token in (None, of_another_pool, of_another_client, f"{head}.{claims}.{signature[::-1]}"):
        answer = people.delivered.call("GET", "/api/assets", token=token)
        assert (answer.status, answer.json()) == (401, {"message": "Unauthorized"})


def test_a_signed_part_counts_for_itself_alone(people: People) -> None:
    """A part's URL takes no other key, number or upload, and no body of another length."""
    size = 1_000
    wanted = {"size_bytes": size, "content_type": "video/mp4"}
    uploads = [
        people.call("uploader", "POST", "/api/uploads", body={**wanted, "name": name}).json()["upload_id"]
        for name in ("signed.mp4", "other.mp4")
    ]
    paths = [f"/api/uploads/{upload_id}" for upload_id in uploads]
    try:
        signed = [
            people.call("uploader", "POST", f"{path}/parts", body={"parts": [1]}).json() for path in paths
        ]
        url, other = (answer["parts"][0]["url"] for answer in signed)
        key, query = url.split("?")
        refused = [
            send_part(url, bytes(size + 1)),
            send_part(url, bytes(size - 1)),
            send_part(f"{other.split('?')[0]}?{query}", bytes(size)),
            send_part(f"{key}.mov?{query}", bytes(size)),
            send_part(url.replace("partNumber=1", "partNumber=2"), bytes(size)),
        ]
        assert refused == [403] * len(refused)
        assert send_part(url, bytes(size)) == 200
        listed = [people.call("uploader", "GET", path).json()["parts"] for path in paths]
        assert listed == [[{"number": 1, "size_bytes": size}], []]
    finally:
        given_up = [people.call("uploader", "DELETE", path).status for path in paths]
    assert given_up == [204, 204]

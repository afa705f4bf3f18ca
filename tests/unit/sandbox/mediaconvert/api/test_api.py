"""Queues, templates, tags, lists and errors, asked for with the real boto3 client and with raw HTTP."""

import http.client
import json
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.mediaconvert.api.endpoint import ROLE, Endpoint, job_settings

VERSION = "/2017-08-29"


def raw(endpoint: Endpoint, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], Any]:
    """Send a request that boto3 wouldn't; return status, headers and the parsed body."""
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    connection.request(method, path, body)
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    parsed = json.loads(response.read())
    connection.close()
    return response.status, headers, parsed


def refusal(call: Any, **parameters: Any) -> tuple[str, str]:
    """Return the code and message of the error that a call ends with."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_queue_lives_as_terraform_drives_it(endpoint: Endpoint) -> None:
    """A queue is created with tags, read, changed and deleted, after which it is not found."""
    mediaconvert = endpoint.client
    queue = mediaconvert.create_queue(Name="pipeline", Description="d", Tags={"Project": "p"})["Queue"]
    assert queue["Arn"] == "arn:aws:mediaconvert:us-east-1:000000000000:queues/pipeline"
    assert (queue["Status"], queue["PricingPlan"], queue["Type"]) == ("ACTIVE", "ON_DEMAND", "CUSTOM")
    assert mediaconvert.get_queue(Name="pipeline")["Queue"] == queue
    changed = mediaconvert.update_queue(Name="pipeline", Description="e", Status="PAUSED")["Queue"]
    assert (changed["Description"], changed["Status"]) == ("e", "PAUSED")
    mediaconvert.delete_queue(Name="pipeline")
    assert refusal(mediaconvert.get_queue, Name="pipeline")[0] == "NotFoundException"
    assert refusal(mediaconvert.list_tags_for_resource, Arn=queue["Arn"])[0] == "NotFoundException"


def test_queue_refuses_what_it_must(endpoint: Endpoint) -> None:
    """A queue's name is unique and plain; the default queue and one with unfinished jobs stay."""
    mediaconvert = endpoint.client
    mediaconvert.create_queue(Name="busy", Status="PAUSED")
    assert refusal(mediaconvert.create_queue, Name="busy")[0] == "ConflictException"
    assert refusal(mediaconvert.create_queue, Name="a/b")[0] == "BadRequestException"
    assert refusal(mediaconvert.create_queue, Name="r", PricingPlan="RESERVED")[0] == "BadRequestException"
    assert refusal(mediaconvert.delete_queue, Name="Default")[0] == "BadRequestException"
    id_ = endpoint.submit(Queue="busy")["Id"]
    assert refusal(mediaconvert.delete_queue, Name="busy")[0] == "ConflictException"
    mediaconvert.cancel_job(Id=id_)
    mediaconvert.delete_queue(Name="busy")


def test_reserved_queue_shows_its_plan(endpoint: Endpoint) -> None:
    """A reserved queue has the plan that was bought."""
    plan = {"Commitment": "ONE_YEAR", "RenewalType": "EXPIRE", "ReservedSlots": 2}
    queue = endpoint.client.create_queue(Name="bought", PricingPlan="RESERVED", ReservationPlanSettings=plan)[
        "Queue"
    ]
    assert queue["ReservationPlan"]["ReservedSlots"] == 2
    assert queue["ReservationPlan"]["Status"] == "ACTIVE"


@pytest.mark.parametrize("safe", ["", ":/"], ids=["encoded", "plain"])
def test_tags_are_addressed_by_arn(endpoint: Endpoint, safe: str) -> None:
    """GET /tags/{arn} finds a resource whether the ARN in the path is encoded or not."""
    arn = endpoint.client.get_queue(Name="Default")["Queue"]["Arn"]
    endpoint.client.tag_resource(Arn=arn, Tags={"Environment": "sandbox", "Old": "1"})
    endpoint.client.untag_resource(Arn=arn, TagKeys=["Old"])
    status, _, body = raw(endpoint, "GET", f"{VERSION}/tags/{quote(arn, safe=safe)}")
    assert status == 200
    assert body == {"resourceTags": {"arn": arn, "tags": {"Environment": "sandbox"}}}


def test_tags_refuse_what_aws_refuses(endpoint: Endpoint) -> None:
    """Reserved keys, long values and more than 50 tags are refused; none of them is kept."""
    arn = endpoint.client.create_queue(Name="tagged", Tags={"a": "1"})["Queue"]["Arn"]
    for tags in ({"aws:x": "1"}, {"b": "x" * 257}, {str(number): "" for number in range(50)}):
        assert refusal(endpoint.client.tag_resource, Arn=arn, Tags=tags)[0] == "BadRequestException"
    assert endpoint.client.list_tags_for_resource(Arn=arn)["ResourceTags"]["Tags"] == {"a": "1"}


def test_template_lives(endpoint: Endpoint) -> None:
    """A job template is created, listed by category, changed and deleted."""
    mediaconvert = endpoint.client
    settings = {"OutputGroups": job_settings()["OutputGroups"]}
    template = mediaconvert.create_job_template(Name="p-default", Category="c", Settings=settings)[
        "JobTemplate"
    ]
    assert template["Arn"].endswith(":jobTemplates/p-default")
    assert (
        refusal(mediaconvert.create_job_template, Name="p-default", Settings=settings)[0]
        == "ConflictException"
    )
    names = [found["Name"] for found in mediaconvert.list_job_templates(Category="c")["JobTemplates"]]
    assert names == ["p-default"]
    assert mediaconvert.list_job_templates(Category="other")["JobTemplates"] == []
    changed = mediaconvert.update_job_template(Name="p-default", Description="d", Priority=4)["JobTemplate"]
    assert (changed["Description"], changed["Priority"], changed["Settings"]) == ("d", 4, settings)
    mediaconvert.delete_job_template(Name="p-default")
    assert refusal(mediaconvert.get_job_template, Name="p-default")[0] == "NotFoundException"


def test_job_lays_its_settings_over_its_template(endpoint: Endpoint) -> None:
    """A job from a template takes what it doesn't say itself from there, list items by their position."""
    group = job_settings()["OutputGroups"][0]
    del group["OutputGroupSettings"]["FileGroupSettings"]["Destination"]
    endpoint.client.create_job_template(Name="merged", Priority=7, Settings={"OutputGroups": [group]})
    destination = {"OutputGroupSettings": {"FileGroupSettings": {"Destination": "s3://out/mine"}}}
    settings = {"Inputs": [{"FileInput": "s3://in/clip.mp4"}], "OutputGroups": [destination]}

    job = endpoint.submit(JobTemplate="merged", Settings=settings)

    [merged] = job["Settings"]["OutputGroups"]
    assert merged["OutputGroupSettings"] == {
        "Type": "FILE_GROUP_SETTINGS",
        "FileGroupSettings": {"Destination": "s3://out/mine"},
    }
    assert merged["Outputs"] == group["Outputs"]
    assert job["Priority"] == 7
    assert job["JobTemplate"].endswith(":jobTemplates/merged")


def test_job_refuses_references_to_nothing(endpoint: Endpoint) -> None:
    """A queue, template or role that isn't there, or of another account, is refused by its name."""
    other = "arn:aws:mediaconvert:eu-west-1:000000000000:queues/Default"
    for parameters, code in (
        ({"Queue": "absent"}, "NotFoundException"),
        ({"Queue": other}, "NotFoundException"),
        ({"JobTemplate": "absent"}, "NotFoundException"),
        ({"Role": "media-role"}, "BadRequestException"),
        ({"ClientRequestToken": "x" * 65}, "BadRequestException"),
    ):
        assert refusal(endpoint.submit, **parameters)[0] == code


def test_jobs_are_listed_in_pages(endpoint: Endpoint) -> None:
    """ListJobs gives a queue's jobs newest first, page by page, each once; ASCENDING turns the order."""
    endpoint.client.create_queue(Name="paged", Status="PAUSED")
    ids = [endpoint.submit(Queue="paged")["Id"] for _ in range(5)]
    pages = list(
        endpoint.client.get_paginator("list_jobs").paginate(Queue="paged", PaginationConfig={"PageSize": 2})
    )
    assert [len(page["Jobs"]) for page in pages] == [2, 2, 1]
    assert [job["Id"] for page in pages for job in page["Jobs"]] == ids[::-1]
    ascending = endpoint.client.list_jobs(Queue="paged", Order="ASCENDING", Status="SUBMITTED")["Jobs"]
    assert [job["Id"] for job in ascending] == ids
    assert endpoint.client.list_jobs(Queue="paged", Status="ERROR")["Jobs"] == []
    for id_ in ids:
        endpoint.client.cancel_job(Id=id_)


def test_queues_and_templates_are_listed_in_pages(endpoint: Endpoint) -> None:
    """ListQueues gives every queue once, by name, however small its pages are."""
    for name in ("zeta", "alpha"):
        endpoint.client.create_queue(Name=name)
    pages = endpoint.client.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1})
    names = [queue["Name"] for page in pages for queue in page["Queues"]]
    assert names == sorted(names)
    assert {"Default", "alpha", "zeta"} <= set(names)


def test_probe_describes_an_object(endpoint: Endpoint) -> None:
    """Probe gives the container's description and the object's metadata."""
    [result] = endpoint.client.probe(InputFiles=[{"FileUrl": "s3://in/clip.mp4"}])["ProbeResults"]
    assert result["Container"]["Format"] == "mp4"
    assert result["Metadata"]["FileSize"] == 5
    assert result["Metadata"]["MimeType"] == "video/mp4"


@pytest.mark.parametrize(
    ("url", "denied", "code"),
    [
        ("s3://in/absent.mp4", set(), "NotFoundException"),
        ("s3://in/clip.mp4", {"in"}, "ForbiddenException"),
        ("s3://in/notes.mp4", set(), "BadRequestException"),
        ("https://example.org/clip.mp4", set(), "BadRequestException"),
    ],
    ids=["no object", "no permission", "no media", "not in S3"],
)
def test_probe_says_why_not(endpoint: Endpoint, url: str, denied: set[str], code: str) -> None:
    """Probe refuses with the error that fits the reason, and says it in a sentence."""
    endpoint.s3.denied_buckets |= denied
    given, message = refusal(endpoint.client.probe, InputFiles=[{"FileUrl": url}])
    assert given == code
    assert len(message) > 10


def test_probe_says_that_a_file_is_malformed(endpoint: Endpoint) -> None:
    """A file that is recognized and has no index is 422, as the service model says."""
    endpoint.s3.objects["in", "cut.mp4"] = b"no index"
    given, _ = refusal(endpoint.client.probe, InputFiles=[{"FileUrl": "s3://in/cut.mp4"}])
    assert given == "UnprocessableEntityException"


def test_describe_endpoints_names_this_one(endpoint: Endpoint) -> None:
    """DescribeEndpoints gives the URL that was asked."""
    assert endpoint.client.describe_endpoints()["Endpoints"] == [{"Url": endpoint.url}]


def test_errors_have_the_shape_that_sdks_parse(endpoint: Endpoint) -> None:
    """An error is JSON with a message, its type in x-amzn-ErrorType and a request id."""
    status, headers, body = raw(endpoint, "GET", f"{VERSION}/jobs/absent")
    assert status == 404
    assert headers["x-amzn-errortype"] == "NotFoundException"
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-requestid"]
    assert list(body) == ["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/jobs", b"", 400),
        ("POST", "/jobs", b"not json", 400),
        ("POST", "/jobs", b"[]", 400),
        ("POST", "/jobs", b"\xff\xfe", 400),
        ("POST", "/jobs", b"[" * 100_000, 400),
        ("POST", "/jobs", b'{"a":' * 3000, 400),
        ("POST", "/jobs", b'{"priority": NaN}', 400),
        ("POST", "/jobs", b'{"priority": 1e999}', 400),
        ("POST", "/jobs", b'{"priority": ' + b"9" * 5000 + b"}", 400),
        ("POST", "/jobs", b'{"role": "\\ud800"}', 400),
        ("POST", "/jobs", b'{"role": "' + b"x" * 1_100_000 + b'"}', 400),
        ("POST", "/jobs", b'{"role": null, "settings": null}', 400),
        ("POST", "/queues", b'{"name": "\\u0000"}', 400),
        ("POST", "/queues", b'{"name": "n", "extra": 1}', 400),
        ("GET", "/jobs?maxResults=many", b"", 400),
        ("GET", "/jobs?maxResults=21", b"", 400),
        ("GET", "/jobs?maxResults=" + "9" * 5000, b"", 400),
        ("GET", "/jobs?nextToken=%FF%00", b"", 400),
        ("GET", "/jobs?nextToken=YWZ0ZXI6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", b"", 400),
        ("GET", "/jobs?status=DONE", b"", 400),
        ("GET", "/jobs?queue=absent", b"", 404),
        ("GET", "/jobs/%00%FF", b"", 404),
        ("GET", "/tags/arn%3Aaws", b"", 404),
        ("GET", "/tags/arn:aws:x:y:z:jobs/", b"", 404),
        ("PATCH", "/jobs", b"", 405),
        ("GET", "/nowhere", b"", 404),
        ("GET", "/presets", b"", 400),
    ],
)
def test_odd_requests_are_refused_plainly(
    endpoint: Endpoint, method: str, path: str, body: bytes, status: int
) -> None:
    """A request that is wrong in form gets a 4xx with a message, never a 500."""
    given, headers, answer = raw(endpoint, method, VERSION + path, body)
    assert (given, list(answer)) == (status, ["message"])
    assert headers["x-amzn-errortype"].endswith("Exception")


def test_role_is_what_the_job_assumes(endpoint: Endpoint) -> None:
    """A job reads and writes with its own role, and Probe with none."""
    endpoint.s3.roles.clear()
    endpoint.finished(endpoint.submit()["Id"])
    endpoint.client.probe(InputFiles=[{"FileUrl": "s3://in/clip.mp4"}])
    assert endpoint.s3.roles == [ROLE, None]

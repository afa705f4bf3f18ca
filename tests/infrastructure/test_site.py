"""The page's files: each is deployed as what it is, and for as long as its name says."""

from pathlib import Path

import pytest

from stacks.delivery.site import SiteError, read_site
from tests.infrastructure.stack import Stack
from tests.support.made_site import write_site


def test_each_file_is_what_it_is_said_to_be(delivering: Stack) -> None:
    """Browsers are told each file's type, and keep what is named by its content for good, the page never."""
    objects = {each["key"]: each for each in delivering.of("aws_s3_object")}
    types = {key: each["content_type"] for key, each in objects.items()}
    assert types == {
        "index.html": "text/html; charset=utf-8",
        "assets/index-B7c1.js": "text/javascript; charset=utf-8",
        "assets/index-D2a0.css": "text/css; charset=utf-8",
    }
    for key, each in objects.items():
        assert ("immutable" in each["cache_control"]) is key.startswith("assets/")
        assert each["source"].endswith(f"/{key}")


def test_the_page_comes_after_what_it_names(delivering: Stack) -> None:
    """No visitor gets a page whose files are not there yet."""
    page, *files = sorted(delivering.of("aws_s3_object"), key=lambda each: each["key"] != "index.html")
    assert sorted(page["depends_on"]) == sorted(each.address for each in files)


def test_files_go_to_the_bucket_that_the_distribution_serves(delivering: Stack) -> None:
    """The page's origin is the bucket that its files are in."""
    resources = delivering.document["resource"]
    (distribution,) = resources["aws_cloudfront_distribution"].values()
    (origin,) = (each["domain_name"] for each in distribution["origin"] if each["origin_id"] == "page")
    for each in resources["aws_s3_object"].values():
        assert each["bucket"] == origin.replace(".bucket_regional_domain_name}", ".id}")


def test_the_page_runs_nothing_but_its_own_files(delivering: Stack) -> None:
    """No script or style within a document runs, and nothing is loaded from another origin."""
    for policy in delivering.of("aws_cloudfront_response_headers_policy"):
        security = policy.block("security_headers_config")["content_security_policy"]
        directives = {
            name: sources
            for name, *sources in (each.split() for each in security["content_security_policy"].split(";"))
        }
        allowed = {source for sources in directives.values() for source in sources}
        assert not allowed & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"}
        for name in set(directives) - {"connect-src", "frame-ancestors", "default-src"}:
            assert set(directives[name]) <= {"'self'", "'none'", "blob:", "data:"}


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    """A changed file is uploaded anew, and one that did not change is not."""
    before = {file.name: file.sha256 for file in read_site(write_site(tmp_path)).files}
    (tmp_path / "index.html").write_text("<!doctype html>other", "utf-8")
    after = {file.name: file.sha256 for file in read_site(tmp_path).files}
    assert {name for name in before if before[name] != after[name]} == {"index.html"}


@pytest.mark.parametrize(
    ("name", "said"),
    [("assets/font.xyz", "browsers would not be told"), ("other.js", "not named by its content")],
)
def test_a_build_with_unknown_files_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """What has no type, or would be kept for good under a name that may change, is an error by name."""
    (write_site(tmp_path) / name).write_text("x", "utf-8")
    with pytest.raises(SiteError, match=name) as error:
        read_site(tmp_path)
    assert said in str(error.value)


def test_a_page_that_is_not_built_is_said_so(tmp_path: Path) -> None:
    """A missing build is a sentence that says what helps."""
    with pytest.raises(SiteError, match="make site"):
        read_site(tmp_path / "site")

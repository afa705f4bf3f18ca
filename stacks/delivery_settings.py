"""What the delivery of one environment differs in; an environment without delivery ignores all of it."""

from dataclasses import dataclass

from constructs_lib.delivery.federation import FederatedProvider

NO_DELIVERY = "none"
CLOUDFRONT = "cloudfront"
DELIVERIES = (NO_DELIVERY, CLOUDFRONT)

KMS_SIGNING = "kms"
SSM_SIGNING = "ssm"
SHA256 = "SHA256"
SHA1 = "SHA1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackSettings:
    """Describe the distribution, and how long what it serves may be watched."""

    cookie_hours: int = 6
    """So long a browser may play an asset after it was let in."""
    url_hours: int = 4
    """So long a signed URL opens a file: a download, or a player elsewhere."""
    domain: str | None = None
    """The domain of page, API and media; None stands for CloudFront's own name."""
    certificate_arn: str | None = None
    """The domain's certificate, which ACM keeps in us-east-1."""
    price_class: str = "PriceClass_100"
    """From which of CloudFront's locations videos are served."""
    web_acl_arn: str | None = None
    """A web ACL of AWS WAF in front of everything."""
    signing: str = KMS_SIGNING
    """Where the signing key is: "kms", or "ssm" for one that an operator put into Parameter Store."""
    hash_algorithm: str = SHA256
    """What signatures are made over; "SHA1" needs the signing "ssm", for CloudFront without SHA-256."""
    key_generations: tuple[int, ...] = (1,)
    """The signing keys that CloudFront approves of; a rotation adds one, and later leaves the old one out."""
    current_key_generation: int = 1
    """The key that signs."""
    public_keys: tuple[str, ...] = ()
    """With the signing "ssm", the public half of each generation in PEM."""
    manifest_seconds: int = 5
    """So long manifests, captions and the page are served from the cache; new captions change them."""
    segment_days: int = 365
    """So long all other files of videos are served from the cache, which never change."""
    access_log_days: int = 0
    """The distribution's access logs, which name each viewer, are kept for so long; 0 stands for none."""
    connect_sources: tuple[str, ...] = ()
    """Further origins that the page may call."""
    waits_until_deployed: bool = True
    """Deploying ends when every location of CloudFront has the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Describe the API, and who signs in to it."""

    page_size: int = 100
    """So many assets are listed in one answer at most."""
    body_limit_bytes: int = 256 * 1024
    """A request's body is at most so large; files go to the uploads bucket, not through the API."""
    requests_per_second: int = 100
    """Of all callers together; more are answered 429."""
    burst_requests: int = 200
    """So many may come at once, before the rate holds them back."""
    concurrency: int = 20
    """So many requests are answered at the same time."""
    upload_folder: str = "web/"
    """Uploads through the API lie in this folder of the uploader prefix, a folder for each person."""
    upload_url_minutes: int = 60
    """So long a part may be sent to its URL; the role's session may end it sooner."""
    upload_endpoint: str | None = None
    """Where browsers send parts; None stands for S3's own endpoint in the region."""
    person_quota_bytes: int = 1024**4
    """One person's uploads have so many bytes together, older versions and unfinished ones among them."""
    uploads_at_once: int = 20
    """So many uploads a person may have that are not ended."""
    mfa: str = "OPTIONAL"
    """Whether people need a second factor to sign in: OFF, OPTIONAL or ON."""
    password_length: int = 14
    """Passwords have at least so many characters."""
    access_minutes: int = 60
    """An access token is good for so long."""
    session_days: int = 30
    """After so long people sign in again."""
    page_origins: tuple[str, ...] = ()
    """Further origins of pages where people sign in and upload, for instance of one being developed."""
    sign_in_url: str | None = None
    """Where people sign in; None stands for the user pool's own domain."""
    machine_scopes: tuple[str, ...] = ()
    """What a machine may do with a token of its own: read, upload, operate; none stands for no machine."""
    providers: tuple[FederatedProvider, ...] = ()
    """Where people of an organization sign in: providers of SAML or OIDC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Describe how webhooks are delivered."""

    retry_hours: int = 24
    """So long an endpoint that fails is tried again, before its message goes to the DLQ."""
    concurrency: int = 5
    """So many webhooks are sent at a time."""
    allow_loopback: bool = False
    """Let endpoints be on the machine itself, without TLS: only where nothing is deployed to AWS."""

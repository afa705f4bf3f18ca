"""Who signs in to the API: the user pool with its groups, its clients and their scopes."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs_lib.bindings import Construct
from constructs_lib.delivery.user_pool import UserPool, sign_in_url
from media_pipeline.domain.delivery.access import GROUPS, SCOPES, Access
from stacks.functions import PipelineResources

_MAY = {
    Access.VIEWER: "see assets and play them",
    Access.UPLOADER: "upload videos and captions",
    Access.OPERATOR: "cancel, replay and remove assets",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Hold the user pool, where its people sign in, and the ids of the clients whose tokens the API takes."""

    pool: UserPool
    sign_in_url: str
    page_client_id: str
    client_ids: Sequence[str]


def expected_sign_in_url(pipeline: PipelineResources) -> str:
    """Return where people will sign in, for what is made before the user pool."""
    settings = pipeline.settings
    return settings.api.sign_in_url or sign_in_url(_domain_prefix(pipeline), settings.region)


def _domain_prefix(pipeline: PipelineResources) -> str:
    # Unique in a region, over all accounts.
    return f"{pipeline.settings.name('people')}-{pipeline.account.account_id}"


def add_identity(scope: Construct, pipeline: PipelineResources, *, domain_name: str) -> Identity:
    """Add the user pool; people come back from signing in to the page at `domain_name`."""
    settings, api = pipeline.settings, pipeline.settings.api
    pool = UserPool(
        scope,
        "People",
        name=settings.name("people"),
        region=settings.region,
        domain_prefix=_domain_prefix(pipeline),
        mfa=api.mfa,
        password_length=api.password_length,
        groups={group.value: f"They {_up_to(group)}" for group in GROUPS},
        resource_server=settings.pipeline_name,
        scopes={name: _MAY[access].capitalize() for access, name in SCOPES.items()},
        providers=api.providers,
        deletion_protection=settings.deletion_protection,
        prevent_destroy=settings.prevent_destroy,
    )
    page = pool.add_page_client(
        "Page",
        name=settings.name("page"),
        callback_urls=[f"https://{domain_name}/", *(f"{origin}/" for origin in api.page_origins)],
        access_minutes=api.access_minutes,
        session_days=api.session_days,
    )
    client_ids = [page]
    if api.machine_scopes:
        machine = pool.add_machine_client(
            "Machine",
            name=settings.name("machine"),
            scopes=api.machine_scopes,
            access_minutes=api.access_minutes,
        )
        client_ids.append(machine)
    return Identity(
        pool=pool,
        sign_in_url=api.sign_in_url or pool.sign_in_url,
        page_client_id=page,
        client_ids=client_ids,
    )


def _up_to(group: Access) -> str:
    """Return what a group may, with all that the ones before it may."""
    may = [_MAY[each] for each in GROUPS[: GROUPS.index(group) + 1]]
    return "; ".join(may)

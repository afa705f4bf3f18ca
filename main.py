"""The CDKTF App: a pipeline stack per environment, and the stacks that hold their state.

Environment variables, read here and nowhere else, choose one environment and override its settings for one
synthesis:

ENVIRONMENT             dev, staging, prod or sandbox; without it, all are synthesized
ENVIRONMENT_SUFFIX      ends physical names, and names the stack
PROCESSING_CONCURRENCY  uploads handled at a time
MEDIACONVERT_ENDPOINT   where functions call MediaConvert
NOTIFICATION_EMAIL      e-mail address for notifications of assets
ALARM_EMAIL             e-mail address for alarms, or "none"
STATE_BUCKET            where Terraform's state is
DELIVERY                how videos reach people: "none" or "cloudfront"
PROVIDER_VERSION        the AWS provider to plan with, where not that of the bindings
UPLOAD_ENDPOINT         where browsers send the parts of uploads
SIGN_IN_URL             where people sign in
PAGE_ORIGINS            further origins of pages where people sign in and upload, separated by commas
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parent
# The pure core of the functions renders presets and job templates.
sys.path.insert(0, str(PROJECT_ROOT / "lambda_src"))

from constructs_lib.bindings import App  # noqa: E402
from stacks.delivery.site import Site, SiteError, read_site  # noqa: E402
from stacks.encoding import read_encoding_documents  # noqa: E402
from stacks.lambda_package import LambdaPackageError, build_lambda_package  # noqa: E402
from stacks.media_pipeline import MediaPipelineStack  # noqa: E402
from stacks.settings import ENVIRONMENTS, Settings  # noqa: E402
from stacks.settings_rules import Fault, SettingsError, check  # noqa: E402
from stacks.state_backend import StateBackendStack  # noqa: E402

OVERRIDES: Mapping[str, str] = {
    "ENVIRONMENT_SUFFIX": "environment_suffix",
    "PROCESSING_CONCURRENCY": "processing_concurrency",
    "MEDIACONVERT_ENDPOINT": "mediaconvert_endpoint",
    "NOTIFICATION_EMAIL": "notification_email",
    "ALARM_EMAIL": "alarm_email",
    "STATE_BUCKET": "state.bucket",
    "DELIVERY": "delivery",
    "PROVIDER_VERSION": "provider_version",
    "UPLOAD_ENDPOINT": "api.upload_endpoint",
    "SIGN_IN_URL": "api.sign_in_url",
    "PAGE_ORIGINS": "api.page_origins",
}

NUMBERS = frozenset({"processing_concurrency"})
LISTS = frozenset({"api.page_origins"})

# Terraform runs in cdktf.out/stacks/<id>; the state of the state buckets outlives that folder.
STATE_FOLDER = "../../../.terraform-state"


def select_settings(environ: Mapping[str, str]) -> list[Settings]:
    """Return the settings to synthesize, overridden and checked.

    All environments are checked, also where one is chosen. Raises SettingsError with every fault.
    """
    chosen = environ.get("ENVIRONMENT", "")
    overrides = {field: environ[name] for name, field in OVERRIDES.items() if environ.get(name)}
    faults = []
    if chosen and chosen not in ENVIRONMENTS:
        allowed = f"one of {', '.join(ENVIRONMENTS)}, or nothing for all"
        faults.append(Fault(environment="all", field="ENVIRONMENT", value=chosen, allowed=allowed))
    elif overrides and not chosen:
        allowed = "the one environment to override"
        faults.append(Fault(environment="all", field="ENVIRONMENT", value=chosen, allowed=allowed))
    if faults:
        raise SettingsError(faults)
    settings = dict(ENVIRONMENTS)
    if chosen:
        settings[chosen] = _override(settings[chosen], overrides)
    check(settings.values(), deployed=settings[chosen] if chosen else None)
    return [settings[chosen]] if chosen else list(settings.values())


def _override(settings: Settings, overrides: Mapping[str, str]) -> Settings:
    for path, text in overrides.items():
        value: Any = text
        if path in NUMBERS and text.isdecimal():
            # Anything but a number is left for the rules to complain of, together with all the rest.
            value = int(text)
        elif path in LISTS:
            value = tuple(text.split(","))
        group, _, name = path.rpartition(".")
        changed: Any = replace(getattr(settings, group), **{name: value}) if group else value
        settings = replace(settings, **{group or name: changed})
    return settings


def build_app(environ: Mapping[str, str], *, outdir: Path | None = None, site: Site | None = None) -> App:
    """Return the App with its stacks, not yet synthesized; `site` is the page of those that deliver."""
    selected = select_settings(environ)
    archive = build_lambda_package(
        source=PROJECT_ROOT / "lambda_src",
        dependencies=PROJECT_ROOT / "build" / "lambda-dependencies",
        target=PROJECT_ROOT / "build" / "lambda.zip",
    )
    encoding = read_encoding_documents(PROJECT_ROOT / "stacks" / "presets")
    app = App(outdir=str(outdir) if outdir else None)
    states = {settings.state.stack_id: settings for settings in selected}
    for stack_id, settings in states.items():
        StateBackendStack(
            app,
            stack_id,
            settings=settings.state,
            tags={**settings.tags, "Environment": settings.state.environment},
            state_folder=STATE_FOLDER,
            provider_version=settings.provider_version,
        )
    for settings in selected:
        MediaPipelineStack(
            app, settings.environment_suffix, settings=settings, archive=archive, encoding=encoding, site=site
        )
    return app


def built_site(environ: Mapping[str, str]) -> Site | None:
    """Return the page that was built, or None where no selected environment delivers one.

    Raises SettingsError, and SiteError where the page is not built.
    """
    delivers = any(settings.delivers for settings in select_settings(environ))
    return read_site(PROJECT_ROOT / "build" / "site") if delivers else None


def main() -> None:
    """Synthesize into cdktf.out, or say in sentences why that is impossible."""
    try:
        build_app(os.environ, site=built_site(os.environ)).synth()
    except (SettingsError, LambdaPackageError, SiteError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

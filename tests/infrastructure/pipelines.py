"""The settings of every synthesized pipeline by its stack's name: environments, and one without delivery."""

from collections.abc import Mapping
from dataclasses import replace

from stacks.delivery_settings import NO_DELIVERY
from stacks.settings import ENVIRONMENTS, Settings
from tests.infrastructure.stack import PLAIN

SETTINGS: Mapping[str, Settings] = {
    **ENVIRONMENTS,
    PLAIN: replace(ENVIRONMENTS["sandbox"], environment_suffix=PLAIN, delivery=NO_DELIVERY),
}

# What chooses it in main.py.
PLAIN_ENVIRONMENT = {
    "ENVIRONMENT": "sandbox",
    "ENVIRONMENT_SUFFIX": PLAIN,
    "DELIVERY": NO_DELIVERY,
}

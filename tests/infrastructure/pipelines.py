"""The settings of every synthesized pipeline by its stack's name: each environment, and one with delivery."""

from collections.abc import Mapping
from dataclasses import replace

from stacks.delivery_settings import CLOUDFRONT
from stacks.settings import ENVIRONMENTS, Settings
from tests.infrastructure.stack import DELIVERING

SETTINGS: Mapping[str, Settings] = {
    **ENVIRONMENTS,
    DELIVERING: replace(ENVIRONMENTS["sandbox"], environment_suffix=DELIVERING, delivery=CLOUDFRONT),
}

# What chooses it in main.py.
DELIVERING_ENVIRONMENT = {
    "ENVIRONMENT": "sandbox",
    "ENVIRONMENT_SUFFIX": DELIVERING,
    "DELIVERY": CLOUDFRONT,
}

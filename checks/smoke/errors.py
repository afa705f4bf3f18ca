"""What keeps the whole run from beginning."""


class SmokeError(Exception):
    """Say in a sentence what must be done before the run can begin."""

"""The night of a load test: a preset has an error until messages were sent anew often enough."""

from typing import Any

from sandbox.chaos.night import Night


class FakeParametersAndFunctions:
    """Hold one preset and one function's environment."""

    presets_path = "/p/presets"
    orchestrator = "ingest"

    def __init__(self) -> None:
        self.ssm = self.functions = self
        self.preset = '{"gop_seconds": 2}'
        self.environment = {"MAX_DELAY_SECONDS": "90", "A": "b"}

    def variables(self, function: str) -> dict[str, str]:
        """Return the environment."""
        return dict(self.environment)

    def get_parameter(self, *, Name: str) -> dict[str, Any]:
        """Return the preset."""
        assert Name.startswith("/p/presets/")
        return {"Parameter": {"Value": self.preset}}

    def put_parameter(self, *, Name: str, Value: str, Overwrite: bool) -> None:
        """Change the preset."""
        self.preset = Value

    def update_function_configuration(self, *, FunctionName: str, Environment: Any) -> None:
        """Change the environment."""
        self.environment = Environment["Variables"]


def test_a_night_ends_once_messages_were_sent_anew_often_enough() -> None:
    """The preset has an error and waits are short until then; afterwards all is as deployed."""
    pipeline: Any = FakeParametersAndFunctions()
    good, usual = pipeline.preset, pipeline.environment
    chains = iter([16, 20, 21, 21])
    night = Night(pipeline, longest_chain=lambda: next(chains), renewals=20)
    night.look(5)
    night.end()
    assert (pipeline.preset, night.report) == (good, None)
    night.begin()
    assert night.is_active
    assert '"gop_seconds": 0' in pipeline.preset
    assert pipeline.environment == {**usual, "MAX_DELAY_SECONDS": "2"}
    night.look(30)
    night.look(40)
    assert night.is_active
    night.look(10)
    assert not night.is_active
    assert (pipeline.preset, pipeline.environment) == (good, usual)
    assert night.report is not None
    assert (night.report.longest_chain, night.report.waited) == (21, 40)

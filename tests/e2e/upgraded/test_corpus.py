"""A representative part of the corpus: each kind of source becomes what it should.

The whole table is `make corpus`.
"""

import pytest

from checks.corpus import report
from checks.corpus.cases.case import Case
from checks.corpus.examination.examination import Result
from checks.corpus.run import Place, made_sources, run
from checks.corpus.table import all_cases
from tests.e2e.deployed import Sandbox

pytestmark = pytest.mark.phase("media")

CASES = tuple(case for case in all_cases() if case.is_representative)


@pytest.fixture(scope="module")
def results(sandbox: Sandbox) -> dict[str, Result]:
    """Give the sources to the pipeline all at once; return what was found, by the cases' names."""
    place = Place.of(sandbox.endpoints.session(), sandbox.deployment, sandbox.folder, sandbox.running.check)
    found = run(
        place,
        CASES,
        made_sources(CASES, lambda done, name: None),
        on_result=lambda result: print("\n".join(report.lines(result))),
        on_look=lambda uploads, examined: None,
    )
    return {result.name: result for result in found}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_kind_of_source_becomes_what_is_expected(case: Case, results: dict[str, Result]) -> None:
    """Record, ladder, shape, orientation, times, color, sound and likeness are as the table says."""
    result = results[case.name]
    assert result.holds, "\n".join(report.lines(result))

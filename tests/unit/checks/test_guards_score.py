"""Which mutants count, how they are shown, and what a sample's score says."""

import ast

import pytest

from checks.guards.accepted import ACCEPTED
from checks.guards.differences import difference, excluded_by
from checks.guards.mutation import FoundMutant, Outcome, last_states, with_plain_properties
from checks.guards.score import Score, sample, scores
from checks.guards.semantic import Sources
from checks.guards.workspace import ROOT

_FUNCTION = """
def postpone(message, limit):
    logger.info("Postponed", seconds=3)
    if message.receives < limit and message.is_new:
        raise TooEarlyError("the file is empty: wait", seconds_left=limit)
    step = Transition(to="FAILED", detail="The job was cancelled", code="FAILED_JOB")
    for one, other in zip(message.names, message.parts, strict=True):
        return hide(one, other, seconds=limit + 1)
"""


def _mutant(before: str, after: str, *, name: str = "m", package: str = "domain") -> FoundMutant:
    assert _FUNCTION.count(before) == 1
    original, mutated = (ast.parse(text).body[0] for text in (_FUNCTION, _FUNCTION.replace(before, after)))
    return FoundMutant(
        name=name,
        package=package,
        function="media_pipeline.domain.queue.postpone",
        difference=difference(original, mutated),
    )


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('"Postponed"', '"XXPostponedXX"', "the log"),
        ("seconds=3", "seconds=4", "the log"),
        ("the file is empty: wait", "THE FILE IS EMPTY: WAIT", "the wording of an error"),
        ('"the file is empty: wait"', "None", "the wording of an error"),
        ("The job was cancelled", "the job was cancelled", "the wording of a sentence"),
        ("strict=True", "strict=False", "strict=True of zip"),
        (", strict=True", "", "strict=True of zip"),
    ],
)
def test_what_changes_words_alone_is_not_counted(before: str, after: str, reason: str) -> None:
    """Each exclusion is a rule for all functions, with its reason."""
    found = excluded_by(_mutant(before, after).difference)
    assert found is not None
    assert found.startswith(reason)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("seconds_left=limit", "seconds_left=None"),
        (", seconds_left=limit", ""),
        ("<", "<="),
        (" and ", " or "),
        ('code="FAILED_JOB"', 'code="XXFAILED_JOBXX"'),
        ('detail="The job was cancelled"', "detail=None"),
        ("limit + 1", "limit + 2"),
        ("hide(one, other", "hide(one"),
        ("zip(message.names", "zip(None"),
    ],
)
def test_what_changes_behavior_is_counted(before: str, after: str) -> None:
    """Codes, numbers, comparisons and arguments are what tests have to hold."""
    assert excluded_by(_mutant(before, after).difference) is None


@pytest.mark.parametrize(
    ("before", "after", "texts"),
    [
        ("limit + 1", "limit + 2", ("seconds=limit + 1", "seconds=limit + 2")),
        ("<", "<=", ("message.receives < limit", "message.receives <= limit")),
        (" and ", " or ", ("and message.is_new", "or message.is_new")),
    ],
)
def test_a_survivor_is_shown_with_what_is_around_it(before: str, after: str, texts: tuple[str, str]) -> None:
    """A number alone would not say where to look."""
    for text, shown in zip(texts, _mutant(before, after).difference.texts, strict=True):
        assert text in shown


def test_a_sample_is_the_same_for_a_seed() -> None:
    """A score can be repeated; another seed is another sample, and none is larger than all there is."""
    mutants = [_mutant("<", "<=", name=f"m{number:03}") for number in range(200)]
    names = [[one.name for one in sample(mutants, size=20, seed=seed)] for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert len(set(names[0])) == 20
    assert sample(mutants, size=None, seed=1) == sample(mutants, size=300, seed=1) == mutants


def test_a_package_is_scored_by_itself() -> None:
    """A mutant that no test reaches counts as one that survived."""
    mutants = [
        _mutant("<", "<=", name=f"{package}{number}", package=package)
        for package in ("domain", "services")
        for number in range(3)
    ]
    run = [one for one in mutants if one.name != "services2"]
    outcomes = {one.name: Outcome.KILLED for one in run}
    outcomes |= {"domain0": Outcome.SURVIVED, "services1": Outcome.UNTESTED}
    assert [(one.package, one.mutants, one.run, one.killed) for one in scores(mutants, run, outcomes)] == [
        ("domain", 3, 3, 2),
        ("services", 3, 2, 1),
        ("all", 6, 5, 3),
    ]


def test_the_interval_of_a_sample() -> None:
    """A known case of Wilson's interval; where all mutants were run there is nothing to guess."""
    low, high = Score(package="all", mutants=1000, run=100, killed=90).interval
    assert (round(low, 4), round(high, 4)) == (0.8256, 0.9448)
    assert Score(package="all", mutants=100, run=100, killed=90).interval == (0.9, 0.9)
    low, high = Score(package="all", mutants=1000, run=50, killed=50).interval
    assert low < 0.95
    assert high == 1.0


@pytest.mark.parametrize(("killed", "is_enough"), [(90, True), (89, False)])
def test_nine_of_ten_mutants_are_to_be_killed(killed: int, is_enough: bool) -> None:
    """Below, the command fails."""
    assert Score(package="all", mutants=500, run=100, killed=killed).is_enough is is_enough


def test_properties_can_be_mutated() -> None:
    """A property becomes a method and a call, for a mutation tester passes decorated functions over."""
    source = "class Door:\n    @property\n    def is_open(self):\n        return self.key == 1\n"
    plain = with_plain_properties(source)
    assert "@property" not in plain
    names: dict[str, type] = {}
    exec(plain, names)
    door = names["Door"]()
    door.key = 1
    assert door.is_open is True


def test_a_log_has_no_progress_that_was_written_over() -> None:
    """Of the lines that mutmut overwrites on a terminal, a log has the last state."""
    assert last_states("1 of 3\r2 of 3\r3 of 3\nfailed: m\r\n") == "3 of 3\nfailed: m\n"


def test_accepted_survivors_have_reasons() -> None:
    """A survivor that is accepted says why, is listed once, and its function is there."""
    assert all(len(one.reason.split()) >= 4 for one in ACCEPTED)
    assert len({(one.function, one.before, one.after) for one in ACCEPTED}) == len(ACCEPTED)
    sources = Sources(ROOT)
    assert [one.function for one in ACCEPTED if not sources.defines(one.function)] == []

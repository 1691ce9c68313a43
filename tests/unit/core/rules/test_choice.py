import pytest

from mdm_sync.core.model import Severity
from mdm_sync.core.rules import DEVICE_RULES, RULES, AnyRule, Choices, Mode, RuleChoice, choose
from mdm_sync.core.rules.choice import mode_of

FIRST, SECOND = DEVICE_RULES[:2]


def only(*choices: dict[str, RuleChoice]) -> AnyRule | None:
    chosen = choose([FIRST], *choices)
    return chosen[0] if chosen else None


def test_without_a_word_of_the_settings_rules_are_as_they_are() -> None:
    assert choose(DEVICE_RULES) == DEVICE_RULES
    assert choose(DEVICE_RULES, {}, {}) == DEVICE_RULES


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_any_rule_may_be_switched_off_and_no_other_goes_with_it(rule: AnyRule) -> None:
    off = {rule.id: RuleChoice(mode=Mode.OFF)}

    assert choose(DEVICE_RULES, off) == tuple(one for one in DEVICE_RULES if one != rule)


def test_an_observed_rule_stays_and_says_that_it_is() -> None:
    observed = only({FIRST.id: RuleChoice(mode=Mode.OBSERVE)})

    assert observed is not None
    assert observed.observed
    assert (observed.id, observed.severity, observed.check) == (FIRST.id, FIRST.severity, FIRST.check)


def test_a_severity_replaces_the_rule_s_own() -> None:
    assert choose([FIRST, SECOND], {FIRST.id: RuleChoice(severity=Severity.CRITICAL)})[0].severity is Severity.CRITICAL
    assert choose([FIRST, SECOND], {FIRST.id: RuleChoice(severity=Severity.CRITICAL)})[1] == SECOND


@pytest.mark.parametrize(
    ("for_all", "for_school", "observed"),
    [
        pytest.param(Mode.OFF, Mode.ON, False, id="off for all, on at this school"),
        pytest.param(Mode.OFF, Mode.OBSERVE, True, id="off for all, observed at this school"),
        pytest.param(Mode.ON, Mode.OFF, None, id="on for all, off at this school"),
        pytest.param(Mode.OBSERVE, None, True, id="observed for all, nothing said for this school"),
        pytest.param(None, Mode.OBSERVE, True, id="nothing said for all"),
        pytest.param(Mode.OFF, None, None, id="off for all, nothing said for this school"),
    ],
)
def test_what_is_said_for_a_school_counts_more(
    for_all: Mode | None,
    for_school: Mode | None,
    observed: bool | None,  # noqa: FBT001 - a table's column
) -> None:
    chosen = only({FIRST.id: RuleChoice(mode=for_all)}, {FIRST.id: RuleChoice(mode=for_school)})

    assert (chosen.observed if chosen else None) is observed


def test_mode_and_severity_are_taken_apart() -> None:
    chosen = only(
        {FIRST.id: RuleChoice(mode=Mode.OBSERVE, severity=Severity.INFO)},
        {FIRST.id: RuleChoice(severity=Severity.CRITICAL)},
    )

    assert chosen is not None
    assert (chosen.observed, chosen.severity) == (True, Severity.CRITICAL)


@pytest.mark.parametrize(
    ("choices", "mode"),
    [
        pytest.param((), Mode.ON, id="without any settings"),
        pytest.param(({}, {SECOND.id: RuleChoice(mode=Mode.OFF)}), Mode.ON, id="settings say nothing of this rule"),
        pytest.param(({FIRST.id: RuleChoice(severity=Severity.INFO)},), Mode.ON, id="they say its severity alone"),
        pytest.param(({FIRST.id: RuleChoice(mode=Mode.OBSERVE)}, {}), Mode.OBSERVE, id="the first says it"),
        pytest.param(
            ({FIRST.id: RuleChoice(mode=Mode.OBSERVE)}, {FIRST.id: RuleChoice(mode=Mode.OFF)}),
            Mode.OFF,
            id="the later says another one",
        ),
    ],
)
def test_a_rule_is_on_unless_settings_say_how_it_is_applied(choices: tuple[Choices, ...], mode: Mode) -> None:
    assert mode_of(FIRST.id, *choices) is mode


def test_the_words_of_the_settings_stay() -> None:
    assert [mode.value for mode in Mode] == ["on", "observe", "off"]

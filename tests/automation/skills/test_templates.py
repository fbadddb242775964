"""Templates of prompts: what they print, compute, and see of markets."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.automation.skills import (
    InputInvalid,
    SkillVersion,
    TemplateFailed,
    TemplateInvalid,
    check_input,
    render,
)
from playhead.automation.skills.define import check_definition
from playhead.automation.skills.templates.sandbox import understood
from playhead.base.time import Micros
from tests.automation.skills.stage import LOCAL, PRICES
from tests.automation.skills.timeline import Recorded

AT = Micros(1_800_000_000_000_000)


def printed(
    template: str,
    given: dict[str, Any] | None = None,
    *,
    schema: dict[str, Any] | None = None,
    recorded: Recorded | None = None,
    **more: Any,
) -> str:
    version = SkillVersion(prompt_template=template, model=LOCAL, input_schema=schema)
    checked = check_input(version, given or {})
    act = render(version, checked, timeline=recorded or Recorded(), at=AT, **more)  # type: ignore[arg-type]
    return asyncio.run(act).prompt


@pytest.mark.parametrize(
    ("template", "given_values", "wanted"),
    [
        ("Hi {{name}}, {{  name  }}", {"name": "Ada"}, "Hi Ada, Ada"),
        ("{{ a.b[1].c }}", {"a": {"b": [0, {"c": 7}]}}, "7"),
        ("{{ v }} {{ w }} {{ x }}!", {"v": True, "w": None, "x": 1.5}, "true  1.5!"),
        ("{{ v }}", {"v": {"a": [1, 0.5, None, False]}}, '{"a": [1, 0.5, null, false]}'),
        ("{{ v | json }}", {"v": 'say "é"'}, '"say \\"é\\""'),
        ("{{ 0.1 | plus: 0.2 }}", {}, "0.3"),
        ("{{ '0.55' | times: 100 }}", {}, "55.00"),
        ("{{ 7 | divided_by: 2 }} {{ 7 | divided_by: 2.0 }}", {}, "3 3.5"),
        ("{{ -7 | divided_by: 2 }} {{ -7 | modulo: 3 }}", {}, "-4 2"),
        ("{{ 2.5 | round }} {{ 2.345 | round: 2 }}", {}, "2 2.34"),
        ("{% if v > 0.54 and v == 0.55 %}yes{% endif %}", {"v": 0.55}, "yes"),
        (
            "{% for i in v %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}",
            {"v": [1, 2]},
            "1,2",
        ),
        ("{% for i in (1..3) %}{{ i }}{% endfor %}", {}, "123"),
        ("{% for i in v %}x{% else %}none{% endfor %}", {"v": []}, "none"),
        ("{% if nope %}a{% else %}b{% endif %}{{ nope | default: 'c' }}", {}, "bc"),
        (
            "{% assign n = v | size %}{{ n }}{% capture c %}[{{ n }}]{% endcapture %}{{ c }}",
            {"v": [1, 2]},
            "2[2]",
        ),
        (
            "{{ v | map: 'p' | join: '+' }}={{ v | map: 'p' | sum }}",
            {"v": [{"p": 1}, {"p": 2}]},
            "1+2=3",
        ),
        ("{{ v | where: 'k', 'a' | size }}", {"v": [{"k": "a"}, {"k": "b"}, 3]}, "1"),
        ("{{ v | sort | reverse | first }}", {"v": [2, 10, 1]}, "10"),
        ("{{ v | uniq | json }}", {"v": [1, 1.0, "1", True]}, '[1, "1", true]'),
        ("{{ v | upcase | slice: 0, 2 }}", {"v": "abc"}, "AB"),
        ("{{ v | truncate: 5 }}|{{ v | truncatewords: 1 }}", {"v": "one two"}, "on...|one..."),
        ("{{ v | split: ',' | last }}", {"v": "a,b"}, "b"),
        ("{{ v | url_encode }} {{ v | escape }}", {"v": "a&b <"}, "a%26b%20%3C a&amp;b &lt;"),
        (
            "{{ now }} {{ now | date: '%d.%m.%Y %H:%M' }}",
            {},
            "2027-01-15T08:00:00.000000Z 15.01.2027 08:00",
        ),
        ("{% raw %}{{ not read }}{% endraw %}{% comment %}x{% endcomment %}", {}, "{{ not read }}"),
        ("{% case v %}{% when 1 or 2 %}low{% else %}high{% endcase %}", {"v": 2}, "low"),
    ],
)
def test_a_template_prints(template: str, given_values: dict[str, Any], wanted: str) -> None:
    assert printed(template, given_values) == wanted


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("{}%|a '\"\\n-") | st.characters(exclude_categories=("Cs", "Cc"))))
def test_what_is_inserted_is_never_read_as_a_template(text: str) -> None:
    assert printed("<{{ v }}>", {"v": text}) == f"<{text}>"
    assert printed("{% assign w = v | append: v %}<{{ w }}>", {"v": text}) == f"<{text}{text}>"
    assert printed("{{ event.a }}!", event={"a": text}) == f"{text}!"


def test_event_and_trigger_are_given_to_every_template() -> None:
    template = "{{ event.ticker }} because {{ trigger.reason }}"
    told = printed(template, event={"ticker": "RAIN"}, trigger={"reason": "webhook"})

    assert told == "RAIN because webhook"


@pytest.mark.parametrize(
    ("template", "given_values", "path"),
    [
        ("Hello {{ name }}", {}, "input.name"),
        ("{{ a.b.c }}", {"a": {"b": {}}}, "input.a.b.c"),
        ("{{ a[3] }}", {"a": [1]}, "input.a[...]"),
        ("{% for i in items %}{{ i }}{% endfor %}!", {}, "input.items"),
        ("{{ event.x }}", {}, "event"),
        ("{{ v | upcase }} {{ v | append: w }}", {"v": "a"}, "input.w"),
    ],
)
def test_a_value_that_is_missing_is_refused_with_its_path(
    template: str, given_values: dict[str, Any], path: str
) -> None:
    with pytest.raises(InputInvalid) as caught:
        printed(template, given_values)

    assert caught.value.field == path


def test_what_the_schema_lets_be_left_out_prints_as_nothing() -> None:
    schema = {"properties": {"a": {}, "b": {"default": "x"}}}

    assert printed("[{{ a }}]{{ b }}{% if a %}!{% endif %}", schema=schema) == "[]x"


def test_names_are_told_apart_by_whether_they_must_be_given() -> None:
    template = "{{ a }}{{ b | default: 1 }}{% if c %}{{ d }}{% endif %}{% assign e = f %}{{ e }}"

    found = understood(template)

    assert set(found.names) == {"a", "b", "c", "d", "f"}
    assert found.needed == ("a",)


def test_a_name_that_the_schema_lacks_is_refused_when_saved() -> None:
    def check(schema: dict[str, Any]) -> None:
        definition = SkillVersion(
            prompt_template="{{ a }} {{ event.x }} {{ now }}", model=LOCAL, input_schema=schema
        )
        check_definition(definition, PRICES)

    fine: tuple[dict[str, Any], ...] = (
        {"properties": {"a": {}}},
        {"required": ["a"]},
        {"allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {"properties": {"a": {}}}}},
        {"additionalProperties": {"type": "string"}},
    )
    for schema in fine:
        check(schema)
    with pytest.raises(TemplateInvalid, match="a is not in input_schema"):
        check({"properties": {"b": {}}})


def test_a_book_has_exact_prices() -> None:
    template = (
        "{% book ticker as b %}{{ b.best_yes_bid }} {{ b.best_yes_ask }} {{ b.spread }} {{ b.mid }}"
        "{% if b.best_yes_bid > 0.54 %} high{% endif %} {{ b.yes | json }}"
    )
    told = printed(template, {"ticker": "RAIN"})

    levels = '[{"price": "0.5500", "size": "10.00"}, {"price": "0.5400", "size": "2.50"}]'
    assert told == f"0.5500 0.5600 0.0100 0.5550 high {levels}"


def test_a_book_is_looked_at_as_of_the_instant_and_no_deeper_than_asked() -> None:
    recorded = Recorded()
    told = printed("{% book 'RAIN', depth: 1 as b %}{{ b.yes | size }}", recorded=recorded)

    assert (told, recorded.asked) == ("1", [("book", "RAIN", AT)])


@pytest.mark.parametrize(("ticker", "cause"), [("GAP", "gap"), ("SNOW", "market_not_recorded")])
def test_a_book_that_is_not_known_says_why_and_guesses_nothing(ticker: str, cause: str) -> None:
    template = "{% book t as b %}{{ b.known }} {{ b.cause }} [{{ b.best_yes_bid }}{{ b.yes }}]"

    assert printed(template, {"t": ticker}) == f"false {cause} []"


def test_trades_and_candles_are_those_up_to_the_instant() -> None:
    recorded = Recorded()
    template = (
        "{% trades 'RAIN', most: 3 as t %}{{ t[0].yes_price }} x {{ t[0].size }};"
        '{% candles "RAIN", interval: "5m", most: 60 as c %}{{ c[0].close }} {{ c[0].volume }}'
    )
    told = printed(template, recorded=recorded)

    assert told == "0.45505 x 2.50;0.5500 12.34"
    assert recorded.asked == [("trades", "RAIN", AT, 3), ("candles", "RAIN", AT, "5m", 60)]


@pytest.mark.parametrize(
    "template",
    [
        "{% trades 'SNOW' as t %}",
        "{% trades 'RAIN', most: 501 as t %}",
        "{% trades 'RAIN', most: 1.5 as t %}",
        "{% candles 'RAIN', interval: '2m' as c %}",
        "{% book '' as b %}",
        "{% for i in (1..21) %}{% book 'RAIN' as b %}{% endfor %}",
        "{{ 1 | divided_by: 0 }}",
        "{{ 'a' | plus: 1 }}",
        "{{ 'soon' | date: '%Y' }}",
        "   ",
    ],
)
def test_what_cannot_be_rendered_fails(template: str) -> None:
    with pytest.raises(TemplateFailed):
        printed(template)


def test_without_a_recorded_past_markets_cannot_be_looked_at() -> None:
    version = SkillVersion(prompt_template="{% book 'RAIN' as b %}{{ b.known }}")
    with pytest.raises(TemplateFailed, match="no recorded market data"):
        asyncio.run(render(version, {}, timeline=None, at=AT))


def test_a_system_prompt_is_rendered_beside_the_prompt() -> None:
    version = SkillVersion(prompt_template="Do {{ what }}", system_template="Be {{ how }}.")
    told = asyncio.run(render(version, {"what": "it", "how": "brief"}, timeline=None, at=AT))

    assert (told.prompt, told.system) == ("Do it", "Be brief.")
    assert version.completion(told).messages[0].text == "Do it"


@pytest.mark.parametrize("field", ["prompt_template", "system_template"])
def test_a_name_that_no_input_has_is_told_with_the_template_that_uses_it(field: str) -> None:
    texts = {"prompt_template": "Say hello.", field: "Say {{ nobody }} hello."}
    definition = SkillVersion(model=LOCAL, input_schema={"properties": {}}, **texts)  # type: ignore[arg-type]

    with pytest.raises(TemplateInvalid, match="nobody is not in input_schema") as refused:
        check_definition(definition, PRICES)

    assert refused.value.field == field

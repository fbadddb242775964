"""Templates that reach for more than they may have: refused, and soon."""

import time

import pytest

from playhead.automation.skills import InputInvalid, TemplateFailed, TemplateInvalid
from tests.automation.skills.test_templates import printed

SOON_SECONDS = 4.0
LONG = {"x": "a" * 100_000, "d": {"a": 1}}


def check(template: str, *kinds: type[Exception]) -> None:
    started = time.monotonic()
    with pytest.raises(kinds):
        printed(template, LONG)
    assert time.monotonic() - started < SOON_SECONDS


@pytest.mark.parametrize(
    "template",
    [
        "{{ x.__class__ }}",
        "{{ x['__class__'] }}",
        "{{ d.__class__.__mro__ }}",
        "{{ d.items }}",
        "{{ ''.__class__ }}",
        "{{ forloop.__init__.__globals__ }}",
        "{% for i in (1..2) %}{{ forloop.__init__.__globals__ }}{% endfor %}",
        "{% for i in (1..2) %}{{ forloop.it }}{% endfor %}",
        "{{ today }}",
        "{% cycle 1, 2 %}{{ cycles }}",
    ],
)
def test_no_value_has_python_behind_it(template: str) -> None:
    check(template, InputInvalid, TemplateInvalid)


def test_filters_look_at_keys_only() -> None:
    assert printed("{{ d | map: '__class__' | json }}", LONG) == "[null]"
    assert printed("{{ d | where: '__class__' | size }}!", LONG) == "0!"


@pytest.mark.parametrize(
    "tag",
    [
        "{% include 'a' %}",
        "{% render 'a' %}",
        "{% extends 'a' %}",
        "{% layout 'a' %}",
        "{% block a %}{% endblock %}",
        "{% macro a %}{% endmacro %}",
        "{% liquid assign a = 1 %}",
        "{% tablerow i in (1..3) %}{% endtablerow %}",
        "{% increment a %}",
        "{% echo x %}",
        "{{ x | safe }}",
        "{{ x | strip_html }}",
        "{{ x if y else z }}",
    ],
)
def test_what_the_language_does_not_have_is_refused(tag: str) -> None:
    check(tag, TemplateInvalid)


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in (1..1000000000) %}a{% endfor %}",
        "{% for i in (1..1000000000) reversed %}a{% endfor %}",
        "{% for i in (1..1000000000) offset: 999999990 %}a{% endfor %}",
        "{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}",
        "{% for i in (1..9999) %}" + "{% if 1 == 2 %}{% endif %}" * 900 + "{% endfor %}",
        "{% for i in (1..9999) %}{{ x }}{% endfor %}",
        "{% for i in (1..9999) %}{% assign y = x | upcase | downcase %}{% endfor %}",
        "{% capture c %}{% for i in (1..99) %}{{ x }}{% endfor %}{% endcapture %}",
        "{% assign a = x %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}",
        "{% assign a = 3 %}{% for i in (1..99) %}{% assign a = a | times: a %}{% endfor %}",
        "{% assign a = x | split: 'b' %}{% for i in (1..99) %}{% assign a = a | concat: a %}"
        "{% endfor %}",
        "{{ x | replace: 'a', x }}",
        "{{ x | replace: '', x }}",
        "{{ x | split: '' }}",
        "{{ (1..1000000000) | join }}",
        "{{ (1..1000000000) | json }}",
        "{{ (1..1000000000) | reverse }}",
        "{{ 1 | round: 999999999 }}",
        "{{ 'a' | slice: 0, 1000000000001 }}",
        "{{ now | date: '%999999999d' }}",
        "{{ now | date: '%s' }}",
    ],
)
def test_what_would_take_for_ever_or_all_memory_ends(template: str) -> None:
    check(template, TemplateFailed)


@pytest.mark.parametrize(
    "template",
    [
        "{% if x %}" * 30,
        "{% for i in x %}" * 21 + "{% endfor %}" * 21,
        "{{ " + "a[" * 1_500 + "1" + "]" * 1_500 + " }}",
        "{% if " + "a and " * 600 + "a %}{% endif %}",
        "{% raw %}" * 7_000,
        "{{ " + "(" * 1_990 + "1..2) }}",
        "{{ " + "(" * 20_000 + "1..2) }}",
        "{{ " + "'" * 20_001 + " }}",
        "{{ " + "9" * 60_000 + " }}",
        "{{ a" * 10_000,
        "{%" * 30_000,
        "{%- if" + " " * 60_000,
        "{% if" + (" " * 99 + "x") * 600,
        "{% " + "a" * 60_000,
        "{% " + "a" * 32 + " " * 100 + "b" * 60_000,
        "{% raw %}{{{% endraw %}{% if }}" + " " * 60_000 + "%}",
        ("{% else" + " " * 119 + "%}") * 480,
        "{{" + " " * 119 + "b" * 60_000,
        "{% comment %}" * 4_000,
        "{{ 'a' | " + " | ".join(["upcase"] * 7_000) + " }}",
        "x" * 65_537,
    ],
    ids=lambda text: f"{text[:12]!r} {len(text)}",
)
def test_what_would_take_for_ever_to_read_is_refused(template: str) -> None:
    check(template, TemplateInvalid)


@pytest.mark.parametrize(
    "use", ["{{ l }}", "{{ l | json }}", "{{ l | uniq | size }}", "{{ l | sort }}"]
)
def test_a_list_does_not_hold_one_large_value_thousands_of_times(use: str) -> None:
    """It costs no memory until it is printed, and then all there is."""
    doubled = "{% assign l = l | concat: l %}" * 13
    started = time.monotonic()
    with pytest.raises(TemplateFailed, match="too much"):
        printed("{% assign l = x | compact %}" + doubled + use, {"x": [list(range(15_000))]})
    assert time.monotonic() - started < SOON_SECONDS

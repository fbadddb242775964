"""The OpenAPI document as one page: no script, nothing fetched from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-top: 1px solid #ccc; padding-top: 1rem }
code { font-size: .95em } table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
tr + tr td { border-top: 1px solid #eee }
"""


def docs_page(document: Mapping[str, Any]) -> str:
    """Return the page that shows an OpenAPI ``document``."""
    return "".join(_page(document))


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    yield f"<style>{_STYLE}</style><h1>{title}</h1><p>{escape(info.get('description', ''))}</p>"
    yield '<p>For programs: <a href="/openapi.json">/openapi.json</a></p>'
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield from _operation(f"{method.upper()} {path}", operation)


def _operation(title: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{escape(title)}</code></h2><p>{escape(operation.get('description', ''))}</p>"
    if operation.get("parameters"):
        yield "<table><tr><th>parameter</th><th>meaning</th></tr>"
        yield from (_parameter(each) for each in operation["parameters"])
        yield "</table>"
    yield "<table><tr><th>status</th><th>answer</th></tr>"
    for status, response in operation["responses"].items():
        yield f"<tr><td>{escape(status)}</td><td>{_response(response)}</td></tr>"
    yield "</table>"


def _parameter(parameter: Mapping[str, Any]) -> str:
    need = " (required)" if parameter.get("required") else ""
    text = escape(parameter.get("description") or parameter["schema"].get("description") or "")
    name = escape(parameter["name"])
    return f"<tr><td><code>{name}</code>{need}</td><td>{text}</td></tr>"


def _response(response: Mapping[str, Any]) -> str:
    examples = response.get("content", {}).get("application/json", {}).get("examples", {})
    codes = [
        f"<br><code>{escape(code)}</code> {escape(example['summary'])}"
        for code, example in examples.items()
    ]
    return escape(response["description"]) + "".join(codes)

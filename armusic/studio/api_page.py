"""The API as a plain page, from its OpenAPI document: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any


def page(document: Mapping[str, Any]) -> str:
    """Return an OpenAPI document as HTML.

    Examples
    --------
    >>> "<title>t</title>" in page({"info": {"title": "t"}, "paths": {}})
    True
    """
    calls = [
        f"<tr><td><code>{method.upper()} {escape(path)}</code><td>{escape(call.get('description', ''))}"
        f"<td>{_names(call.get('requestBody', {}))}<td>{_names(_good(call['responses']))}"
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    ]
    shapes = [
        f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{escape(shape.get("description", ""))}</p><table>'
        + "".join(
            f"<tr><td><code>{escape(field)}</code><td>{_type(one)}<td>{escape(one.get('description', ''))}"
            for field, one in shape.get("properties", {}).items()
        )
        + "</table>"
        for name, shape in document.get("components", {}).get("schemas", {}).items()
    ]
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
        '<p>The same as a document: <a href="/openapi.json">openapi.json</a>.</p>'
        f"<table><tr><th>call<th>what it does<th>takes<th>gives{''.join(calls)}</table>{''.join(shapes)}</html>"
    )


def _good(responses: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((one for status, one in responses.items() if status.startswith("2")), {})


def _names(content: Mapping[str, Any]) -> str:
    return ", ".join(_type(one.get("schema", {})) or escape(kind) for kind, one in content.get("content", {}).items())


def _type(schema: Mapping[str, Any]) -> str:
    """Return a schema in words; what has a name of its own is a link to it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    inner = schema.get("items") or schema.get("additionalProperties")
    of = f" of {_type(inner)}" if isinstance(inner, Mapping) and inner else ""
    return escape(str(schema.get("type", ""))) + of

"""The API reference as a plain HTML page, from the OpenAPI document; without scripts or external resources."""

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
        f"<td>{_names(call.get('requestBody', {}))}<td>{_names(_success(call['responses']))}"
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    ]
    shapes = [
        f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{escape(shape.get("description", ""))}</p><table>'
        + "".join(
            f"<tr><td><code>{escape(field)}</code><td>{_type(schema)}<td>{escape(schema.get('description', ''))}"
            for field, schema in shape.get("properties", {}).items()
        )
        + "</table>"
        for name, shape in document.get("components", {}).get("schemas", {}).items()
    ]
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
        '<p>Machine-readable: <a href="/openapi.json">openapi.json</a>.</p>'
        f"<table><tr><th>request<th>description<th>body<th>response{''.join(calls)}</table>{''.join(shapes)}</html>"
    )


def _success(responses: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((response for status, response in responses.items() if status.startswith("2")), {})


def _names(content: Mapping[str, Any]) -> str:
    bodies = content.get("content", {}).items()
    return ", ".join(_type(body.get("schema", {})) or escape(media_type) for media_type, body in bodies)


def _type(schema: Mapping[str, Any]) -> str:
    """Return a schema in words; a named schema is a link."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(option) for option in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    inner = schema.get("items") or schema.get("additionalProperties")
    of = f" of {_type(inner)}" if isinstance(inner, Mapping) and inner else ""
    return escape(str(schema.get("type", ""))) + of

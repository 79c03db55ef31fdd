"""Requests that the OpenAPI document allows, and those it does not, are answered as it says."""

from typing import Any

import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .conftest import APP, ORIGIN

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

schema = schemathesis.openapi.from_dict(APP.app.openapi())  # type: ignore[attr-defined]


@schema.parametrize()
@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_request(case: Any, client: TestClient, reel: dict[str, Any]) -> None:
    ident = case.path_parameters.get("ident")
    if ident and ord(ident[0]) % 2 and case.method != "DELETE":  # else there is no such session
        case.path_parameters["ident"] = reel["id"]
    request = case.as_transport_kwargs(base_url=ORIGIN)
    request.pop("cookies", None)  # there are none
    if isinstance(request.get("data"), bytes):  # httpx has another name for it
        request["content"] = request.pop("data")
    case.validate_response(Response.from_any(client.request(**request)), checks=CHECKS)

"""What this server says of its SCIM: what it can, which resources there are, what they hold."""

from typing import Any

from cadre.trust.federation.scim.filters import ENTERPRISE
from cadre.trust.federation.scim.resources import GROUP, MOST_RESULTS, USER

_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

Body = dict[str, Any]


def service_provider_config(base: str) -> Body:
    return {
        "schemas": [_CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_RESULTS},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "API key",
                "description": "A key with the permission members:write, sent as a bearer token.",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base}/ServiceProviderConfig",
        },
    }


def resource_types(base: str) -> list[Body]:
    extension = {"schema": ENTERPRISE, "required": False}
    return [_type(base, "User", USER, [extension]), _type(base, "Group", GROUP, [])]


def schemas(base: str) -> list[Body]:
    return [
        _schema(base, USER, "User", _USER),
        _schema(base, GROUP, "Group", _GROUP),
        _schema(base, ENTERPRISE, "EnterpriseUser", _ENTERPRISE),
    ]


def _type(base: str, name: str, schema: str, extensions: list[Body]) -> Body:
    return {
        "schemas": [_TYPE],
        "id": name,
        "name": name,
        "endpoint": f"/{name}s",
        "schema": schema,
        "schemaExtensions": extensions,
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
    }


def _schema(base: str, urn: str, name: str, attributes: list[Body]) -> Body:
    return {
        "schemas": [_SCHEMA],
        "id": urn,
        "name": name,
        "description": name,
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
    }


def _attribute(name: str, kind: str = "string", **more: Any) -> Body:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": name,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        **more,
    }


def _texts(*names: str) -> list[Body]:
    return [_attribute(name) for name in names]


def _many(name: str, *parts: Body) -> Body:
    return _attribute(name, "complex", multiValued=True, subAttributes=list(parts))


_VALUES = (*_texts("value", "display", "type"), _attribute("primary", "boolean"))
_NAME = _texts(
    "formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"
)
_USER = [
    _attribute("userName", required=True, uniqueness="server"),
    _attribute("externalId", caseExact=True),
    _attribute("name", "complex", subAttributes=_NAME),
    *_texts("displayName", "nickName", "profileUrl", "title", "userType"),
    *_texts("preferredLanguage", "locale", "timezone"),
    _attribute("active", "boolean"),
    _many("emails", *_VALUES),
    _many("phoneNumbers", *_VALUES),
]
_GROUP = [
    _attribute("displayName", required=True, uniqueness="server"),
    _attribute("externalId", caseExact=True),
    _many(
        "members",
        _attribute("value", caseExact=True, mutability="immutable"),
        _attribute("display", mutability="readOnly"),
        _attribute("type", mutability="immutable"),
        _attribute("$ref", "reference", referenceTypes=["User"], mutability="immutable"),
    ),
]
_ENTERPRISE = [
    *_texts("employeeNumber", "costCenter", "organization", "division", "department"),
    _attribute("manager", "complex", subAttributes=_texts("value", "$ref", "displayName")),
]

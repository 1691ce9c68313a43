"""Tokens and who one is: ``/v1/oauth/token``, ``/v1/auth``."""

from base64 import b64decode
from typing import Final

from mdm_sync.demo.jamf.answers import Answer, as_json
from mdm_sync.demo.jamf.gate import Call, Endpoint, Jamf, forbidden, unauthorized
from mdm_sync.demo.jamf.moments import at, fine
from mdm_sync.demo.jamf.privileges import ALL, READ_API_ROLES

_USER: Final = "JSS"


async def client_token(call: Call) -> Answer:
    """Give a token for client id and secret (RFC 6749, section 4.4); 400 ``invalid_client`` otherwise."""
    form = await call.request.post()
    jamf = call.jamf
    name = str(form.get("client_id", ""))
    client = jamf.settings.clients.get(name)
    if form.get("grant_type") != "client_credentials":
        return _refused("unsupported_grant_type", "grant_type must be client_credentials")
    if client is None or form.get("client_secret") != client.secret:
        return _refused("invalid_client", "Invalid client credentials")
    life = _life(jamf, jamf.settings.token_life)
    token = _give(jamf, name, "CLIENT_CREDENTIALS", life)
    return as_json({"access_token": token, "scope": "api-role:1", "token_type": "Bearer", "expires_in": life})


async def user_token(call: Call) -> Answer:
    """Give a token for name and password (Basic); 401 otherwise."""
    jamf = call.jamf
    try:
        name, password = _basic(call.request.headers.get("Authorization", ""))
    except ValueError:
        raise unauthorized() from None
    user = jamf.settings.users.get(name)
    if user is None or user.secret != password:
        raise unauthorized()
    return _user_token(jamf, name)


async def keep_alive(call: Call) -> Answer:
    """Exchange a user's token for a fresh one; API clients have no such right (403)."""
    if call.who.grant.kind != _USER:
        raise forbidden()
    call.jamf.tokens.withdraw(call.who.token)
    return _user_token(call.jamf, call.who.grant.name)


async def invalidate(call: Call) -> Answer:
    """Make the caller's token worthless."""
    call.jamf.tokens.withdraw(call.who.token)
    return Answer(status=204)


async def privileges(_: Call) -> Answer:
    """Return the names of all privileges."""
    return as_json({"privileges": list(ALL)}, rows=len(ALL))


async def who_am_i(call: Call) -> Answer:
    """Return account, sites and privileges of the caller."""
    who = call.who
    sites = [{"id": str(key), "name": name} for key, name in call.jamf.views.sites(call.who.sites)]
    home = sites[0]["id"] if who.sites is not None and sites else "-1"
    privileges = sorted(who.privileges)
    places = [site["id"] for site in sites] if who.sites is not None else ["-1"]
    account = {
        "id": "1",
        "username": who.grant.name,
        "realName": None,
        "email": None,
        "preferences": {"language": "de", "dateFormat": "dd/MM/yyyy", "timezone": "Europe/Berlin"},
        "multiSiteAdmin": who.sites is None or len(who.sites) > 1,
        "accessLevel": "FullAccess" if who.sites is None else "SiteAccess",
        "privilegeSet": "CUSTOM",
        "privileges": privileges,
        "privilegesBySite": dict.fromkeys(places, privileges),
        "groupIds": [],
        "currentSiteId": home,
    }
    return as_json(
        {
            "account": account,
            "accountGroups": [],
            "sites": sites,
            "authenticationType": who.grant.kind,
        }
    )


async def version(call: Call) -> Answer:
    """Return the version of the server."""
    return as_json({"version": call.jamf.settings.version})


def _basic(header: str) -> tuple[str, str]:
    """Read name and password (RFC 7617). Raises ValueError where the header holds none."""
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        raise ValueError(scheme)
    name, _, password = b64decode(packed, validate=True).decode().partition(":")
    return name, password


def _user_token(jamf: Jamf, name: str) -> Answer:
    life = _life(jamf, jamf.settings.user_token_life)
    expires = fine(at(jamf.settings.clock() + life))
    return as_json({"token": _give(jamf, name, _USER, life), "expires": expires})


def _life(jamf: Jamf, usual: int) -> int:
    faults = jamf.settings.faults
    return faults.number("short-token", 30) if faults.on("short-token") else usual


def _give(jamf: Jamf, name: str, kind: str, life: int) -> str:
    jamf.settings.counters.tokens += 1
    return jamf.tokens.give(name, kind, now=jamf.settings.clock(), life=life)


def _refused(error: str, description: str) -> Answer:
    return as_json({"error": error, "error_description": description, "error_uri": None}, status=400)


ENDPOINTS = (
    Endpoint(method="POST", path="/api/v1/oauth/token", handler=client_token, token=False, since=(11, 23)),
    Endpoint(method="POST", path="/api/oauth/token", handler=client_token, token=False),
    Endpoint(method="POST", path="/api/v1/auth/token", handler=user_token, token=False),
    Endpoint(method="POST", path="/api/v1/auth/keep-alive", handler=keep_alive),
    Endpoint(method="POST", path="/api/v1/auth/invalidate-token", handler=invalidate),
    Endpoint(method="GET", path="/api/v1/auth", handler=who_am_i),
    Endpoint(
        method="GET",
        path="/api/v1/api-role-privileges",
        handler=privileges,
        privileges=frozenset({READ_API_ROLES}),
    ),
    Endpoint(method="GET", path="/api/v1/jamf-pro-version", handler=version),
)

"""Read mobile devices with another project's client and print, as JSON, how many distinct ids came.

Usage: JAMF_CLIENT_SECRET=… read_all.py BASE_URL CLIENT_ID PEER [MOST]

Runs in a virtual environment of its own that holds the client; ``environments`` makes one. ``REQUESTS_CA_BUNDLE`` names
the certificates to trust. MOST is for a client that asks for each device by itself.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from urllib.parse import urlsplit

PAGE = 1000
SECTIONS = ["GENERAL", "HARDWARE", "USER_AND_LOCATION", "PURCHASING", "SECURITY", "EXTENSION_ATTRIBUTES"]
"""What our connector asks for, less GROUPS, which not all clients know. Named none, a server sends GENERAL alone."""


def by_sdk(base: str, client: str, secret: str) -> Iterator[str]:
    """Yield the ids as jamf-pro-sdk reads them."""
    sdk = import_module("jamf_pro_sdk")
    address = urlsplit(base)
    jamf = sdk.JamfProClient(
        server=address.hostname,
        port=address.port,
        credentials=sdk.ApiClientCredentialsProvider(client, secret),
        session_config=sdk.SessionConfig(scheme=address.scheme, max_concurrency=5),
    )
    for device in jamf.pro_api.get_mobile_device_inventory_v2(sections=SECTIONS, page_size=PAGE):
        yield device.mobileDeviceId


def by_wrapper(base: str, client: str, secret: str) -> Iterator[str]:
    """Yield the ids as jps-api-wrapper reads them."""
    with import_module("jps_api_wrapper.pro").Pro(base, client, secret, client=True) as jamf:
        page = 0
        while rows := jamf.get_mobile_devices_detail(section=SECTIONS, page=page, page_size=PAGE)["results"]:
            yield from (row["mobileDeviceId"] for row in rows)
            page += 1


def by_cartography(base: str, client: str, secret: str) -> Iterator[str]:
    """Yield the ids as cartography's ``get`` reads them; it knows user accounts only, so the token is fetched here."""
    requests, devices = import_module("requests"), import_module("cartography.intel.jamf.mobile_devices")
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    with requests.Session() as session:
        answer = session.post(f"{base}/api/v1/oauth/token", data=form, timeout=60)
        answer.raise_for_status()
        session.headers.update(
            {"Accept": "application/json", "Authorization": f"Bearer {answer.json()['access_token']}"}
        )
        yield from (row["mobileDeviceId"] for row in devices.get(session, base))


def by_python_jamf(base: str, client: str, secret: str) -> Iterator[str]:
    """Yield the ids as python-jamf reads them: the list, and then each device by itself."""
    server = import_module("python_jamf").Server(hostname=base, username=client, password=secret, client=True)
    for record in server.records.MobileDevices():
        yield record.data["general"]["id"]


PEERS: dict[str, Callable[[str, str, str], Iterator[str]]] = {
    "jamf-pro-sdk": by_sdk,
    "jps-api-wrapper": by_wrapper,
    "cartography": by_cartography,
    "python-jamf": by_python_jamf,
}


def main() -> None:
    """Print distinct ids, rows and seconds."""
    base, client, peer, *most = sys.argv[1:]
    secret = os.environ["JAMF_CLIENT_SECRET"]
    start = time.monotonic()
    ids = list(islice(PEERS[peer](base, client, secret), int(most[0]) if most else None))
    told = {"devices": len(set(ids)), "rows": len(ids), "seconds": time.monotonic() - start}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

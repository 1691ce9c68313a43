"""Read all mobile devices with another project's client and print how many distinct ids came.

Usage: JAMF_CLIENT_SECRET=… read_all.py BASE_URL CLIENT_ID {jamf-pro-sdk,jps-api-wrapper}

Runs in a virtual environment of its own that holds the client; ``compare.py`` makes one. ``REQUESTS_CA_BUNDLE`` names
the certificates to trust.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from urllib.parse import urlsplit

PAGE = 1000


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
    sections = ["GENERAL", "HARDWARE", "USER_AND_LOCATION", "SECURITY"]
    for device in jamf.pro_api.get_mobile_device_inventory_v2(sections=sections, page_size=PAGE):
        yield device.mobileDeviceId


def by_wrapper(base: str, client: str, secret: str) -> Iterator[str]:
    """Yield the ids as jps-api-wrapper reads them."""
    with import_module("jps_api_wrapper.pro").Pro(base, client, secret, client=True) as jamf:
        page = 0
        while rows := jamf.get_mobile_devices_detail(page=page, page_size=PAGE)["results"]:
            yield from (row["mobileDeviceId"] for row in rows)
            page += 1


PEERS: dict[str, Callable[[str, str, str], Iterator[str]]] = {"jamf-pro-sdk": by_sdk, "jps-api-wrapper": by_wrapper}


def main() -> None:
    """Print peer, distinct ids, rows and seconds."""
    base, client, peer = sys.argv[1:]
    secret = os.environ["JAMF_CLIENT_SECRET"]
    start = time.monotonic()
    ids = list(PEERS[peer](base, client, secret))
    sys.stdout.write(f"{peer}: {len(set(ids))} devices in {len(ids)} rows, {time.monotonic() - start:.1f} s\n")


if __name__ == "__main__":
    main()

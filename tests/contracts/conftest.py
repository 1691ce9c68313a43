from tests.far_side_fixtures import (
    background,
    demo_authority,
    demo_district,
    iserv,
    iserv_servers,
    jamf,
    mail_server,
    trust,
    upstream_server,
)

__all__ = [
    "background",
    "demo_authority",
    "demo_district",
    "iserv",
    "iserv_servers",
    "jamf",
    "mail_server",
    "trust",
    "upstream_server",
]

"""Names of the Jamf Pro privileges that the demo's endpoints ask for (Jamf Pro API, ``x-required-privileges``)."""

from typing import Final

READ_MOBILE_DEVICES: Final = "Read Mobile Devices"
UPDATE_MOBILE_DEVICES: Final = "Update Mobile Devices"
READ_COMPUTERS: Final = "Read Computers"
READ_SITES: Final = "Read Sites"
READ_BUILDINGS: Final = "Read Buildings"
READ_DEPARTMENTS: Final = "Read Departments"
READ_SMART_GROUPS: Final = "Read Smart Mobile Device Groups"
READ_STATIC_GROUPS: Final = "Read Static Mobile Device Groups"
READ_EXTENSION_ATTRIBUTES: Final = "Read Mobile Device Extension Attributes"
READ_API_ROLES: Final = "Read API Roles"
VIEW_COMMANDS: Final = "View MDM command information in Jamf Pro API"
SEND_COMMANDS: Final = "Send MDM command information in Jamf Pro API"
SEND_LOST_MODE: Final = "Send Mobile Device Lost Mode Command"
REMOTE_LOCK: Final = "Send Mobile Device Remote Lock Command"
REMOTE_WIPE: Final = "Send Mobile Device Remote Wipe Command"

READING: Final = frozenset(
    {
        READ_MOBILE_DEVICES,
        READ_COMPUTERS,
        READ_SITES,
        READ_BUILDINGS,
        READ_DEPARTMENTS,
        READ_SMART_GROUPS,
        READ_STATIC_GROUPS,
        READ_EXTENSION_ATTRIBUTES,
        "Read User",
        VIEW_COMMANDS,
    }
)
"""What a client that only reads needs: the inventory, and which commands wait."""

LOCKING: Final = frozenset({READ_MOBILE_DEVICES, VIEW_COMMANDS, SEND_COMMANDS, SEND_LOST_MODE})
"""What a client that switches Lost Mode needs."""

ALL: Final = tuple(
    sorted(
        READING
        | LOCKING
        | {
            UPDATE_MOBILE_DEVICES,
            READ_API_ROLES,
            "Create Mobile Devices",
            "Delete Mobile Devices",
            "Read API Integrations",
            "Read LDAP Servers",
            "Read Webhooks",
            REMOTE_LOCK,
            REMOTE_WIPE,
            "Unmanage Mobile Devices",
            "Update Computers",
            "Update Sites",
            "Update Static Mobile Device Groups",
            "View Activation Lock Bypass Code",
            "View Mobile Device Lost Mode Location",
        }
    )
)
"""What ``GET /v1/api-role-privileges`` lists; a real server names about 520."""

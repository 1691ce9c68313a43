"""The schema of the demo's directories: public definitions, and a model of the classes that IServ does not publish.

It stands alone, so that slapd needs no schema files of the system. Sources: RFC 4519, RFC 4524, RFC 2798,
draft-howard-rfc2307bis-02. The names ``uuid``, ``uuidObject``, ``memberOf`` and ``memberOfGroup`` are those that public
IServ integrations filter by; their definitions are ours, under a UUID-derived object identifier (ITU-T X.667).
``uid``, ``cn``, ``description``, ``uidNumber``, ``gidNumber`` and ``userPassword`` are built into slapd.
"""

_OWN = "2.25.241035496793549109037582835728585003843"
_TEXT = "1.3.6.1.4.1.1466.115.121.1.15"
_ASCII = "1.3.6.1.4.1.1466.115.121.1.26"
_NAME = "1.3.6.1.4.1.1466.115.121.1.12"
_OCTETS = "1.3.6.1.4.1.1466.115.121.1.40"

_STRICT = f"EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX {_TEXT}"
_LENIENT = f"EQUALITY octetStringMatch SYNTAX {_OCTETS}"


def schema(*, lenient: bool = False) -> str:
    """Return the definitions as slapd.conf lines.

    Args:
        lenient: names, mail and ``uuid`` may then hold any bytes, so that entries can break what their syntax promises.
    """
    text = _LENIENT if lenient else _STRICT
    attributes = (
        f"2.5.4.4 NAME ( 'sn' 'surname' ) {text}",
        f"2.5.4.42 NAME ( 'givenName' 'gn' ) {text}",
        f"0.9.2342.19200300.100.1.3 NAME ( 'mail' 'rfc822Mailbox' ) {text}",
        f"0.9.2342.19200300.100.1.25 NAME ( 'dc' 'domainComponent' ) EQUALITY caseIgnoreIA5Match SYNTAX {_ASCII}",
        f"2.5.4.10 NAME ( 'o' 'organizationName' ) {_STRICT}",
        f"2.5.4.11 NAME ( 'ou' 'organizationalUnitName' ) {_STRICT}",
        "2.5.4.31 NAME 'member' SUP distinguishedName",
        f"1.3.6.1.1.1.1.3 NAME 'homeDirectory' EQUALITY caseExactIA5Match SYNTAX {_ASCII} SINGLE-VALUE",
        f"1.3.6.1.1.1.1.12 NAME 'memberUid' EQUALITY caseExactMatch SYNTAX {_TEXT}",
        f"{_OWN}.1 NAME 'uuid' {text} SINGLE-VALUE",
        f"{_OWN}.2 NAME 'memberOf' EQUALITY distinguishedNameMatch SYNTAX {_NAME}",
    )
    lines = [f"attributetype ( {definition} )" for definition in attributes]
    return "\n".join([*lines, *(f"objectclass ( {definition} )" for definition in _CLASSES)])


_CLASSES = (
    "2.5.6.4 NAME 'organization' SUP top STRUCTURAL MUST o MAY description",
    "2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY description",
    "1.3.6.1.4.1.1466.344 NAME 'dcObject' SUP top AUXILIARY MUST dc",
    "2.5.6.11 NAME 'applicationProcess' SUP top STRUCTURAL MUST cn MAY description",
    "0.9.2342.19200300.100.4.19 NAME 'simpleSecurityObject' SUP top AUXILIARY MUST userPassword",
    "2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ description )",
    "2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ou",
    "2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( givenName $ mail $ uid )",
    "1.3.6.1.1.1.2.0 NAME 'posixAccount' SUP top AUXILIARY MUST ( cn $ uid $ uidNumber $ gidNumber $ homeDirectory )",
    "1.3.6.1.1.1.2.2 NAME 'posixGroup' SUP top AUXILIARY MUST gidNumber MAY ( memberUid $ description )",
    "1.3.6.1.1.1.2.18 NAME 'groupOfMembers' SUP top STRUCTURAL MUST cn MAY ( ou $ o $ description $ member )",
    f"{_OWN}.3 NAME 'uuidObject' SUP top AUXILIARY MAY uuid",
    f"{_OWN}.4 NAME 'memberOfGroup' SUP top AUXILIARY MAY memberOf",
)

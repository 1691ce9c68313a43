"""The form in which logins, addresses and domains are compared."""

from unicodedata import normalize

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def lookup_key(value: str) -> str:
    """The form in which two spellings of one name are equal.

    Composed (NFC), case folded, without outer white space, umlauts as IServ spells them in accounts: ``ae oe ue ss``.
    """
    return normalize("NFC", value).strip().casefold().translate(_UMLAUTS)

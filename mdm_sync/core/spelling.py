"""The forms in which logins, addresses, domains and names are compared."""

from unicodedata import category, normalize

_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i"})


def lookup_key(value: str) -> str:
    """The form in which two spellings of one login, address or name are equal.

    Case folded, without outer white space, umlauts as IServ spells them in accounts (``ae oe ue ss``), no other accents
    (``Zoé`` is ``zoe``). Letters of other alphabets stay. Taken twice it stays what it is.
    """
    if value.isascii():
        return value.lower().strip()
    spelt_out = normalize("NFKC", value).casefold().translate(_SPELT_OUT)
    return "".join(one for one in normalize("NFKD", spelt_out) if category(one) != "Mn").strip()


def name_key(value: str) -> str:
    """The same for a name of several words: one blank between them, a comma right behind its word."""
    return ", ".join(" ".join(part.split()) for part in lookup_key(value).split(","))


def without_suffix(name: str, suffix: str) -> str:
    """A name, as ``name_key`` gives it, without what a school appends to it ("Max Müller RSK").

    A suffix that begins with a letter or a figure is a word of its own: ``rsk`` is no part of ``Mursk``.
    """
    ending = name_key(suffix)
    return name.removesuffix(f" {ending}" if ending[:1].isalnum() else ending).rstrip()

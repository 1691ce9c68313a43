"""The Schulformen of North Rhine-Westphalia, by the keys that the state's open data uses."""

FORMS = {
    "02": "Grundschule",
    "04": "Hauptschule",
    "06": "Volksschule",
    "08": "Förderschule",
    "10": "Realschule",
    "13": "PRIMUS-Schule",
    "14": "Sekundarschule",
    "15": "Gesamtschule",
    "16": "Gemeinschaftsschule",
    "17": "Freie Waldorfschule",
    "18": "Hiberniaschule",
    "19": "Waldorf-Förderschule",
    "20": "Gymnasium",
    "25": "Weiterbildungskolleg",
    "30": "Berufskolleg",
    "83": "Schule für Kranke",
    "85": "Förderschule Realschule",
    "87": "Förderschule Gymnasium",
    "88": "Förderschule Berufskolleg",
}
"""Names of the forms by their keys (the ministry's Schulformschlüssel)."""

NO_SCHOOL = frozenset({"0A", "81"})
"""Keys under which the open data list what is no school: authorities, and places of learning outside schools."""


def form_name(key: str) -> str:
    """The name of a form; its key where the form is not known, "" where none is named."""
    return FORMS.get(key, key)

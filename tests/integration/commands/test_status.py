"""``mdm-sync status``: sources with their proofs, findings, outbox."""

from tests.integration.commands.district import Installation


def test_jamf_and_who_is_in_trouble_are_shown_and_the_others_counted(installation: Installation) -> None:
    out = installation.run("status").out
    assert "Jamf Pro: read" in out
    assert "IServ 190003: read" in out
    assert "The directory does not answer." in out
    assert "2 directories read, the oldest 2 hours ago." in out
    assert "IServ 190001" not in out


def test_every_source_where_all_are_wanted(installation: Installation) -> None:
    out = installation.run("status", "--all").out
    assert "IServ 190001: read" in out
    assert "6 of 6 group members found" in out


def test_the_proof_is_told_in_words(installation: Installation) -> None:
    out = " ".join(installation.run("status").out.split())
    assert "said 13, came 13, computers: said 1, came 1, 1 record unreadable, 1 page, 0 calls repeated" in out


def test_json_holds_every_proof(installation: Installation) -> None:
    sources = {one["name"]: one for one in installation.run("status", "--format", "json").document["sources"]}
    assert sources["jamf"]["proof"]["total_first"] == 13
    assert sources["iserv-190001"]["proof"]["users"] == 6
    assert {name: one["stale"] for name, one in sources.items()} == {
        "jamf": False,
        "iserv-190001": False,
        "iserv-190002": False,
        "iserv-190003": True,
    }


def test_in_german(installation: Installation) -> None:
    installation.speak("de")
    out = installation.run("status").out
    installation.speak("en")
    assert "2 Verzeichnisse gelesen, das älteste vor 2 Stunden." in out
    assert "zu alt für neue Schlüsse" in out

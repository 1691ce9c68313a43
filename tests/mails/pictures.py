"""Write the pictures of the mails into docs/mails: ``python -m tests.mails.pictures``."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mails.browser import PHONE, picture
from tests.mails.samples import KINDS, sample

FOLDER = Path(__file__).parents[2] / "docs" / "mails"


def main() -> None:
    """One picture of each kind, in German, as a phone shows it."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        for kind in KINDS:
            picture(Path(folder), sample(kind, "de").html, PHONE, FOLDER / f"{kind}.png")


if __name__ == "__main__":
    main()

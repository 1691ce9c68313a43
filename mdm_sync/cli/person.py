"""``mdm-sync person``: whom a reference stands for."""

from typing import Annotated

import typer

from mdm_sync.cli.audit import note
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console, plain
from mdm_sync.errors import SettingsError


def person(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help="The reference, such as P-0A1B2C3D4E5F6071.")],
) -> None:
    """Tell whom a reference stands for, to those who may read the store.

    Example:
      mdm-sync person P-0A1B2C3D4E5F6071
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        found = state.inquiry.person(ref)
    if found is None:
        raise SettingsError(f"There is no person {ref}; whoever left IServ is no longer kept.")
    note(installation, "person", found.ref)
    names = {school.number: school.name for school in installation.schools()}
    console().print(
        plain(f"{found.login} <{found.mail}>, {found.role}, {names.get(found.school, '')} ({found.school})")
    )

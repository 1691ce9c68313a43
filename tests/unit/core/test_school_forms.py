"""Schulformen by their keys."""

import pytest

from mdm_sync.core.school_forms import form_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("02", "Grundschule", id="a form of the state's list"),
        pytest.param("20", "Gymnasium", id="another one"),
        pytest.param("99", "99", id="a form that is not known is told by its key"),
        pytest.param("", "", id="none is named"),
    ],
)
def test_a_form_is_told_by_its_name(key: str, name: str) -> None:
    assert form_name(key) == name

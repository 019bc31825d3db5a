"""The world, built once for each test process."""

import pytest

from tests.matrix.world import Template, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Two clinics at rest, to be copied."""
    return make_template(tmp_path_factory.mktemp("matrix") / "template")

"""A healthy installation."""


def test_a_healthy_installation_is_silent(patient):
    assert "\n".join(map(str, patient.findings())) == ""

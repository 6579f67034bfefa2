from lib.tenancy.servers import direct_settings, server_settings

POOLER = {"HOST": "pooler", "PORT": 6432, "NAME": "terrace"}


def test_a_direct_address_leads_past_the_pooler():
    assert direct_settings({**POOLER, "DIRECT": "db:5433"}) | {"DIRECT": ""} == {
        "HOST": "db",
        "PORT": "5433",
        "NAME": "terrace",
        "DIRECT": "",
    }


def test_without_one_the_way_is_the_usual_one():
    for settings in (POOLER, {**POOLER, "DIRECT": ""}):
        assert direct_settings(settings) is settings


def test_another_server_has_not_the_direct_address_of_the_main_one(settings, monkeypatch):
    monkeypatch.setitem(server_settings("main"), "DIRECT", "db:5433")
    settings.TENANCY_SERVERS = {"second": {"HOST": "second"}}
    assert direct_settings(server_settings("main"))["HOST"] == "db"
    assert direct_settings(server_settings("second"))["HOST"] == "second"

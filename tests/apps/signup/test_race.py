"""Many people want one address at the same moment."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.companies.models import Company
from lib.tenancy.states import State
from lib.tenancy.testing import HostClient
from tests.apps.signup.conftest import DETAILS, stores_like

PEOPLE = 20


@pytest.mark.usefixtures("real_transactions")
def test_of_twenty_at_once_one_gets_it_and_the_others_their_form_back():
    # Databases belong to the whole server, where other processes test, too.
    wanted = f"initech{secrets.token_hex(4)}"
    all_are_here = threading.Barrier(PEOPLE)

    def send(number):
        try:
            client = HostClient(REMOTE_ADDR=f"192.0.2.{number}", raise_request_exception=False)
            person = {"email": f"p{number}@initech.example", "contact_name": f"Person {number}"}
            all_are_here.wait(20)
            return number, client.post("/signup/", DETAILS | person | {"subdomain": wanted})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PEOPLE) as executor:
        answers = list(executor.map(send, range(PEOPLE)))

    assert sorted(answer.status_code for _, answer in answers) == [302] + [422] * (PEOPLE - 1)
    for number, answer in answers:
        if answer.status_code == 422:
            page = answer.content.decode()
            assert f"{wanted} is taken. {wanted}-2 is free." in page
            assert f'value="Person {number}"' in page
            assert f'value="p{number}@initech.example"' in page
            assert DETAILS["password"] not in page
    company = Company.objects.using("master").get(subdomain=wanted)
    assert company.state == State.ACTIVE
    assert stores_like(wanted) == [company.schema_name]

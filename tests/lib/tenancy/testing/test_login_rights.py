"""A login that may make no database: the run ends with the SQL that mends it."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from lib.tenancy.administration import administer

ROOT = Path(__file__).resolve().parents[4]


def test_a_login_without_rights_is_told_which(django_db_setup):
    role, password = f"mouse_{secrets.token_hex(4)}", secrets.token_hex(8)
    with administer("main") as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        try:
            where = cursor.connection.info
            cursor.execute(f"GRANT CONNECT ON DATABASE {where.dbname} TO {role}")
            url = f"postgres://{role}:{quote(password)}@{where.host}:{where.port}/{where.dbname}"
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "tests/apps/www", "-p", "no:xdist"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": url},
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            cursor.execute(f"REVOKE CONNECT ON DATABASE {cursor.connection.info.dbname} FROM {role}")
            cursor.execute(f"DROP ROLE {role}")
    assert done.returncode == 1
    assert f'ALTER ROLE "{role}" CREATEDB' in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr

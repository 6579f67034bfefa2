"""The decisions that must be made beside the rows: who is next, and who may still say how a job ended.

Functions, because each of their statements sees what was committed a moment ago. One statement that waits
for a lock counts with the eyes it had before it waited: limits would be passed.
"""

from django.db import migrations

# Planned before there are rows, a function keeps the plan for an empty table: only indexes will do.
_BY_INDEX = "SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off"

_COUNT_FINISHED = """
CREATE FUNCTION commands_count_finished(of_batch uuid, how_many integer, of_them_failed integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    counted commands_batch;
BEGIN
    UPDATE commands_batch
    SET pending = pending - how_many, failed = failed + of_them_failed,
        finished_at = CASE WHEN pending = how_many THEN clock_timestamp() END
    WHERE id = of_batch AND pending >= how_many
    RETURNING * INTO counted;
    IF counted.pending = 0 THEN
        UPDATE commands_job SET state = 'ready' WHERE id = counted.callback AND state = 'waiting';
    END IF;
END $$
"""

_SETTLE = """
CREATE FUNCTION commands_settle(
    of_job uuid, of_attempt integer, of_worker uuid,
    outcome text, delay_seconds double precision, problem text, tail text, returned text
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    settled commands_job;
BEGIN
    -- The fence: who was taken for dead, and its job given to another, finds no row here.
    UPDATE commands_job SET
        state = CASE WHEN cancel_requested AND outcome IN ('ready', 'waiting', 'held')
                     THEN 'cancelled' ELSE outcome END,
        max_attempts = max_attempts + CASE WHEN outcome = 'held' THEN 1 ELSE 0 END,
        run_at = CASE WHEN outcome = 'waiting'
                      THEN clock_timestamp() + make_interval(secs => delay_seconds) ELSE run_at END,
        finished_at = CASE WHEN outcome IN ('done', 'dead', 'cancelled') OR cancel_requested
                           THEN clock_timestamp() END,
        worker = NULL, error = problem, log_tail = tail, result = returned
    WHERE id = of_job AND attempt = of_attempt AND worker = of_worker AND state = 'running'
    RETURNING * INTO settled;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF settled.batch IS NOT NULL AND settled.finished_at IS NOT NULL THEN
        PERFORM commands_count_finished(
            settled.batch, 1, CASE WHEN settled.state = 'done' THEN 0 ELSE 1 END);
    END IF;
    RETURN true;
END $$
"""

# One queue after the other and one tenant after the other, beginning behind the last one served. What is
# behind is found by one look into the index each, however many jobs a tenant has.
_CLAIM = f"""
CREATE FUNCTION commands_claim(
    by_worker uuid, served text[], last_queue text, last_tenant text, tenant_limit integer
) RETURNS commands_job LANGUAGE plpgsql {_BY_INDEX} AS $$
DECLARE
    first_queue integer := coalesce(array_position(served, last_queue), 1);
    in_queue text;
    of_tenant text;
    in_lane text;
    claimed commands_job;
BEGIN
    FOR turn IN 0 .. cardinality(served) LOOP
        in_queue := served[(first_queue - 1 + turn) % cardinality(served) + 1];
        of_tenant := CASE WHEN turn = 0 THEN last_tenant ELSE '' END;
        LOOP
            SELECT tenant INTO of_tenant FROM commands_job
            WHERE state = 'ready' AND queue = in_queue AND tenant > of_tenant ORDER BY tenant LIMIT 1;
            EXIT WHEN NOT FOUND;
            in_lane := commands_free_lane(in_queue, of_tenant, tenant_limit);
            CONTINUE WHEN in_lane IS NULL;
            UPDATE commands_job
            SET state = 'running', attempt = attempt + 1, worker = by_worker, started_at = clock_timestamp(),
                progress = 0, progress_total = 0, progress_text = ''
            WHERE id = (
                SELECT id FROM commands_job
                WHERE state = 'ready' AND queue = in_queue AND tenant = of_tenant AND lane = in_lane
                ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING * INTO claimed;
            IF FOUND THEN
                RETURN claimed;
            END IF;
        END LOOP;
    END LOOP;
    RETURN NULL;
END $$
"""

_FREE_LANE = f"""
CREATE FUNCTION commands_free_lane(in_queue text, of_tenant text, tenant_limit integer)
RETURNS text LANGUAGE plpgsql {_BY_INDEX} AS $$
DECLARE
    candidate record;
    in_lane text := '';
    best_lane text;
    best_priority integer;
    best_id uuid;
BEGIN
    -- The platform, which is `-`, is no tenant.
    IF tenant_limit > 0 AND of_tenant <> '-' AND NOT commands_has_room(of_tenant, NULL, tenant_limit) THEN
        RETURN NULL;
    END IF;
    LOOP
        SELECT lane, lane_limit, priority, id INTO candidate FROM commands_job
        WHERE state = 'ready' AND queue = in_queue AND tenant = of_tenant AND lane > in_lane
        ORDER BY lane, priority DESC, id LIMIT 1;
        EXIT WHEN NOT FOUND;
        in_lane := candidate.lane;
        CONTINUE WHEN best_lane IS NOT NULL
            AND (-best_priority, best_id) < (-candidate.priority, candidate.id);
        CONTINUE WHEN candidate.lane_limit > 0
            AND NOT commands_has_room(of_tenant, candidate.lane, candidate.lane_limit);
        best_lane := candidate.lane;
        best_priority := candidate.priority;
        best_id := candidate.id;
    END LOOP;
    RETURN best_lane;
END $$
"""

# Exact, because it counts again behind a lock that lasts until the claim is committed. Full is the answer
# mostly, and costs no lock. Only the first lock is waited for: who waits holds none, so nobody waits in a ring.
_HAS_ROOM = f"""
CREATE FUNCTION commands_has_room(of_tenant text, in_lane text, at_most integer)
RETURNS boolean LANGUAGE plpgsql {_BY_INDEX} AS $$
DECLARE
    number bigint := hashtextextended('commands:' || of_tenant, 0);
    held text := current_setting('commands.lock_of', true);
BEGIN
    IF commands_running(of_tenant, in_lane) >= at_most THEN
        RETURN false;
    END IF;
    IF coalesce(held, '') = '' THEN
        PERFORM pg_advisory_xact_lock(number);
        PERFORM set_config('commands.lock_of', of_tenant, true);
    ELSIF NOT pg_try_advisory_xact_lock(number) THEN
        RETURN false;
    END IF;
    RETURN commands_running(of_tenant, in_lane) < at_most;
END $$
"""

_RUNNING = f"""
CREATE FUNCTION commands_running(of_tenant text, in_lane text)
RETURNS bigint LANGUAGE plpgsql {_BY_INDEX} AS $$
BEGIN
    IF in_lane IS NULL THEN
        RETURN (SELECT count(*) FROM commands_job WHERE state = 'running' AND tenant = of_tenant);
    END IF;
    RETURN (SELECT count(*) FROM commands_job
            WHERE state = 'running' AND tenant = of_tenant AND lane = in_lane);
END $$
"""

# The end of one job and the beginning of the next, in one message and one flush to disk.
_NEXT = """
CREATE FUNCTION commands_next(
    of_job uuid, of_attempt integer, by_worker uuid,
    outcome text, delay_seconds double precision, problem text, tail text, returned text,
    served text[], last_queue text, last_tenant text, tenant_limit integer,
    OUT was_settled boolean, OUT is_known boolean, OUT job commands_job
) LANGUAGE plpgsql AS $$
BEGIN
    IF of_job IS NOT NULL THEN
        was_settled := commands_settle(
            of_job, of_attempt, by_worker, outcome, delay_seconds, problem, tail, returned);
    END IF;
    is_known := EXISTS (SELECT FROM commands_worker WHERE id = by_worker);
    IF is_known THEN
        job := commands_claim(by_worker, served, last_queue, last_tenant, tenant_limit);
    END IF;
END $$
"""

# The rule of orphans: a running job whose worker has no row is nobody's, however it came to be so. The claim
# of a worker that has died may be committed after its row is gone.
_RELEASE = f"""
CREATE FUNCTION commands_release(of_worker uuid, problem text)
RETURNS SETOF commands_job LANGUAGE plpgsql {_BY_INDEX} AS $$
DECLARE
    lost commands_job;
    outcome text;
BEGIN
    FOR lost IN
        SELECT * FROM commands_job AS job
        WHERE state = 'running' AND (of_worker IS NULL OR worker = of_worker)
          AND NOT EXISTS (SELECT FROM commands_worker WHERE id = job.worker)
        FOR UPDATE SKIP LOCKED
    LOOP
        outcome := CASE WHEN lost.attempt >= lost.max_attempts THEN 'dead' ELSE 'ready' END;
        PERFORM commands_settle(
            lost.id, lost.attempt, lost.worker, outcome, 0, problem, lost.log_tail, '');
        IF outcome = 'dead' THEN
            RETURN NEXT lost;
        END IF;
    END LOOP;
END $$
"""

# Rows come and go here: the dead ones are swept up before they lie in the way of the claim.
_VACUUM_OFTEN = """
ALTER TABLE commands_job SET (
    fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.05)
"""


def _function(sql: str, signature: str) -> migrations.RunSQL:
    return migrations.RunSQL([(sql.strip(), None)], [(f"DROP FUNCTION {signature}", None)])


class Migration(migrations.Migration):
    dependencies = [("commands", "0001_initial")]

    operations = [
        migrations.RunSQL(_VACUUM_OFTEN, migrations.RunSQL.noop),
        _function(_COUNT_FINISHED, "commands_count_finished"),
        _function(_SETTLE, "commands_settle"),
        _function(_RUNNING, "commands_running"),
        _function(_HAS_ROOM, "commands_has_room"),
        _function(_FREE_LANE, "commands_free_lane"),
        _function(_CLAIM, "commands_claim"),
        _function(_NEXT, "commands_next"),
        _function(_RELEASE, "commands_release"),
    ]

-- What may look across tenants, and text search, whose operators row-level security would turn into scans.
-- Each function runs as the owner of the tables, with a pinned search path, and answers no more than its name says.
-- Installed anew by every `mailgate migrate`. Tests: tests/store/test_crossing.py.

CREATE OR REPLACE FUNCTION find_mailbox(p_whole text, p_bare text)
RETURNS TABLE (org_id bigint, id bigint, address text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT found.org_id, found.id, found.address FROM (
        SELECT m.org_id, m.id, m.address::text, (m.address <> p_whole)::int AS place FROM public.mailboxes m
        WHERE m.address IN (p_whole, p_bare) AND m.active
        UNION ALL
        SELECT m.org_id, m.id, m.address::text, 2 FROM public.mailboxes m
        WHERE m.catch_all AND split_part(m.address, '@', 2) = split_part(p_bare, '@', 2) AND m.active
    ) found ORDER BY found.place LIMIT 1
$$;

-- The organisation with this name; without a name the only one, where there is only one.
CREATE OR REPLACE FUNCTION find_organisation(p_name text)
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN count(*) = 1 THEN min(id) END FROM public.organisations WHERE p_name IS NULL OR name = p_name
$$;

CREATE OR REPLACE FUNCTION find_agent(p_email text)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT a.org_id, a.id FROM public.agents a WHERE a.email = p_email AND a.active
$$;

CREATE OR REPLACE FUNCTION any_agents()
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM public.agents)
$$;

DROP FUNCTION IF EXISTS find_session(bytea, timestamptz);
CREATE OR REPLACE FUNCTION find_session(p_hash bytea, p_now timestamptz)
RETURNS TABLE (
    org_id bigint, agent_id bigint, seen_at timestamptz, needs_factor boolean,
    role text, name text, presence text, away_until timestamptz, only_own_teams boolean,
    language text, time_zone text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.org_id, s.agent_id, s.seen_at, o.needs_second_factor AND a.totp_secret IS NULL,
        a.role, a.name, a.presence, a.away_until, a.only_own_teams, a.language, a.time_zone FROM public.sessions s
    JOIN public.agents a ON a.org_id = s.org_id AND a.id = s.agent_id AND a.active
    JOIN public.organisations o ON o.id = s.org_id
    WHERE s.hash = p_hash AND s.expires_at > p_now
$$;

CREATE OR REPLACE FUNCTION running_sessions(p_hashes bytea[], p_now timestamptz)
RETURNS TABLE (hash bytea, agent_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.hash, s.agent_id FROM public.sessions s
    JOIN public.agents a ON a.org_id = s.org_id AND a.id = s.agent_id AND a.active
    WHERE s.hash = ANY (p_hashes) AND s.expires_at > p_now
$$;

CREATE OR REPLACE FUNCTION find_token(p_kind text, p_hash bytea)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT t.org_id, t.id FROM public.tokens t WHERE t.hash = p_hash AND t.kind = p_kind
$$;

CREATE OR REPLACE FUNCTION sole_organisation()
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT max(id) FROM public.organisations HAVING count(*) = 1
$$;

-- Whoever asks must name the requester's own address; without a number, their newest requests are meant.
CREATE OR REPLACE FUNCTION find_requests(p_address text, p_number text, p_limit integer)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT t.org_id, t.id FROM public.organisations o
    JOIN public.addresses a ON a.org_id = o.id AND a.address = p_address
    JOIN public.tickets t ON t.org_id = a.org_id AND t.requester_id = a.person_id AND t.requester_address = p_address
    WHERE p_number IS NULL OR t.number = p_number
    ORDER BY t.created_at DESC, t.id DESC LIMIT p_limit
$$;

-- Fresh mail is claimed in batches, mail that was tried before one by one: what kills its reader takes no neighbours.
CREATE OR REPLACE FUNCTION claim_mail(p_worker text, p_limit integer, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (org_id bigint, id bigint, tries bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
    mine bigint[];
BEGIN
    UPDATE kept_mail k
    SET state = 'quarantined', outcome = 'quarantined', read_at = p_now, claimed_by = NULL,
        last_error = coalesce(k.last_error, 'Its reader stopped without a word, three times.'),
        reasons = '["It could not be read in three tries."]'
    WHERE k.id IN (
        SELECT q.id FROM kept_mail q
        WHERE q.state = 'waiting' AND q.tries >= 3 AND (q.claimed_until IS NULL OR q.claimed_until <= p_now)
        ORDER BY q.id LIMIT 100 FOR UPDATE SKIP LOCKED
    );
    SELECT array_agg(one.id) INTO mine FROM (
        SELECT q.id FROM kept_mail q
        WHERE q.state = 'waiting' AND q.tries > 0 AND q.tries < 3
          AND (q.claimed_until IS NULL OR q.claimed_until <= p_now)
        ORDER BY q.id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) one;
    IF mine IS NULL THEN
        -- A batch is read in one go and held in memory: it ends with the mail that fills 32 MB.
        SELECT array_agg(fresh.id) FILTER (WHERE fresh.before < 33554432) INTO mine FROM (
            SELECT locked.id, sum(locked.size) OVER (ORDER BY locked.id) - locked.size AS before FROM (
                SELECT q.id, q.size FROM kept_mail q WHERE q.state = 'waiting' AND q.tries = 0
                ORDER BY q.id LIMIT p_limit FOR UPDATE SKIP LOCKED
            ) locked
        ) fresh;
    END IF;
    RETURN QUERY
    UPDATE kept_mail k
    SET tries = k.tries + 1, claimed_until = p_until, claimed_by = p_worker
    WHERE k.state = 'waiting' AND k.id = ANY (mine)
    RETURNING k.org_id, k.id, k.tries;
END
$$;

CREATE OR REPLACE FUNCTION claim_events(p_worker text, p_limit integer, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (org_id bigint, id bigint, tries bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
    mine bigint[];
BEGIN
    SELECT array_agg(one.event_id) INTO mine FROM (
        SELECT q.event_id FROM unfollowed_events q
        WHERE q.tries > 0 AND (q.claimed_until IS NULL OR q.claimed_until <= p_now)
        ORDER BY q.event_id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) one;
    IF mine IS NULL THEN
        SELECT array_agg(fresh.event_id) INTO mine FROM (
            SELECT q.event_id FROM unfollowed_events q WHERE q.tries = 0
            ORDER BY q.event_id LIMIT p_limit FOR UPDATE SKIP LOCKED
        ) fresh;
    END IF;
    RETURN QUERY
    UPDATE unfollowed_events u
    SET tries = u.tries + 1, claimed_until = p_until, claimed_by = p_worker
    WHERE u.event_id = ANY (mine)
    RETURNING u.org_id, u.event_id, u.tries;
END
$$;

CREATE OR REPLACE FUNCTION claim_letters(p_worker text, p_limit integer, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (org_id bigint, id bigint, tries bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE outbox o
    SET state = 'sending', tries = o.tries + 1, claimed_until = p_until, claimed_by = p_worker
    -- By place: joined by id, a plan made while the table was small reads the whole of it once it is large.
    WHERE o.ctid = ANY (ARRAY(
        SELECT q.ctid FROM outbox q
        WHERE q.state IN ('waiting', 'sending') AND q.next_try <= p_now
          AND (q.state = 'waiting' OR q.claimed_until IS NULL OR q.claimed_until <= p_now)
        ORDER BY q.next_try, q.id LIMIT p_limit FOR UPDATE SKIP LOCKED
    ))
    RETURNING o.org_id, o.id, o.tries
$$;

-- One statement and one commit a letter: a crash may then repeat one letter at most. A bounce may be faster than we are.
CREATE OR REPLACE FUNCTION letter_sent(p_org bigint, p_id bigint, p_answer text, p_now timestamptz)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE outbox SET state = 'sent', answer = p_answer, sent_at = p_now, claimed_until = NULL, claimed_by = NULL
    WHERE org_id = p_org AND id = p_id AND state <> 'bounced'
$$;

CREATE OR REPLACE FUNCTION organisations_holding(p_reasons text[])
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT org_id FROM outbox WHERE state = 'held' AND held_for = ANY (p_reasons)
$$;

CREATE OR REPLACE FUNCTION release_claims(p_worker text, p_counted boolean)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE kept_mail SET claimed_until = NULL, claimed_by = NULL, tries = tries - (NOT p_counted)::int
    WHERE state = 'waiting' AND claimed_by = p_worker;
    UPDATE unfollowed_events SET claimed_until = NULL, claimed_by = NULL, tries = tries - (NOT p_counted)::int
    WHERE claimed_by = p_worker;
    UPDATE outbox SET state = 'waiting', claimed_until = NULL, claimed_by = NULL, tries = tries - (NOT p_counted)::int
    WHERE state = 'sending' AND claimed_by = p_worker;
$$;

-- Tickets whose clocks have to be looked at. Whoever takes one and dies leaves it to the next after `p_until`.
CREATE OR REPLACE FUNCTION claim_woken(p_limit integer, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE tickets t SET wake_at = p_until
    WHERE t.ctid = ANY (ARRAY(
        SELECT q.ctid FROM tickets q WHERE q.wake_at <= p_now
        ORDER BY q.wake_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    ))
    RETURNING t.org_id, t.id
$$;

CREATE OR REPLACE FUNCTION organisations_to_time()
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT id FROM organisations WHERE retime_after IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION organisations_to_count(p_before timestamptz)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT id FROM organisations WHERE figures_at IS NULL OR figures_at < p_before
$$;

-- Where a ticket wants an agent, or lies with one who has been away for as long as its team bears.
CREATE OR REPLACE FUNCTION organisations_to_route(p_now timestamptz)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT o.id FROM organisations o WHERE o.is_routed AND (
        EXISTS (SELECT FROM tickets t WHERE t.org_id = o.id AND t.wants_agent_since IS NOT NULL)
        OR EXISTS (
            SELECT FROM agents a
            JOIN tickets t ON t.org_id = o.id AND t.assignee_id = a.id AND t.status IN ('new', 'open')
            JOIN routings r ON r.org_id = o.id AND r.team_id IS NOT DISTINCT FROM t.team_id AND r.when_away <> 'stay'
            WHERE a.org_id = o.id AND (NOT a.active OR (a.presence = 'away'
                AND (a.away_until IS NULL OR a.away_until > p_now)
                AND a.away_since + r.away_minutes * interval '1 minute' <= p_now))
        )
    )
$$;

-- Tickets that rules have waited for. Whoever takes one and dies leaves it to the next after `p_until`.
CREATE OR REPLACE FUNCTION claim_timers(p_limit integer, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (org_id bigint, ticket_id bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE rule_timers r SET due_at = p_until
    WHERE r.ctid = ANY (ARRAY(
        SELECT q.ctid FROM rule_timers q WHERE q.due_at <= p_now
        ORDER BY q.due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    ))
    RETURNING r.org_id, r.ticket_id
$$;

CREATE OR REPLACE FUNCTION claim_webhooks(p_limit integer, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE webhook_calls w SET next_try = p_until
    WHERE w.ctid = ANY (ARRAY(
        SELECT q.ctid FROM webhook_calls q JOIN organisations o ON o.id = q.org_id AND NOT o.is_holding
        WHERE q.state = 'waiting' AND q.next_try <= p_now
        ORDER BY q.next_try LIMIT p_limit FOR UPDATE OF q SKIP LOCKED
    ))
    RETURNING w.org_id, w.id
$$;

CREATE OR REPLACE FUNCTION webhooks_waiting(p_now timestamptz)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (
        SELECT FROM webhook_calls q JOIN organisations o ON o.id = q.org_id AND NOT o.is_holding
        WHERE q.state = 'waiting' AND q.next_try <= p_now
    )
$$;

CREATE OR REPLACE FUNCTION organisations_with_rules_due(p_now timestamptz)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT org_id FROM rules WHERE next_at <= p_now
    UNION
    SELECT id FROM organisations WHERE rerule_after IS NOT NULL
$$;

DROP FUNCTION IF EXISTS work_waiting(timestamptz);
CREATE OR REPLACE FUNCTION work_waiting(p_now timestamptz)
RETURNS TABLE (mail boolean, events boolean, letters boolean, clocks boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT
        EXISTS (SELECT FROM kept_mail WHERE state = 'waiting' AND (claimed_until IS NULL OR claimed_until <= p_now)),
        EXISTS (SELECT FROM unfollowed_events WHERE claimed_until IS NULL OR claimed_until <= p_now)
            OR EXISTS (SELECT FROM account_letters),
        EXISTS (SELECT FROM outbox WHERE state IN ('waiting', 'sending') AND next_try <= p_now
                AND (state = 'waiting' OR claimed_until IS NULL OR claimed_until <= p_now)),
        coalesce((SELECT min(wake_at) FROM tickets) <= p_now, false)  -- by the index alone, also when none is due
            OR EXISTS (SELECT FROM organisations WHERE retime_after IS NOT NULL OR rerule_after IS NOT NULL)
            OR coalesce((SELECT min(due_at) FROM rule_timers) <= p_now, false)
            OR EXISTS (SELECT FROM rules WHERE next_at <= p_now)
$$;

CREATE OR REPLACE FUNCTION unmoved_mail(p_limit integer)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT k.org_id, k.id FROM kept_mail k WHERE k.raw IS NOT NULL AND k.state = 'done' ORDER BY k.id LIMIT p_limit
$$;

-- What has lain on the shelf too long.
CREATE OR REPLACE FUNCTION expired_mail(p_before timestamptz, p_limit integer)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT k.org_id, k.id FROM public.kept_mail k
    WHERE k.state IN ('held', 'quarantined') AND k.read_at < p_before ORDER BY k.read_at LIMIT p_limit
$$;

CREATE OR REPLACE FUNCTION unchecked_files(p_limit integer)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT f.org_id, f.id FROM public.files f WHERE f.checked = 'unchecked' ORDER BY f.id LIMIT p_limit
$$;

CREATE OR REPLACE FUNCTION take_lease(p_name text, p_holder text, p_now timestamptz, p_until timestamptz)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO leases AS l (name, holder, until, fence) VALUES (p_name, p_holder, p_until, 1)
    ON CONFLICT (name) DO UPDATE
    SET holder = p_holder, until = p_until, fence = l.fence + (l.holder <> p_holder)::int
    WHERE l.holder = p_holder OR l.until <= p_now
    RETURNING l.fence
$$;

CREATE OR REPLACE FUNCTION count_everything(p_now timestamptz)
RETURNS TABLE (what text, which text, number double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT 'kept', coalesce(outcome, ''), count(*)::float8 FROM kept_mail GROUP BY outcome
    UNION ALL
    SELECT 'outbox', state, count(*)::float8 FROM outbox GROUP BY state
    UNION ALL
    SELECT 'age', 'read', coalesce(extract(epoch FROM p_now - min(received_at)), 0)::float8
    FROM kept_mail WHERE state = 'waiting'
    UNION ALL
    SELECT 'age', 'follow', coalesce(extract(epoch FROM p_now - min(e.at)), 0)::float8
    FROM unfollowed_events u JOIN events e ON e.org_id = u.org_id AND e.id = u.event_id
    UNION ALL
    -- What is to leave later does not wait yet.
    SELECT 'age', 'send', greatest(0, coalesce(extract(epoch FROM p_now
        - min(CASE WHEN unless_written_since IS NULL THEN created_at ELSE next_try END)), 0))::float8
    FROM outbox WHERE state IN ('waiting', 'sending') AND (tries > 0 OR next_try <= p_now)
    UNION ALL
    SELECT 'shelf', coalesce(cause, state), count(*)::float8 FROM kept_mail
    WHERE state IN ('held', 'quarantined') GROUP BY coalesce(cause, state)
    UNION ALL
    SELECT 'unchecked', '', count(*)::float8 FROM files WHERE checked = 'unchecked'
    UNION ALL
    SELECT 'fetch', m.address::text, extract(epoch FROM p_now - coalesce(a.good_at, a.changed_at))::float8
    FROM imap_accounts a JOIN mailboxes m ON m.org_id = a.org_id AND m.id = a.mailbox_id AND m.active
    UNION ALL
    SELECT 'sign_in', m.address::text, extract(epoch FROM a.expires_at - p_now)::float8
    FROM imap_accounts a JOIN mailboxes m ON m.org_id = a.org_id AND m.id = a.mailbox_id AND m.active
    WHERE a.expires_at IS NOT NULL
$$;

-- Every mailbox to fetch by IMAP. A restored copy must not take the mail of its original.
CREATE OR REPLACE FUNCTION imap_wanted()
RETURNS TABLE (org_id bigint, id bigint, changed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT a.org_id, a.id, a.changed_at FROM public.imap_accounts a
    JOIN public.mailboxes m ON m.org_id = a.org_id AND m.id = a.mailbox_id AND m.active
    JOIN public.organisations o ON o.id = a.org_id AND NOT o.is_holding
$$;

CREATE OR REPLACE FUNCTION snoozed_till(p_now timestamptz, p_limit integer)
RETURNS TABLE (org_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT t.org_id, t.id FROM public.tickets t WHERE t.snoozed_until <= p_now ORDER BY t.snoozed_until LIMIT p_limit
$$;

CREATE OR REPLACE FUNCTION digests_due(p_now timestamptz, p_limit integer)
RETURNS TABLE (org_id bigint, agent_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT w.org_id, w.agent_id FROM public.agent_wishes w WHERE w.digest_at <= p_now ORDER BY w.digest_at LIMIT p_limit
$$;

-- The audit is shortened from behind by this alone: nobody may remove an entry otherwise.
CREATE OR REPLACE FUNCTION forget_audit(p_before timestamptz)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH gone AS (DELETE FROM public.audit WHERE at < p_before RETURNING id) SELECT count(*) FROM gone
$$;

CREATE OR REPLACE FUNCTION account_letters_asked()
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT l.org_id FROM public.account_letters l
$$;

CREATE OR REPLACE FUNCTION schema_version()
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT version_num::text FROM alembic_version
$$;

CREATE OR REPLACE FUNCTION find_people(p_start text, p_limit integer)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT person_id FROM (
        SELECT a.person_id FROM addresses a
        WHERE a.org_id = current_org() AND a.address ^@ lower(p_start) LIMIT p_limit
    ) by_address
    UNION
    SELECT id FROM (
        SELECT p.id FROM people p WHERE p.org_id = current_org() AND lower(p.name) ^@ lower(p_start) LIMIT p_limit
    ) by_name
$$;

-- The newest messages that hold what is wanted. A common word would be found a million times, so the newest slices of
-- messages are searched first, more of them each time, but never many at once: what that costs grows with their square.
-- After 32 slices it is known how common it is. What should be found less than 15,000 times in the rest is looked up there
-- at once.
CREATE OR REPLACE FUNCTION newest_messages(p_wanted tsquery, p_step integer, p_limit integer)
RETURNS TABLE (message_id bigint, ticket_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    newest CONSTANT bigint := (SELECT max(m.id) >> 10 FROM messages m WHERE m.org_id = current_org());
    slice bigint := newest;
    slices tsquery;
    step integer := p_step;
    found_here integer;
    found_so_far integer := 0;
BEGIN
    WHILE slice >= 0 LOOP
        EXIT WHEN newest - slice >= 32 AND found_so_far * slice <= 15000 * (newest - slice);
        SELECT string_agg(format('%L', '#' || current_org() || '.' || one), ' | ')::tsquery INTO slices
        FROM generate_series(greatest(slice - step + 1, 0), slice) one;
        -- Gathered before they are sorted: how rare a begun word is PostgreSQL misjudges, and would walk over everything.
        RETURN QUERY
        WITH here AS MATERIALIZED (
            SELECT m.id, m.ticket_id FROM messages m
            WHERE m.org_id = current_org() AND m.words @@ (slices && p_wanted) AND m.direction <> 'withdrawn'
        )
        SELECT h.id, h.ticket_id FROM here h ORDER BY h.id DESC LIMIT p_limit - found_so_far;
        GET DIAGNOSTICS found_here = ROW_COUNT;
        found_so_far := found_so_far + found_here;
        IF found_so_far >= p_limit THEN
            RETURN;
        END IF;
        slice := slice - step;
        step := least(step * 4, greatest(p_step, 16));
    END LOOP;
    IF slice < 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH rest AS MATERIALIZED (
        SELECT m.id, m.ticket_id FROM messages m
        WHERE m.org_id = current_org() AND m.words @@ p_wanted AND m.id >> 10 <= slice AND m.direction <> 'withdrawn'
    )
    SELECT r.id, r.ticket_id FROM rest r ORDER BY r.id DESC LIMIT p_limit - found_so_far;
END
$$;

-- Whose messages hold these words, and words that begin so. For a word that is only begun, the index gathers every message
-- that holds any such word before it looks at the rest. So the newest 2,048 are read one by one: the shorter it is, the
-- sooner they hold enough. What they do not hold fifty times is rare, or is looked for among what holds the other words.
DROP FUNCTION IF EXISTS search_messages(text, integer);
CREATE OR REPLACE FUNCTION search_messages(p_words text, p_begun text[], p_limit integer)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    whole CONSTANT tsquery := websearch_to_tsquery('simple', p_words);
    begun CONSTANT tsquery := (
        SELECT to_tsquery('simple', string_agg(format('''%s'':*', replace(replace(one, '\', '\\'), '''', '''''')), ' & '))
        FROM unnest(p_begun) one
    );
    seen CONSTANT bigint := (SELECT max(m.id) - 2048 FROM messages m WHERE m.org_id = current_org());
    found_here integer;
BEGIN
    IF coalesce(numnode(begun), 0) = 0 THEN
        IF numnode(whole) > 0 THEN
            RETURN QUERY SELECT n.ticket_id FROM newest_messages(whole, 2, p_limit) n;
        END IF;
        RETURN;
    END IF;
    RETURN QUERY
    WITH newest AS MATERIALIZED (
        SELECT m.ticket_id, m.words FROM messages m
        WHERE m.org_id = current_org() AND m.id > seen AND m.direction <> 'withdrawn'
        ORDER BY m.id DESC
    )
    SELECT n.ticket_id FROM newest n WHERE n.words @@ (whole && begun) LIMIT p_limit;
    GET DIAGNOSTICS found_here = ROW_COUNT;
    IF found_here >= 50 THEN
        RETURN;
    END IF;
    IF numnode(whole) > 0 THEN
        RETURN QUERY
        SELECT m.ticket_id FROM newest_messages(whole, 2, p_limit) n
        JOIN messages m ON m.org_id = current_org() AND m.id = n.message_id
        WHERE m.id <= seen AND m.words @@ begun;
    ELSE
        RETURN QUERY SELECT n.ticket_id FROM newest_messages(begun, 32, 50) n WHERE n.message_id <= seen;
    END IF;
END
$$;

DROP FUNCTION IF EXISTS search_tickets(text, text, integer);
CREATE OR REPLACE FUNCTION search_tickets(p_words text, p_begun text[], p_start text, p_limit integer)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT search_messages(p_words, p_begun, p_limit)
    UNION
    SELECT t.id FROM tickets t WHERE t.org_id = current_org() AND t.number = upper(p_start)
    UNION
    SELECT t.id FROM tickets t
    WHERE t.org_id = current_org() AND t.requester_id IN (SELECT find_people(p_start, 50))
$$;

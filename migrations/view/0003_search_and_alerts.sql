-- What people said of alerts: the last word on each, which outlives every replay of the alerts
-- themselves. One that was reopened has no row.
create table acknowledgement (
    session_no     integer not null,
    rule           integer not null,
    first_position integer not null,
    position       integer not null,     -- of the fact that says so
    at             integer not null,     -- our clock
    primary key (session_no, rule, first_position)
) strict, without rowid;

-- The same beside the alert; both are absent while it is open.
alter table alert add column acknowledged_position integer;
alter table alert add column acknowledged_at integer;

create index alert_open on alert (last_position) where acknowledged_position is null;
create index alert_by_rule on alert (rule, last_position);

-- `event.ok` is said by the ends of sessions, too: 1 completed, 0 failed or out of time.

-- Everything that a search asks of an event but its text, in the order of the log: a search reads
-- this index alone, which is a twentieth of the table.
create index event_slim on event (key, session_no, at, ok, kind, tool);

-- Full text of events; rowid = event.key. A projection of its own, with its own checkpoint.
-- What a search can be narrowed down by is there, too, so that one index answers for all of it.
drop table event_text;
create virtual table event_text using fts5 (
    text,
    kind,
    tool,
    mark,                                -- 'event', 's123' the session's number, 'ok' or 'failed'
    content = '',
    contentless_delete = 1,
    detail = full,
    tokenize = 'unicode61 remove_diacritics 2'
);

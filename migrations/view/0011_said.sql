-- What events of each session there are, by what filters of sessions ask of events: once, however
-- many there are, so that a filter need not look through them.
create table said (
    session_no integer not null,
    kind       text    not null,
    tool       text    not null,         -- '' where an event names none
    ok         integer not null,         -- -1 where an event does not say how it went
    primary key (session_no, kind, tool, ok)
) strict, without rowid;

create index said_by_kind on said (kind, tool, ok);
create index said_by_tool on said (tool collate nocase, kind, ok);
create index said_by_ok on said (ok);

-- Deleted sessions are counted with every look at an earlier moment.
create index session_deleted on session (no) where deleted = 1;

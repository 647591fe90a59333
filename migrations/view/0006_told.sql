-- What coding agents told of their sessions so far: what translating their next hook depends on.
create table told (
    harness    text not null,            -- 'claude-code', 'codex'
    session_id text not null,            -- as the hooks name it
    state      text not null,            -- JSON; opaque to readers
    primary key (harness, session_id)
) strict, without rowid;

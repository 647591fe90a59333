-- How far the transcripts of Claude Code are read: where the next import goes on.
create table transcript (
    session_id   text not null,
    agent_id     text not null,            -- '' for the session itself
    lines        integer not null,         -- the last line that was read
    open         integer not null,         -- 1: its end was too fresh to say that the session is over
    hooked       integer not null,         -- 1: hooks tell of the session, or told
    hooked_until integer,                  -- until when, in microseconds; null while they do
    primary key (session_id, agent_id)
) strict, without rowid;

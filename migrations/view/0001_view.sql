-- The read model: a function of the log, written only by the projector, free to be deleted.
-- Every time is microseconds since the epoch, every amount of money micro-dollars.

create table view_meta (
    key   text primary key,              -- 'log_id', 'log_epoch', 'projection_version'
    value text not null
) strict, without rowid;

create table checkpoint (
    projection text primary key,         -- 'sessions', 'search'
    position   integer not null          -- everything up to here is projected
) strict, without rowid;

create table session (
    no               integer primary key,  -- in order of first mention
    id               text    not null unique,
    known            integer not null,     -- 1: it spoke, or a spawn named it; 0: only claimed as a parent
    deleted          integer not null,

    agent_id         text    not null,     -- '' while unknown
    agent_version    text,
    model            text,
    goal             text,
    current_goal     text,
    next_intent      text,
    final_response   text,
    error            text,
    activity_kind    text,
    activity_text    text,
    activity_at      integer,
    status           integer not null,     -- index into protocol's Status::ALL
    started_at       integer,
    ended_at         integer,
    last_seen_at     integer,              -- our clock
    total_steps      integer,
    total_tokens     integer,
    total_cost       integer,
    complete         integer not null,
    missing_count    integer not null,
    flags            integer not null,

    claimed_parent_no integer,             -- what the winning claim says, known or not
    parent_no        integer,              -- the parent in the tree; null for roots
    root_no          integer not null,
    depth            integer not null,
    orphan           integer not null,     -- the claimed parent is not known
    cycle            integer not null,     -- the edge to the claimed parent is cut
    group_no         integer,              -- on roots of trees that are groups (or were, before
                                           -- their last child left: show it where children > 0)
    children         integer not null,

    own_events       integer not null,
    own_tool_calls   integer not null,
    own_errors       integer not null,
    own_alerts       integer not null,
    own_first_at     integer,
    own_last_at      integer,

    sub_sessions     integer not null,     -- the subtree, this session included
    sub_running      integer not null,
    sub_waiting      integer not null,
    sub_failed       integer not null,
    sub_live         integer not null,     -- not ended
    sub_events       integer not null,
    sub_tool_calls   integer not null,
    sub_errors       integer not null,
    sub_alerts       integer not null,
    sub_tokens       integer not null,
    sub_cost         integer not null,
    sub_tokens_said  integer not null,     -- sessions that said a figure
    sub_cost_said    integer not null,
    sub_tokens_mute  integer not null,     -- sessions that ended without one
    sub_cost_mute    integer not null,
    sub_first_at     integer,
    sub_last_at      integer,

    first_position   integer,              -- of its own first event; null for placeholders
    own_last_position integer not null,    -- of the last event that changed its state or its place
    sub_last_position integer not null,    -- of the last event that changed this row or one below

    state            text    not null      -- the fold's own state, JSON; opaque to readers
) strict;

create index session_by_parent on session (parent_no, no) where parent_no is not null;
create index session_by_root on session (root_no);
create index session_by_claim on session (claimed_parent_no) where orphan = 1;
create index session_roots on session (sub_last_position) where parent_no is null and known = 1;
-- live ones, for what the reader's clock says of them
create index session_live on session (status, last_seen_at) where status in (1, 2, 3) and known = 1;
-- for counts and lists by status
create index session_by_status on session (status, no) where known = 1;
create index session_by_group on session (group_no) where group_no is not null and known = 1;

create table event (
    key         integer primary key,     -- position * 256 + part
    session_no  integer not null,
    sequence    integer,
    kind        text    not null,
    at          integer not null,        -- event time; our clock where the agent's was unreadable
    received_at integer not null,
    variant     integer not null,        -- 0, or which version of its identity
    flags       integer not null,
    digest      blob    not null,        -- BLAKE3-128 of the bytes received
    event_id    text,
    tool        text,                    -- tool_start, tool_end
    call_id     text,
    ok          integer,                 -- tool_end
    raw         text    not null         -- the event as received (repaired where it was not JSON)
) strict;

create index event_by_session on event (session_no, sequence, key);
create index event_by_id on event (session_no, event_id) where event_id is not null;

-- Receptions that the view does not hold a second time.
create table duplicate (
    position integer primary key,
    of_key   integer not null            -- the event it repeats; 0: of a session that was deleted
) strict;

-- Entries that this version cannot read. Those whose session can be read are events, too, with
-- the flag 'poison'.
create table poison (
    position integer primary key,
    reason   text not null
) strict;

create table tree_group (
    number      integer primary key,     -- 1, 2, 3 … in log order, never reused
    root_no     integer not null,        -- where it stands; a deleted session when its root was
    formed_at   integer not null,        -- position of the event that made it a group
    merged_into integer                  -- the smaller number that it became part of (which may
                                         -- itself have been merged later)
) strict;

create table alert (
    session_no     integer not null,
    rule           integer not null,     -- index into protocol's AlertRule::ALL
    first_position integer not null,     -- of the evidence
    last_position  integer not null,
    severity       integer not null,     -- 0 info, 1 warning, 2 critical
    created_at     integer not null,     -- event time of the last event of the evidence
    message        text    not null,
    primary key (session_no, rule, first_position)
) strict, without rowid;

create index alert_by_position on alert (last_position);

-- Full text of events; rowid = event.key. A projection of its own, with its own checkpoint.
create virtual table event_text using fts5 (
    text,
    content = '',
    contentless_delete = 1,
    detail = full,
    tokenize = 'unicode61 remove_diacritics 2'
);

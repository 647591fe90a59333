-- What an earlier moment needs to know and the last state of things does not say.

-- Who may have stood in one tree at an earlier moment: every parent that a session had at any time
-- by the winning claim, and every session that a spawn named.
create table claim (
    child_no  integer not null,
    parent_no integer not null,
    position  integer not null,          -- of the event with which it began
    primary key (child_no, parent_no)
) strict, without rowid;

create index claim_by_parent on claim (parent_no, position);
create index tree_group_by_position on tree_group (formed_at);

-- Everything that was said of alerts; `acknowledgement` has only the last word on each.
create table remark (
    position       integer primary key,
    session_no     integer not null,
    rule           integer not null,
    first_position integer not null,
    at             integer not null,     -- our clock
    acknowledged   integer not null      -- 0: open again
) strict;

create index remark_by_session on remark (session_no);

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

with recursive below (no, depth) as (
    select ?1, ?3
    union all
    select child.no, below.depth + 1
    from below
    join session as child on child.parent_no = below.no
)
update session
set root_no = ?2,
    depth = below.depth
from below
where session.no = below.no

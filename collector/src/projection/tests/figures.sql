with recursive below (top, no) as (
    select no, no
    from session
    where known = 1
    union all
    select below.top, child.no
    from below
    join session as child on child.parent_no = below.no
)
select top.id,
       top.sub_sessions,
       top.sub_events,
       top.sub_tool_calls,
       top.sub_errors,
       top.sub_alerts,
       top.sub_tokens,
       top.sub_first_at,
       top.sub_last_at,
       sum(own.known) as sum_sessions,
       sum(own.own_events) as sum_events,
       sum(own.own_tool_calls) as sum_tool_calls,
       sum(own.own_errors) as sum_errors,
       sum(own.own_alerts) as sum_alerts,
       sum(coalesce(own.total_tokens, 0)) as sum_tokens,
       min(own.own_first_at) as sum_first_at,
       max(own.own_last_at) as sum_last_at
from below
join session as top on top.no = below.top
join session as own on own.no = below.no
group by top.no

-- The forest in every order that it can be asked for; by last activity there is an index already.
create index session_roots_by_first on session (no) where parent_no is null and known = 1;
create index session_roots_by_cost on session (sub_cost) where parent_no is null and known = 1;
create index session_roots_by_tokens on session (sub_tokens) where parent_no is null and known = 1;
create index session_roots_by_span on session (coalesce(sub_last_at - sub_first_at, 0))
    where parent_no is null and known = 1;

-- What failed, by when it ended; what cost something, by when it began.
create index session_failures on session (ended_at) where status in (5, 7) and known = 1;
create index session_costs on session (started_at, total_cost)
    where total_cost is not null and known = 1;

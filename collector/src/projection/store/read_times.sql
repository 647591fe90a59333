update session
set (sub_first_at, sub_last_at) = (
    select min(first_at), max(last_at)
    from (
        select own_first_at as first_at, own_last_at as last_at
        from session
        where no = ?1
        union all
        select sub_first_at, sub_last_at
        from session
        where parent_no = ?1
    )
)
where no = ?1
returning sub_first_at, sub_last_at

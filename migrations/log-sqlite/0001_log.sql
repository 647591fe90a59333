-- The log: what was received, in commits. Appended to, never changed.

create table log_commit (
    first_position integer primary key,  -- dense: the next row's = this one's + count
    count          integer not null check (count between 1 and 1000),
    received_at    integer not null,     -- microseconds since the epoch, our clock, non-decreasing
    codec          integer not null check (codec in (0, 1)),  -- 0 plain, 1 zstd
    body           blob    not null      -- framed entries: see log::frame
) strict;

create table log_meta (
    key   text primary key,
    value text not null
) strict, without rowid;

-- Input that was refused for good. Bounded: the writer deletes the oldest beyond 1,000.
create table quarantine (
    id          integer primary key autoincrement,
    received_at integer not null,
    violations  text    not null,        -- JSON array
    size_bytes  integer not null,
    head        blob    not null         -- the first 4 KiB
) strict;

create trigger log_commit_is_immutable before update on log_commit
begin
    select raise(abort, 'the log is append-only');
end;

create trigger log_commit_is_kept before delete on log_commit
begin
    select raise(abort, 'the log is append-only');
end;

-- Also refuses "insert or replace", which would change a commit without firing the two above.
create trigger log_commit_is_dense before insert on log_commit
when new.first_position is not coalesce(
    (select first_position + count from log_commit order by first_position desc limit 1), 1)
begin
    select raise(abort, 'the log is append-only and dense');
end;

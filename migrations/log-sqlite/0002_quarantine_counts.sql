-- The same input refused again, by a client that tries again after 503 say, is one row.

alter table quarantine add column digest blob;           -- of all of the input; null in older rows
alter table quarantine add column times  integer not null default 1;

create unique index quarantine_by_digest on quarantine (digest);

-- What changed behind a position: pages that are live ask it four times a second, for all readers
-- together.
create index session_changed on session (sub_last_position);

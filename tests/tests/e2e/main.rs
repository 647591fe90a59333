//! End-to-end tests: a real collector in a process of its own, spoken to over HTTP only.
//!
//! One file a subject. Each test starts what it needs and shares nothing.

mod alerts;
mod any_order;
mod bad_input;
mod bodies;
mod commands;
mod connect;
mod crash;
mod doctor;
mod downgrade_is_refused;
mod durability;
mod exit_codes;
mod exporters;
mod files;
mod full_disk;
mod guards;
mod hooks;
mod hostile_queries;
mod hostile_text;
mod ids;
mod import;
mod invariants;
mod live;
mod metrics;
mod openapi;
mod order;
mod otlp;
mod prefer_wait;
mod read_your_write;
mod real_run;
mod reference_faults;
mod reference_shapes;
mod retry_matrix;
mod rust_client;
mod settings;
mod skeleton;
mod slow_clients;
mod stalled_readers;
mod stop;
mod stream_limits;
mod time;
mod take_away;
mod timeline;
mod two_instances;
mod wrong_types;

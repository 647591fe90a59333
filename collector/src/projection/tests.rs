//! The projection as a whole: stories in, a view out.

mod alerts;
mod any_order;
mod batches;
mod deleting;
mod acknowledging;
mod following;
mod groups;
mod identity;
mod poison;
mod random;
mod story;
mod trees;

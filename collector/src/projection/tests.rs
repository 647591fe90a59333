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
pub(crate) mod random;
pub(crate) mod story;
mod trees;

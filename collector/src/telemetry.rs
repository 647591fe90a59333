//! Our own logging.

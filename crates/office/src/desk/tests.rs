//! The desk of the office on a real store.

//! The applicant's desk on a real store.

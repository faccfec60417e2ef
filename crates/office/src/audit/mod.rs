//! The auditor's desk.

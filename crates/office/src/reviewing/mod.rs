//! The reviewer's desk.

//! What the store promises, on SQLite and on PostgreSQL alike.

mod backup;
mod documents;
mod fixture;
mod jobs;
mod ledger;
mod tables;
mod verify;

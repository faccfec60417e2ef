//! What the store promises, on SQLite and on PostgreSQL alike.

#[cfg(test)]
mod backup;
#[cfg(test)]
#[cfg(feature = "s3")]
mod bucket;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod firms;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod register;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod verify;

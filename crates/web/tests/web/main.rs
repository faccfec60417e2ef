//! The pages as their people meet them: a router without a socket, each desk in a module of its own. One program, for each of them
//! would carry the whole house.

#![cfg(test)]

mod analysing;
mod apply;
mod auditing;
mod doors;
mod firms;
mod granting;
mod office;
mod paying;
mod public;
mod returning;
mod reviewing;
mod routes;
mod working;
mod years;

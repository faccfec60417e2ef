//! The checks of the house: who may know whom, what a pure crate may not say, how long a file may be, which words stand where.
//!
//! Each check is a function from sources to complaints, tried on a bad example first, then on the house itself. A complaint
//! says what is wrong, where, and what to do.

#[cfg(test)]
mod manifests;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod tree;

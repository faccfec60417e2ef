//! How much one account and one application may use up of what all share: mails in the office's name, room on the disk. What a guideline
//! limits (files of a place, characters, members) stands in the guideline.

/// Invitation mails that one account may have sent within [`INVITATION_HOURS`]. A full consortium is invited several times over with it.
pub const INVITATIONS_MAX: u64 = 50;
/// The hours in which they are counted.
pub const INVITATION_HOURS: i64 = 24;
/// Bytes of all files that one application may take in, those taken out or replaced again included: they stay on the disk.
pub const CASE_BYTES_MAX: u64 = 2 << 30;

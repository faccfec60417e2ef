//! The auditor's desk: search, the record of a case, its proof and its file, the calls, the whole ledger.

pub(crate) mod call;
pub(crate) mod case;
pub(crate) mod home;
pub(crate) mod ledger;
pub(crate) mod money;

use banso_kernel::{CaseId, Digest};
use banso_office::timeline::ActLine;

/// The address of a case on this desk.
pub(crate) fn case_path(case: &CaseId) -> String {
    format!("/audit/cases/{case}")
}

/// The address of an edition as it stood, on this desk.
pub(crate) fn edition_path(digest: Digest) -> String {
    format!("/audit/editions/{digest}")
}

/// The address of a clause in the edition that governed an act.
pub(crate) fn clause_path(act: &ActLine) -> Option<String> {
    act.place.as_ref().map(|place| format!("{}#c{}", edition_path(place.edition), place.clause))
}

/// A digest in groups of eight, for comparing by eye.
pub(crate) fn in_groups(digest: &Digest) -> String {
    let text = digest.to_string();
    let groups: Vec<&str> = (0..8).filter_map(|n| text.get(n * 8..n * 8 + 8)).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_in_groups_is_the_whole_digest() {
        let digest = Digest::of(b"x");
        assert_eq!(in_groups(&digest).replace(' ', ""), digest.to_string());
    }
}

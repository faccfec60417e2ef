//! Who sold something, whether two are the same, and whether a seller belongs to the buyer.

use banso_kernel::{CorporateNumber, fold_width};
use serde::{Deserialize, Serialize};

/// A seller as papers show it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    pub name: String,
    pub corporate_number: Option<CorporateNumber>,
    pub address: String,
    pub phone: String,
    /// Bank, branch and number of the account, where papers show one.
    pub account: String,
}

/// What two sellers share that independent ones would not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    SameFirm,
    Address,
    Phone,
    Account,
}

impl Tie {
    pub(crate) const fn label(self) -> (&'static str, &'static str) {
        match self {
            Tie::SameFirm => ("同じ者", "the same firm"),
            Tie::Address => ("所在地が同じ", "the same address"),
            Tie::Phone => ("電話番号が同じ", "the same telephone number"),
            Tie::Account => ("口座が同じ", "the same account"),
        }
    }
}

/// Letters that do not tell names apart: spaces, hyphens, the forms of company marks.
fn bare(text: &str) -> String {
    let folded = fold_width(text).to_lowercase();
    let short = folded.replace("株式会社", "(株)").replace("有限会社", "(有)").replace("合同会社", "(同)");
    short.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | 'ー' | '・' | '.')).collect()
}

fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (bare(a), bare(b));
    !a.is_empty() && a == b
}

impl Vendor {
    /// Whether two papers name the same firm: by number where both have one, by name otherwise.
    #[must_use]
    pub fn is(&self, other: &Vendor) -> bool {
        match (self.corporate_number, other.corporate_number) {
            (Some(a), Some(b)) => a == b,
            (Some(_) | None, Some(_) | None) => same_text(&self.name, &other.name),
        }
    }

    /// What ties this seller to another, the strongest first.
    pub(crate) fn tie(&self, other: &Vendor) -> Option<Tie> {
        if self.is(other) {
            Some(Tie::SameFirm)
        } else if same_text(&self.account, &other.account) {
            Some(Tie::Account)
        } else if same_text(&self.phone, &other.phone) {
            Some(Tie::Phone)
        } else if same_text(&self.address, &other.address) {
            Some(Tie::Address)
        } else {
            None
        }
    }
}

/// The firms of the buyer's own group: parents, subsidiaries, firms with the same officers, and what ties them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnGroup(pub Vec<Vendor>);

impl OwnGroup {
    pub(crate) fn tie(&self, vendor: &Vendor) -> Option<(&Vendor, Tie)> {
        self.0.iter().find_map(|own| own.tie(vendor).map(|tie| (own, tie)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_firm_in_other_letters() {
        let named = |name: &str, number: Option<u64>| Vendor {
            name: name.into(),
            corporate_number: number.map(CorporateNumber::from_body),
            ..Vendor::default()
        };
        for (a, b, same) in [
            (named("株式会社　架空精機", None), named("㈱架空精機", None), true),
            (named("架空ＭＥＣ", None), named("架空mec", None), true),
            (named("架空精機", Some(1)), named("架空精機", Some(2)), false),
            (named("架空精機", Some(1)), named("別の名", Some(1)), true),
            (named("", None), named("", None), false),
        ] {
            assert_eq!(a.is(&b), same, "{} {}", a.name, b.name);
        }
    }
}

//! The account that money goes to: checked as a transfer file needs it, kept as a text under its digest, since it names people.

use banso_exchange::zengin::{AccountKind, BankAccount, to_kana};
use banso_grant::canonical_json;
use banso_kernel::{Digest, LocalText, fold_width};
use banso_store::Content;
use serde::{Deserialize, Serialize};

use crate::{FieldProblem, Office, OfficeError};

/// An account as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountForm {
    /// Four digits, and the name in kana.
    pub bank: String,
    pub bank_name: String,
    /// Three digits, and the name in kana.
    pub branch: String,
    pub branch_name: String,
    /// `ordinary`, `current`, `savings`.
    pub kind: String,
    pub number: String,
    /// In kana, as the bank has it.
    pub holder: String,
}

/// An account on a page: enough to tell it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    pub bank: String,
    pub branch: String,
    pub kind: LocalText,
    pub number: String,
    pub holder: String,
}

/// The kinds to choose from.
pub(crate) const KINDS: [(&str, AccountKind, &str, &str); 3] = [
    ("ordinary", AccountKind::Ordinary, "普通", "ordinary"),
    ("current", AccountKind::Current, "当座", "current"),
    ("savings", AccountKind::Savings, "貯蓄", "savings"),
];

impl AccountForm {
    /// Value and words of each kind.
    #[must_use]
    pub fn kinds() -> Vec<(&'static str, LocalText)> {
        KINDS.iter().map(|(code, _, ja, en)| (*code, LocalText::new(*ja, *en))).collect()
    }

    /// The same in half-width digits and the letters of a transfer file.
    ///
    /// # Errors
    /// Every field that is wrong, with the letter that the format does not have. Field names begin with `prefix`.
    pub fn checked(&self, prefix: &str) -> Result<AccountForm, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let bank = digits(&self.bank, 4..=4, &format!("{prefix}bank"), "金融機関コード", "bank code", &mut problems);
        let branch = digits(&self.branch, 3..=3, &format!("{prefix}branch"), "支店コード", "branch code", &mut problems);
        let number = digits(&self.number, 1..=7, &format!("{prefix}number"), "口座番号", "account number", &mut problems);
        // As banks write a number that is shorter, and as it stands in the transfer file.
        let number = format!("{number:0>7}");
        let bank_name = kana(&self.bank_name, 15, &format!("{prefix}bank-name"), "金融機関名（カナ）", "name of the bank", &mut problems);
        let branch_name =
            kana(&self.branch_name, 15, &format!("{prefix}branch-name"), "支店名（カナ）", "name of the branch", &mut problems);
        let holder = kana(&self.holder, 30, &format!("{prefix}holder"), "口座名義（カナ）", "holder", &mut problems);
        if !KINDS.iter().any(|(code, ..)| *code == self.kind) {
            problems.push(FieldProblem::new(format!("{prefix}kind"), "預金種目を選んでください。", "Choose the kind of account."));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(AccountForm { bank, bank_name, branch, branch_name, kind: self.kind.clone(), number, holder })
    }

    /// As the transfer file wants it.
    pub(crate) fn bank_account(&self) -> BankAccount {
        let kind = KINDS.iter().find(|(code, ..)| *code == self.kind).map_or(AccountKind::Other, |(_, kind, ..)| *kind);
        BankAccount {
            bank: self.bank.clone(),
            bank_name: self.bank_name.clone(),
            branch: self.branch.clone(),
            branch_name: self.branch_name.clone(),
            kind,
            number: self.number.clone(),
            holder: self.holder.clone(),
        }
    }

    /// The text that is kept, and its digest.
    pub(crate) fn text(&self) -> Result<(String, Digest), OfficeError> {
        let text = canonical_json(self).map_err(OfficeError::fault)?;
        let digest = Digest::of(text.as_bytes());
        Ok((text, digest))
    }

    pub(crate) fn view(&self) -> AccountView {
        let kind = KINDS.iter().find(|(code, ..)| *code == self.kind);
        AccountView {
            bank: format!("{} {}", self.bank, self.bank_name),
            branch: format!("{} {}", self.branch, self.branch_name),
            kind: kind.map_or_else(|| LocalText::ja(&self.kind), |(_, _, ja, en)| LocalText::new(*ja, *en)),
            number: format!("{:0>7}", self.number),
            holder: self.holder.clone(),
        }
    }
}

fn digits(text: &str, count: std::ops::RangeInclusive<usize>, field: &str, ja: &str, en: &str, problems: &mut Vec<FieldProblem>) -> String {
    let bare: String = fold_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if count.contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit()) {
        return bare;
    }
    let most = count.end();
    problems.push(FieldProblem::new(field, format!("{ja}は{most}桁の数字で入力してください。"), format!("The {en} has {most} digits.")));
    bare
}

fn kana(text: &str, most: usize, field: &str, ja: &str, en: &str, problems: &mut Vec<FieldProblem>) -> String {
    if text.trim().is_empty() {
        problems.push(FieldProblem::new(field, format!("{ja}を入力してください。"), format!("Enter the {en}.")));
        return String::new();
    }
    match to_kana(text) {
        Ok(kana) if kana.bytes().len() <= most => kana.text(),
        Ok(_) => {
            problems.push(FieldProblem::new(
                field,
                format!("{ja}は、濁点・半濁点を含めて{most}字以内にしてください。"),
                format!("The {en} has at most {most} letters, marks counted."),
            ));
            String::new()
        }
        Err(letter) => {
            problems.push(FieldProblem::new(
                field,
                format!("{ja}の「{letter}」は銀行振込で使えない文字です。通帳のカナ名義のとおり、カタカナと英数字で入力してください。"),
                format!("`{letter}` cannot stand in a transfer: enter the {en} in kana."),
            ));
            String::new()
        }
    }
}

impl Office {
    /// The account under a digest; `None` where it was erased.
    pub(crate) async fn account_under(&self, digest: Digest) -> Result<Option<AccountForm>, OfficeError> {
        match self.store().content(digest).await? {
            Some(Content::Kept(body)) => serde_json::from_str(&body).map(Some).map_err(OfficeError::fault),
            Some(Content::Erased { .. }) | None => Ok(None),
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn what_a_transfer_cannot_say_is_told_by_field() {
        let good = AccountForm {
            bank: "０００１".into(),
            bank_name: "カクウ".into(),
            branch: "001".into(),
            branch_name: "ホンテン".into(),
            kind: "ordinary".into(),
            number: "12-34567".into(),
            holder: "カ）かくうせいき".into(),
        };
        let checked = good.checked("").unwrap();
        assert_eq!((checked.bank.as_str(), checked.number.as_str(), checked.holder.as_str()), ("0001", "1234567", "ｶ)ｶｸｳｾｲｷ"));
        let short = |number: &str| AccountForm { number: number.into(), ..good.clone() }.checked("").map(|a| a.number);
        assert_eq!(short("１２").unwrap(), "0000012", "filled up with zeros, as banks do");
        assert_eq!(AccountForm { number: "12".into(), ..good.clone() }.view().number, "0000012", "one kept before too");
        let wrong = |change: fn(&mut AccountForm), field: &str| {
            let mut form = good.clone();
            change(&mut form);
            let problems = form.checked("to-").unwrap_err();
            assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), [field]);
        };
        wrong(|f| f.bank = "1".into(), "to-bank");
        wrong(|f| f.branch = "1a1".into(), "to-branch");
        wrong(|f| f.number = "12345678".into(), "to-number");
        wrong(|f| f.number = "12a".into(), "to-number");
        wrong(|f| f.number = String::new(), "to-number");
        wrong(|f| f.holder = "架空精機".into(), "to-holder");
        wrong(|f| f.holder = "ア".repeat(31), "to-holder");
        wrong(|f| f.kind = "x".into(), "to-kind");
    }
}

//! What a simulation came to.

use std::collections::BTreeMap;

use banso_execution::ExecutionAct;
use banso_execution::figures::Figures;
use banso_kernel::{Day, Digest, Lang};

/// The end of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub seed: u64,
    pub years: u32,
    pub applied: u32,
    pub granted: u32,
    pub closed: u32,
    pub last_day: Day,
    /// Days on which something happened, each followed by the invariants and a look through the ledger.
    pub days: u32,
    pub verified: u32,
    /// Acts after the decision, by kind.
    pub acts: BTreeMap<&'static str, u64>,
    /// What was refused, by its code.
    pub refused: BTreeMap<String, u64>,
    /// Transfers held because the account was changed just before.
    pub held: u64,
    /// Steps that no longer fitted when their day came.
    pub overtaken: u64,
    pub deaths: u64,
    /// Presses that were repeated because the answer was lost.
    pub repeated: u64,
    pub jumps: u64,
    pub mails: u64,
    pub mails_again: u64,
    pub figures: Figures,
    /// Acts of the ledger, and the hash that runs through all of them.
    pub position: u64,
    pub running: Digest,
}

impl Summary {
    pub(crate) fn begin(seed: u64, years: u32, applied: u32, first_day: Day) -> Self {
        Summary {
            seed,
            years,
            applied,
            granted: 0,
            closed: 0,
            last_day: first_day,
            days: 0,
            verified: 0,
            acts: BTreeMap::new(),
            refused: BTreeMap::new(),
            held: 0,
            overtaken: 0,
            deaths: 0,
            repeated: 0,
            jumps: 0,
            mails: 0,
            mails_again: 0,
            figures: Figures::default(),
            position: 0,
            running: Digest::ZERO,
        }
    }

    /// Kinds of acts that did not happen.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        ExecutionAct::KINDS.iter().copied().filter(|kind| !self.acts.contains_key(kind)).collect()
    }

    /// As people read it.
    #[must_use]
    pub fn told(&self, lang: Lang) -> Vec<String> {
        let pick = |ja: &'static str, en: &'static str| lang.pick(ja, en);
        let f = &self.figures;
        let mut lines = vec![
            format!("{} {}  {} {}", pick("シード", "seed"), self.seed, pick("最後の日", "last day"), self.last_day),
            format!(
                "{} {}  {} {}  {} {}",
                pick("申請", "applied"),
                self.applied,
                pick("交付決定", "granted"),
                self.granted,
                pick("完結", "closed"),
                self.closed
            ),
            format!(
                "{} {}  {} {}  {} {}  {} {}  {} {}  {} {}",
                pick("動きのあった日", "days with events"),
                self.days,
                pick("全検証", "verified in full"),
                self.verified,
                pick("停止と再開", "deaths survived"),
                self.deaths,
                pick("二度押し", "presses repeated"),
                self.repeated,
                pick("時計の飛び", "clock jumps"),
                self.jumps,
                pick("間に合わなくなった手続", "steps overtaken"),
                self.overtaken
            ),
            format!(
                "{} {}  {} {}",
                pick("メール", "mails"),
                self.mails,
                pick("そのうち再送", "of them handed over again"),
                self.mails_again
            ),
            format!(
                "{} {}  {} {}  {} {}  {} {}  {} {}  {} {}",
                pick("決定", "decided"),
                f.decided,
                pick("確定", "fixed"),
                f.fixed,
                pick("支払", "paid"),
                f.paid,
                pick("返還命令", "ordered back"),
                f.ordered_back,
                pick("収納", "returned"),
                f.principal_returned,
                pick("加算金・延滞金", "charges"),
                f.charges_returned
            ),
            format!("{} {}  {} {}", pick("未収", "outstanding"), f.outstanding, pick("不納欠損", "given up"), f.discharged),
            pick("行為（種類別）", "acts by kind").to_owned(),
        ];
        for row in ExecutionAct::TABLE {
            let count = self.acts.get(row.kind).copied().unwrap_or_default();
            lines.push(format!("  {count:>7}  {:<28} {}", row.kind, row.label().get(lang)));
        }
        lines.push(pick("断ったもの（符号別）", "refusals by code").to_owned());
        lines.extend(self.refused.iter().map(|(code, n)| format!("  {n:>7}  {code}")));
        lines.push(format!("  {:>7}  {}", self.held, pick("振込先の直前変更により保留", "held: account changed just before")));
        lines.push(format!("{} {}  {}", pick("台帳の末尾", "end of the ledger"), self.position, self.running));
        lines
    }
}

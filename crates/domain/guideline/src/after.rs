//! 【交付決定後】: what the guideline says of the time after the decision. One rule a row, in as many clauses as the text likes: each figure
//! is kept with the clause in which it stands.

mod years;

use banso_execution::claim::{ClaimRules, Excuse, PaymentMethod, QuoteRule, QuoteTier};
use banso_execution::law::{ChargeOrder, ChargeTerms, Cut, DebtRule, Depreciation, DisposalTerms, MonthCount};
use banso_execution::rules::{DueRule, ExecutionRules, Set};
use banso_execution::tax::{Reach, TaxBasis, Threshold};
use banso_kernel::{Exact, Rate, Yen, fold_width};

use crate::form::{Marked, number_within, twice};
use crate::problem::{Code, Problem, Span};
use crate::tables::{Need, grid};
use crate::words::{Words, list, local};

/// Every rule that there is.
const KEYS: [&str; 22] = [
    "軽微な変更",
    "実績報告",
    "遂行状況報告",
    "対象経費の額",
    "相見積",
    "中古品の相見積",
    "随意契約の理由",
    "支払方法",
    "概算払",
    "返還の期限",
    "加算金",
    "延滞金",
    "消費税の報告",
    "事業化状況報告の回数",
    "事業化状況報告",
    "収益納付",
    "賃上げ要件",
    "賃上げ要件の免除",
    "財産の現況報告",
    "処分制限財産",
    "書類の保存",
    "支払の承認",
];

/// Those without which nothing can be executed.
const NEEDED: [&str; 9] = ["軽微な変更", "実績報告", "対象経費の額", "相見積", "支払方法", "返還の期限", "加算金", "延滞金", "書類の保存"];

/// Rows as they stand in the text: key, content, clause.
#[derive(Default)]
pub(crate) struct After {
    rows: Vec<(String, Words, String)>,
    at: Option<Span>,
}

impl After {
    /// Takes the rows of one table.
    pub(crate) fn table(&mut self, marked: &Marked<'_>, problems: &mut Vec<Problem>) {
        marked.mark.only(&[], problems);
        self.at.get_or_insert(marked.mark.at);
        for row in grid(marked.table, &[("項目", Need::Must), ("内容", Need::Must)], problems).iter().flat_map(|g| g.rows()) {
            let (Some(key), Some(content)) = (row.must("項目", problems), row.must("内容", problems)) else { continue };
            let name = local(&key.text).ja;
            if !KEYS.contains(&name.as_str()) {
                problems.push(
                    Problem::error(
                        Code::UnknownKey,
                        key.at,
                        format!("交付決定後の項目に「{name}」はありません。"),
                        format!("There is no rule `{name}` for the time after the decision."),
                    )
                    .suggest(&name, KEYS),
                );
            } else if self.rows.iter().any(|(k, _, _)| *k == name) {
                problems.push(twice(&key));
            } else {
                self.rows.push((name, Words { text: local(&content.text).ja, at: content.at }, marked.clause.clone()));
            }
        }
    }

    /// The rules that all rows make; nothing where the text has none of them.
    pub(crate) fn rules(&self, problems: &mut Vec<Problem>) -> Option<ExecutionRules> {
        let at = self.at?;
        for key in NEEDED.iter().filter(|k| self.row(k).is_none()) {
            problems.push(
                Problem::error(
                    Code::MissingKey,
                    at,
                    format!("【交付決定後】に「{key}」がありません。"),
                    format!("【交付決定後】 lacks `{key}`."),
                )
                .remedy("項目を加えてください。無いものは「なし」と書けます。", "Add the rule."),
            );
        }
        let mut read = Reader { after: self, problems };
        let (surcharge, late_charge) = (read.charge("加算金"), read.charge("延滞金"));
        let debt =
            |surcharge: Option<ChargeTerms>| DebtRule { surcharge, late_charge: late_charge.clone(), order: ChargeOrder::SurchargeFirst };
        let keep_years = read.years();
        Some(ExecutionRules {
            minor_shift: read.share("軽微な変更")?,
            completion_due: read.due("実績報告")?,
            progress_due: read.due("遂行状況報告"),
            claims: read.claims()?,
            advance: read.share("概算払"),
            repayment_due: read.due("返還の期限")?,
            after_revocation: debt(surcharge),
            after_fixing: debt(None),
            by_condition: debt(None),
            input_tax: read.due("消費税の報告"),
            input_tax_cut: Cut::YEN_DOWN,
            reports: read.reports(),
            revenue: read.revenue(),
            wage: read.wage(),
            census: read.due("財産の現況報告"),
            disposal: read.disposal(),
            keep_years: keep_years?,
            approvals: read.approvals(),
        })
    }

    fn row(&self, key: &str) -> Option<(&Words, &str)> {
        self.rows.iter().find(|(k, _, _)| k == key).map(|(_, w, c)| (w, c.as_str()))
    }
}

/// Reads rows into figures.
struct Reader<'a> {
    after: &'a After,
    problems: &'a mut Vec<Problem>,
}

/// Half-width, without spaces.
fn plain(text: &str) -> String {
    fold_width(text).chars().filter(|c| !c.is_whitespace()).collect()
}

impl<'a> Reader<'a> {
    /// The row of a key; nothing for 「なし」.
    fn row(&self, key: &str) -> Option<(&'a Words, String)> {
        let (words, clause) = self.after.row(key)?;
        (plain(&words.text) != "なし").then(|| (words, clause.to_owned()))
    }

    fn wrong(&mut self, words: &Words, ja: &str, en: &str) {
        self.problems.push(
            Problem::error(
                Code::BadValue,
                words.at,
                format!("「{}」を読めません。", words.text),
                format!("`{}` cannot be read.", words.text),
            )
            .remedy(ja, en),
        );
    }

    fn share(&mut self, key: &str) -> Option<Set<Rate>> {
        let (words, clause) = self.row(key)?;
        let percent = plain(&words.text).strip_suffix('%').and_then(|t| t.parse::<u8>().ok()).filter(|p| *p <= 100);
        let Some(percent) = percent else {
            self.wrong(words, "20% のように、0%から100%までで書いてください。", "Write e.g. 20%.");
            return None;
        };
        Some(Set { value: Rate::new(Exact::new(i128::from(percent), 100)), clause })
    }

    fn due(&mut self, key: &str) -> Option<Set<DueRule>> {
        let (words, clause) = self.row(key)?;
        let mut parts: Vec<DueRule> = Vec::new();
        for part in words.text.split(['、', '又']).map(|p| plain(p.trim_start_matches('は'))).filter(|p| !p.contains("早い日")) {
            let Some(rule) = due(&part) else {
                self.wrong(
                    words,
                    "30日以内、3か月以内、毎年6月30日、翌年度4月10日 のどれか、又はその組合せ（いずれか早い日）で書いてください。",
                    "Write 30日以内, 3か月以内, 毎年6月30日 or 翌年度4月10日, or several for the earliest.",
                );
                return None;
            };
            parts.push(rule);
        }
        let value = if parts.len() > 1 { DueRule::Earlier { of: parts } } else { parts.pop()? };
        Some(Set { value, clause })
    }

    fn charge(&mut self, key: &str) -> Option<ChargeTerms> {
        let (words, clause) = self.row(key)?;
        let text = plain(&words.text);
        let number = text.strip_prefix('年').and_then(|t| t.strip_suffix('%'));
        let Some(rate) = number.and_then(hundredths) else {
            self.wrong(words, "年10.95% のように書いてください。", "Write e.g. 年10.95%.");
            return None;
        };
        Some(ChargeTerms { rate_per_year: Rate::new(Exact::new(rate, 10_000)), ..ChargeTerms::of_the_act(clause) })
    }

    fn claims(&mut self) -> Option<ClaimRules> {
        let (basis_words, basis_clause) = self.row("対象経費の額")?;
        let basis = match plain(&basis_words.text).as_str() {
            "税抜" => TaxBasis::TaxOut,
            "税込" => TaxBasis::TaxIn,
            _ => {
                self.wrong(basis_words, "税抜 か 税込 と書いてください。", "Write 税抜 or 税込.");
                return None;
            }
        };
        let (methods_words, methods_clause) = self.row("支払方法")?;
        let methods = self.chosen(methods_words, PaymentMethod::ALL, |m| m.label().ja);
        let quotes_clause = self.after.row("相見積").map(|(_, c)| c.to_owned())?;
        let tiers = match self.row("相見積") {
            Some((words, _)) => list(words).iter().filter_map(|w| self.tier(w)).collect(),
            None => Vec::new(),
        };
        let used_goods = match self.row("中古品の相見積") {
            Some((words, _)) => people(words).and_then(|w| number_within(&w, 0, 10, self.problems)).unwrap_or(2),
            None => 2,
        };
        let accepted = match self.row("随意契約の理由") {
            Some((words, _)) => self.chosen(words, Excuse::ALL, |e| e.label().ja),
            None => Vec::new(),
        };
        Some(ClaimRules {
            basis,
            quotes: QuoteRule { tiers, used_goods, accepted, clause: quotes_clause },
            methods,
            methods_clause,
            evidence_clause: basis_clause.clone(),
            own_group_clause: basis_clause.clone(),
            basis_clause,
        })
    }

    /// `税抜50万円以上は2者`.
    fn tier(&mut self, words: &Words) -> Option<QuoteTier> {
        let text = plain(&words.text);
        let read = || {
            let (basis, rest) = if let Some(rest) = text.strip_prefix("税抜") {
                (TaxBasis::TaxOut, rest)
            } else {
                (TaxBasis::TaxIn, text.strip_prefix("税込")?)
            };
            let (amount, reach, count) = if let Some((amount, count)) = rest.split_once("以上は") {
                (amount, Reach::From, count)
            } else {
                let (amount, count) = rest.split_once("超は")?;
                (amount, Reach::Above, count)
            };
            let quotes = count.strip_suffix('者')?.parse().ok()?;
            Some(QuoteTier { threshold: Threshold { amount: Yen::parse(amount).ok()?, basis, reach }, quotes })
        };
        let tier = read();
        if tier.is_none() {
            self.wrong(words, "税抜50万円以上は2者 のように書いてください（税込・超も書けます）。", "Write e.g. 税抜50万円以上は2者.");
        }
        tier
    }

    /// Some of a closed list of words.
    fn chosen<T: Copy>(&mut self, words: &Words, all: &[T], label: impl Fn(T) -> String) -> Vec<T> {
        let mut out = Vec::new();
        for word in list(words) {
            match all.iter().find(|t| plain(&label(**t)) == plain(&word.text)) {
                Some(found) => out.push(*found),
                None => self.problems.push(
                    Problem::error(
                        Code::BadValue,
                        word.at,
                        format!("「{}」は選べません。", word.text),
                        format!("`{}` is not a choice.", word.text),
                    )
                    .suggest(&word.text, all.iter().map(|t| label(*t)).collect::<Vec<_>>().iter().map(String::as_str)),
                ),
            }
        }
        out
    }

    fn disposal(&mut self) -> DisposalTerms {
        let row = self.row("処分制限財産");
        let (restricted_from, clause) = match row {
            Some((words, clause)) => match plain(&words.text).strip_suffix("以上").and_then(|t| Yen::parse(t).ok()) {
                Some(amount) => (amount, clause),
                None => {
                    self.wrong(words, "50万円以上 のように書いてください。", "Write e.g. 50万円以上.");
                    (Yen::ZERO, clause)
                }
            },
            // Without a figure every asset is restricted: art. 22 has none.
            None => (Yen::ZERO, "適正化法第22条".to_owned()),
        };
        DisposalTerms {
            restricted_from,
            depreciation: Depreciation::StraightLineTable,
            months: MonthCount::Both,
            memo: Yen::new(1),
            cut: Cut::YEN_DOWN,
            clause,
        }
    }

    fn years(&mut self) -> Option<Set<u32>> {
        let (words, clause) = self.row("書類の保存")?;
        let bare = Words { text: plain(&words.text).trim_end_matches("年間").trim_end_matches('年').to_owned(), at: words.at };
        number_within(&bare, 1, 50, self.problems).map(|value| Set { value, clause })
    }

    fn approvals(&mut self) -> Vec<Set<(Yen, u32)>> {
        let Some((words, clause)) = self.row("支払の承認") else { return Vec::new() };
        let mut out: Vec<Set<(Yen, u32)>> = Vec::new();
        for word in list(words) {
            let text = plain(&word.text);
            let read = text.split_once("以上は").and_then(|(amount, count)| {
                Some((Yen::parse(amount).ok()?, count.strip_suffix('人')?.parse::<u32>().ok().filter(|n| (2..=9).contains(n))?))
            });
            match read {
                Some(value) if out.last().is_none_or(|last| last.value < value) => out.push(Set { value, clause: clause.clone() }),
                Some(_) | None => {
                    self.wrong(
                        &word,
                        "5,000万円以上は3人 のように、少ない額から順に書いてください（2人から9人まで）。",
                        "Write e.g. 5,000万円以上は3人, ascending, 2 to 9 people.",
                    );
                }
            }
        }
        out
    }
}

/// `2者`, `5回` as their number.
fn people(words: &Words) -> Option<Words> {
    Some(Words { text: plain(&words.text).trim_end_matches(['者', '回']).to_owned(), at: words.at })
}

/// `10.95` as 1095.
fn hundredths(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| t.len() <= 2 && !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let part: i128 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i128>().ok()? * 100 + part)
}

/// One term of a due day.
fn due(text: &str) -> Option<DueRule> {
    if let Some(days) = text.strip_suffix("日以内") {
        return days.parse().ok().filter(|d| (1..=3_660).contains(d)).map(|days| DueRule::Days { days });
    }
    if let Some(months) = text.strip_suffix("か月以内") {
        return months.parse().ok().filter(|m| (1..=120).contains(m)).map(|months| DueRule::Months { months });
    }
    let month_day = |t: &str| {
        let (month, day) = t.strip_suffix('日')?.split_once('月')?;
        let (month, day): (i8, i8) = (month.parse().ok()?, day.parse().ok()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
    };
    if let Some(rest) = text.strip_prefix("翌年度") {
        return month_day(rest).map(|(month, day)| DueRule::NextFiscalYearOn { month, day });
    }
    let rest = text.strip_prefix("毎年度").or_else(|| text.strip_prefix("毎年"))?;
    month_day(rest).map(|(month, day)| DueRule::YearlyOn { month, day })
}

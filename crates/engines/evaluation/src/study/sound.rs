//! Whether a declaration holds together: by itself, with its method, and with the panel that it is to be run on. What it refuses here would
//! otherwise have a digest and come to nothing later.

use super::declare::{Declaration, Method, Outcome, Ready, Target};
use crate::{Frame, Refusal};

/// A larger least cell is a slip of the keyboard.
const LEAST_CELL_MAX: usize = 1_000;
/// So is a later horizon, in years.
const HORIZON_MAX: u32 = 50;
/// The level of every interval that a study tells.
const LEVEL: f64 = 0.95;

impl Declaration {
    /// Checks the declaration by itself and, when there is a panel already, its columns.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, panel: Option<&Frame>) -> Result<(), Refusal> {
        let wrong = |code, ja: &str, en: &str| Err(Refusal::new(code, ja, en));
        if self.title.trim().is_empty() || self.question.trim().is_empty() {
            return wrong("untitled", "title と question を書いてください。", "give the study a title and a question");
        }
        if self.outcomes.is_empty() {
            return wrong("no-outcomes", "outcomes を1つ以上書いてください。", "list at least one outcome");
        }
        self.disclosure()?;
        if self.horizon.is_some_and(|years| !(1..=HORIZON_MAX).contains(&years)) {
            return Err(Refusal::new(
                "horizon",
                format!("horizon は1から{HORIZON_MAX}までの年数にしてください。"),
                format!("horizon lies between 1 and {HORIZON_MAX} years"),
            ));
        }
        self.priced()?;
        self.levelled()?;
        if let Some(twice) = self.targets.iter().find(|t| t.due.is_some() && t.due_column.is_some()) {
            return Err(Refusal::new(
                "target",
                format!("targets の「{}」には、due と due-column のどちらか一方だけを書いてください。", twice.column),
                format!("target \"{}\" names both due and due-column; give one of them", twice.column),
            ));
        }
        if let Some((at, target)) = self.targets.iter().enumerate().find(|(_, t)| !t.possible()) {
            let at = at + 1;
            return Err(Refusal::new(
                "target",
                format!("targets の{at}番目（{}）の least は数、share は0から1の割合にしてください。", target.column),
                format!("target {at} ({}): least is a number and share lies between 0 and 1", target.column),
            ));
        }
        if self.rounds.is_some() && self.design.method != Method::Discontinuity {
            return wrong(
                "rounds",
                "rounds は design.method が discontinuity のときに書けます。",
                "rounds go with the method `discontinuity` only",
            );
        }
        self.timed()?;
        self.known_codes()?;
        self.apart()?;
        for outcome in &self.outcomes {
            self.sound(&self.design.ready(&outcome.column)?)?;
        }
        panel.map_or(Ok(()), |panel| self.fits(panel))
    }

    /// The number of a difference is of the time that the study asks for. Support begins in the period of the decision or in the next one, so
    /// that `horizon` years after the decision are as many periods after the start, or one less.
    fn timed(&self) -> Result<(), Refusal> {
        let wrong = |ja: &str, en: &str| Err(Refusal::new("event-time", ja, en));
        match (self.design.method, self.design.event_time, self.horizon) {
            (Method::Discontinuity | Method::Balancing, Some(_), _) => wrong(
                "design.event-time は design.method が difference のときに書けます。",
                "event-time goes with the method `difference` only",
            ),
            (Method::Difference, None, Some(_)) => wrong(
                "horizon を書くときは、その時点の数値を示せるよう、design.event-time（支援開始から何期後か。0が最初の期）も書いてください。全期間の平均を見るなら、horizon を外してください。",
                "with a horizon, name design.event-time too (periods since the start, 0 the first), so that the number is of that time; for the mean over all periods leave the horizon out",
            ),
            (Method::Difference, Some(at), Some(years)) if at != years && at + 1 != years => wrong(
                "design.event-time と horizon が違う時点を指しています。支援は決定の期か次の期に始まるので、event-time は horizon と同じか、1つ小さい数にしてください。",
                "design.event-time and horizon are of different times: support begins in the period of the decision or in the next, so event-time equals horizon or is one less",
            ),
            (Method::Difference | Method::Discontinuity | Method::Balancing, _, _) => Ok(()),
        }
    }

    /// What was granted is no outcome, and nothing that an outcome is made of.
    fn priced(&self) -> Result<(), Refusal> {
        let Some(cost) = &self.cost else { return Ok(()) };
        let of = |o: &Outcome| {
            let made_of = o.reported.iter().flat_map(|r| [&r.after, &r.before]).chain(&o.workers).chain([&o.column]);
            made_of.into_iter().any(|column| column == cost)
        };
        if !self.outcomes.iter().any(of) {
            return Ok(());
        }
        Err(Refusal::new(
            "cost-is-outcome",
            format!("cost の列「{cost}」が成果にも使われています。交付額の列を書いてください。"),
            format!("the column of cost, \"{cost}\", is that of an outcome too; name the column of what was granted"),
        ))
    }

    /// A study speaks of intervals of 95 % everywhere: what another level gives is not called so.
    fn levelled(&self) -> Result<(), Refusal> {
        let is_other = |name: &str| self.design.settings.get(name).is_some_and(|level| level.as_f64() != Some(LEVEL));
        let Some(name) = ["level", "confidence"].into_iter().find(|name| is_other(name)) else { return Ok(()) };
        Err(Refusal::new(
            "level",
            format!("調査の区間は95%です。settings の {name} は 0.95 にするか、書かないでください。"),
            format!("the intervals of a study are of 95 %: leave `{name}` out of the settings, or make it 0.95"),
        ))
    }

    fn disclosure(&self) -> Result<(), Refusal> {
        if (3..=LEAST_CELL_MAX).contains(&self.least_cell) {
            return Ok(());
        }
        Err(Refusal::new(
            "least-cell",
            format!("least-cell は3以上{LEAST_CELL_MAX}以下にしてください（3未満では少数の企業が特定されます）。"),
            format!("least-cell lies between 3, below which single firms could be told, and {LEAST_CELL_MAX}"),
        ))
    }

    /// What is acknowledged is a warning that this design can give.
    fn known_codes(&self) -> Result<(), Refusal> {
        let codes = self.design.method.codes();
        let Some(unknown) = self.acknowledged.iter().find(|code| !codes.contains(&code.as_str())) else { return Ok(()) };
        Err(Refusal::new(
            "acknowledged",
            format!("acknowledged の「{unknown}」は、この方法の警告ではありません。書けるのは {} です。", codes.join("、")),
            format!("`{unknown}` is no warning of this method; what can be acknowledged: {}", codes.join(", ")),
        ))
    }

    /// An outcome is declared once, and is nowhere in the design: not its score, its treatment or its covariates, nor what is looked at as
    /// fixed before the decision.
    fn apart(&self) -> Result<(), Refusal> {
        let mut seen: Vec<&str> = Vec::new();
        let elsewhere = self.before.iter().chain(&self.groups).chain(&self.rounds).chain(&self.neighbourhood);
        let taken: Vec<&str> = self.design.texts().into_iter().chain(elsewhere.map(String::as_str)).collect();
        for outcome in &self.outcomes {
            if seen.contains(&outcome.column.as_str()) {
                return Err(Refusal::new(
                    "outcome-twice",
                    format!("outcomes に「{}」が2回あります。1回だけ書いてください。", outcome.column),
                    format!("`{}` is listed twice under outcomes; list it once", outcome.column),
                ));
            }
            seen.push(&outcome.column);
            let after = outcome.reported.as_ref().map(|r| r.after.as_str());
            if let Some(column) = [Some(outcome.column.as_str()), after].into_iter().flatten().find(|c| taken.contains(c)) {
                return Err(Refusal::new(
                    "outcome-in-design",
                    format!("成果の列「{column}」が、点数・交付・共変量・群など、設計の列にも使われています。成果は設計に使えません。"),
                    format!(
                        "the outcome's column \"{column}\" is a column of the design too (score, treatment, covariate, before, group); an outcome has no place there"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// What the method would refuse whatever the panel.
    fn sound(&self, ready: &Ready) -> Result<(), Refusal> {
        let level = self.design.settings.get("level").and_then(serde_json::Value::as_f64);
        if level.is_some_and(|l| !(l > 0.0 && l < 1.0)) {
            let (ja, en) = ("design.settings.level は0と1の間の数にしてください。", "design.settings.level lies between 0 and 1");
            return Err(Refusal::new("settings", ja, en));
        }
        match ready {
            Ready::Discontinuity(spec) => spec
                .check()
                .map_err(|why| Refusal::new("settings", format!("design.settings: {}", why.ja), format!("design.settings: {}", why.en))),
            Ready::Difference(..) | Ready::Balancing(_) => Ok(()),
        }
    }

    /// Whether the panel has every column that is named, of the right kind; a refusal says which part of the declaration names it.
    fn fits(&self, panel: &Frame) -> Result<(), Refusal> {
        let mut numbers: Vec<(String, &str)> = Vec::new();
        for (outcome, at) in self.outcomes.iter().zip(1..) {
            numbers.push((format!("outcomes {at}: column"), &outcome.column));
            numbers.extend(outcome.workers.iter().map(|w| (format!("outcomes {at}: workers"), w.as_str())));
            let reported = outcome.reported.iter().flat_map(|r| [("after", &r.after), ("before", &r.before)]);
            numbers.extend(reported.map(|(key, column)| (format!("outcomes {at}: reported.{key}"), column.as_str())));
        }
        numbers.extend(self.cost.iter().map(|c| ("cost".to_owned(), c.as_str())));
        numbers.extend(self.targets.iter().zip(1..).map(|(t, at)| (format!("targets {at}: column"), t.column.as_str())));
        let expected = self.targets.iter().zip(1..).filter_map(|(t, at)| Some((format!("targets {at}: expected"), t.expected.as_deref()?)));
        numbers.extend(expected);
        let due = self.targets.iter().zip(1..).filter_map(|(t, at)| Some((format!("targets {at}: due-column"), t.due_column.as_deref()?)));
        numbers.extend(due);
        numbers.extend(self.open.iter().map(|c| ("open".to_owned(), c.as_str())));
        numbers.extend(self.as_of.iter().map(|c| ("as-of".to_owned(), c.as_str())));
        numbers.extend(self.before.iter().map(|c| ("before".to_owned(), c.as_str())));
        for (key, column) in numbers {
            panel.numbers(column).map_err(|why| at(&key, why))?;
        }
        let groups = self.groups.iter().map(|g| ("groups", g));
        let others = self.rounds.iter().map(|r| ("rounds", r)).chain(self.neighbourhood.iter().map(|n| ("neighbourhood", n)));
        groups.chain(others).try_for_each(|(key, name)| panel.column(name).map(|_| ()).map_err(|why| at(key, why)))
    }
}

/// A refusal with the key of the declaration that brought it about.
fn at(key: &str, why: Refusal) -> Refusal {
    Refusal::new(why.code, format!("宣言の {key}: {}", why.ja), format!("{key} of the declaration: {}", why.en))
}

impl Target {
    fn possible(&self) -> bool {
        self.least.is_finite() && self.share.is_none_or(|s| (0.0..=1.0).contains(&s))
    }
}

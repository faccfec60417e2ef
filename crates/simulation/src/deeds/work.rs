//! Up to the report of results: decision, changes of plan, stops, incidents, progress, the report itself.

use banso_execution::act::{
    CompletionReported, CorrectionOrdered, DiscontinuationApproved, DiscontinuationRefused, DiscontinuationRequested, IncidentInstructed,
    IncidentReported, InterimInspected, LineAmount, Manner, PerformanceOrdered, ProgressReported, SuspensionLifted, SuspensionOrdered,
    Trigger, WorkResumed,
};
use banso_execution::claim::Weight;
use banso_execution::state::to_lines;
use banso_kernel::{Digest, FiscalYear, Point, Yen};
use banso_office::OfficeError;
use banso_office::desk::granting::DecisionOrder;
use banso_office::execution::{ChangeDecision, ChangeForm, PaperKind, ReportOrder, text_document};

use super::{Parties, REASON, Stop, Who};
use crate::claims::{Flaw, Spending};

fn points() -> Vec<Point> {
    vec![Point { field: "1-001".to_owned(), note: "検収の写真を添えてください（架空）。".to_owned() }]
}

impl Parties<'_> {
    pub(super) async fn decide(&self) -> Result<(), Stop> {
        let page = self.office.grant_page(&self.staff.director, self.case).await?;
        let order = DecisionOrder { prepared_version: page.prepared_version, request: self.press };
        Ok(self.office.decide_grant(&self.staff.director, self.case, order).await?)
    }

    /// A minor shift between two headings, or a change of the whole that needs approval.
    pub(super) async fn change(&self, minor: bool) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        let mut lines: Vec<LineAmount> = to_lines(&seen.lines);
        lines.sort_by_key(|l| l.amount);
        let less = |yen: Yen, part: i64| Yen::new(yen.get() / part / 1_000 * 1_000);
        let moved = lines.first().map_or(Yen::ZERO, |small| less(small.amount, 10));
        if let [small, .., large] = lines.as_mut_slice() {
            if minor && seen.lines == seen.approved_lines {
                (small.amount, large.amount) = (plus(small.amount, moved), minus(large.amount, moved));
            } else if minor {
                // Minor changes count together: the next one goes back to what was approved.
                lines = to_lines(&seen.approved_lines);
            } else {
                large.amount = minus(large.amount, less(large.amount, 10));
                small.amount = plus(small.amount, less(small.amount, 20));
            }
        }
        lines.sort_by(|a, b| a.line.cmp(&b.line));
        let what = if minor { String::new() } else { "試作の方法の変更（架空）".to_owned() };
        let form = ChangeForm { lines, project_ends: None, what, reason: REASON.to_owned(), request: self.press };
        match self.office.change_plan(self.holder, self.case, form).await? {
            was if was == minor => Ok(()),
            _ => Err(Stop::at("another kind of change")),
        }
    }

    pub(super) async fn answer_change(&self, approve: bool) -> Result<(), Stop> {
        let asked = self.look().await?.execution.plan_change.map_or(0, |p| p.request);
        let decision = if approve {
            ChangeDecision::Approve { conditions: vec!["変更後も目的を達すること（架空）。".to_owned()] }
        } else {
            ChangeDecision::Refuse { reason: REASON.to_owned() }
        };
        // Done before, it waits no more; the press says so first.
        Ok(self.office.decide_change(&self.staff.director, self.case, asked, decision, self.press).await?)
    }

    pub(super) async fn ask_stop(&self, manner: Manner) -> Result<(), Stop> {
        let request = self.look().await?.execution.next_number();
        let stops_on = self.today().plus_days(10);
        let act = DiscontinuationRequested { request, manner, stops_on, reason: REASON.to_owned(), documents: Vec::new() };
        self.plain(Who::Holder, &[], act).await
    }

    pub(super) async fn answer_stop(&self, approve: bool) -> Result<(), Stop> {
        let request = self.look().await?.execution.discontinuation.map_or(0, |d| d.request);
        let number = self.letter();
        if approve {
            return self.plain(Who::Director, &[], DiscontinuationApproved { request, number, conditions: Vec::new() }).await;
        }
        self.plain(Who::Director, &[], DiscontinuationRefused { request, number, reason: REASON.to_owned() }).await
    }

    pub(super) async fn resume(&self) -> Result<(), Stop> {
        self.plain(Who::Holder, &[], WorkResumed { reason: REASON.to_owned() }).await
    }

    pub(super) async fn report_incident(&self) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        let act = IncidentReported {
            incident: seen.next_number(),
            what: "納期の遅れ（架空）".to_owned(),
            expected_end: Some(seen.project_ends),
            documents: Vec::new(),
        };
        self.plain(Who::Holder, &[], act).await
    }

    pub(super) async fn instruct(&self) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        let incident = seen.incidents.iter().next().copied().unwrap_or_default();
        let instruction = "代わりの方法を検討すること（架空）。".to_owned();
        self.plain(Who::Officer, &[], IncidentInstructed { incident, instruction, project_ends: seen.project_ends }).await
    }

    /// What was spent so far: a part of each heading.
    async fn spent_so_far(&self) -> Result<Vec<LineAmount>, Stop> {
        let lines = self.look().await?.execution.lines;
        Ok(lines.into_iter().map(|(line, amount)| LineAmount { line, amount: Yen::new(amount.get() / 3) }).collect())
    }

    pub(super) async fn progress(&self) -> Result<(), Stop> {
        let text = text_document(&format!("遂行状況（架空の企業{}、{}）", self.firm, self.today()))?;
        let content = Digest::of(text.as_bytes());
        let act = ProgressReported { as_of: self.today(), spent: self.spent_so_far().await?, content, documents: Vec::new() };
        self.plain(Who::Holder, &[text], act).await
    }

    pub(super) async fn order_performance(&self) -> Result<(), Stop> {
        let due = self.today().plus_days(14);
        let act = PerformanceOrdered { number: self.letter(), content: "遂行状況を報告すること（架空）。".to_owned(), due };
        self.plain(Who::Director, &[], act).await
    }

    pub(super) async fn order_suspension(&self) -> Result<(), Stop> {
        self.plain(Who::Director, &[], SuspensionOrdered { number: self.letter(), reason: REASON.to_owned() }).await
    }

    pub(super) async fn lift_suspension(&self) -> Result<(), Stop> {
        self.plain(Who::Director, &[], SuspensionLifted { reason: REASON.to_owned() }).await
    }

    pub(super) async fn inspect_underway(&self) -> Result<(), Stop> {
        let text = text_document(&format!("中間検査の記録（架空の企業{}、{}）", self.firm, self.today()))?;
        let act = InterimInspected { content: Digest::of(text.as_bytes()), points: points(), documents: Vec::new() };
        self.plain(Who::Officer, &[text], act).await
    }

    /// 法14条後段: the fiscal year is over, the work is not.
    pub(super) async fn report_year_end(&self) -> Result<(), Stop> {
        let seen = self.look().await?.execution;
        // As every report of results is kept: here without lines of its own.
        let text = format!(r#"{{"explanation":"年度終了の実績（架空の企業{}）","format":1,"lines":[],"names":[]}}"#, self.firm);
        let year_ended = FiscalYear::of(self.today().plus_months(-3)).last_day();
        let act = CompletionReported {
            version: seen.next_report(Trigger::YearEnd),
            trigger: Trigger::YearEnd,
            completed_on: year_ended,
            lines: self.spent_so_far().await?,
            claims: Digest::of(text.as_bytes()),
            documents: Vec::new(),
        };
        self.plain(Who::Holder, &[text], act).await
    }

    /// Imports the table, and puts a paper behind each line that has none.
    pub(super) async fn prepare(&self, flaw: Option<&Flaw>) -> Result<(), Stop> {
        let execution = self.look().await?.execution;
        let table = Spending { execution: &execution, firm: self.firm, hundredths: self.spends, flaw }.table();
        let version = self.office.completion_page(self.holder, self.case).await?.version;
        self.office.import_claims(self.holder, self.case, &table, version).await?;
        let paper = format!("%PDF-1.7\n% made up for a simulation, firm {}\n%%EOF\n", self.firm);
        for line in self.office.completion_page(self.holder, self.case).await?.lines {
            if !line.files.is_empty() {
                continue;
            }
            let mut incoming = self.office.begin_paper(self.holder, self.case, &line.line.id, PaperKind::ALL, "証拠.pdf").await?;
            incoming.write(paper.as_bytes()).await?;
            self.office.keep_paper(self.holder, incoming).await?;
        }
        Ok(())
    }

    /// Hands the report in; what keeps it from being taken in is told by the codes of its findings.
    pub(super) async fn report(&self, explanation: &str) -> Result<(), Stop> {
        let page = self.office.completion_page(self.holder, self.case).await?;
        let execution = self.look().await?.execution;
        let end = execution.abandoned_on.unwrap_or(execution.project_ends);
        // Nothing of the work was done after its completion.
        let done = page.last_day.as_ref().map_or(execution.terms.decided_on, |(_, last)| last.day.min(execution.project_ends));
        let completed_on = end.plus_days(-7).max(execution.terms.decided_on).max(done).min(self.today());
        let order = ReportOrder {
            completed_on: Some(completed_on),
            explanation: explanation.to_owned(),
            version: page.version,
            request: self.press,
        };
        let result = self.office.report_completion(self.holder, self.case, order).await;
        let Err(OfficeError::Invalid(problems)) = result else { return Ok(result?) };
        let findings = page.lines.iter().flat_map(|l| &l.findings);
        let mut wrong: Vec<&str> = findings.filter(|f| f.code.weight() == Weight::Wrong).map(|f| f.code.code()).collect();
        wrong.sort_unstable();
        wrong.dedup();
        let stop = Stop::from(OfficeError::Invalid(problems));
        Err(if wrong.is_empty() { stop } else { Stop { kind: wrong.join(" "), ..stop } })
    }

    pub(super) async fn send_back(&self) -> Result<(), Stop> {
        let due = Some(self.today().plus_days(20));
        Ok(self.office.return_report(&self.staff.officer, self.case, points(), due, self.press).await?)
    }

    pub(super) async fn order_correction(&self) -> Result<(), Stop> {
        let act = CorrectionOrdered { number: self.letter(), points: points(), due: self.today().plus_days(20) };
        self.plain(Who::Director, &[], act).await
    }
}

fn plus(a: Yen, b: Yen) -> Yen {
    Yen::new(a.get().saturating_add(b.get()))
}

fn minus(a: Yen, b: Yen) -> Yen {
    Yen::new(a.get().saturating_sub(b.get()))
}

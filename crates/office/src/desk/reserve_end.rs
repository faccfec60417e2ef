//! The end of the reserve list: who was never raised is told so, with a reason. One case, or all that are left.

use banso_grant::decide::{self, By, ReserveEndOrder};
use banso_grant::{CaseAct, NewAct};
use banso_guideline::Edition;
use banso_kernel::{CallId, CaseId, RequestId};
use banso_permits::{Action, Person};
use banso_store::{Append, Batch};

use super::promotion::{ReserveLine, reserves};
use crate::work::Work;
use crate::{Office, OfficeError};

fn reason_missing(reason: &str, field: &str) -> Result<(), OfficeError> {
    match reason.trim().is_empty() {
        true => Err(OfficeError::field(field, "補欠を終了する理由を入力してください。", "Enter the reason for ending it.")),
        false => Ok(()),
    }
}

impl Office {
    /// Ends the place of one case on the reserve list.
    ///
    /// # Errors
    /// A last day that has not passed or is not settled, others behind it, no reason, not the director's to do; stale.
    pub async fn end_reserve(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::Decide, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        reason_missing(reason, &end_field(case))?;
        let call = handled.file.case.submission.paper.call.clone();
        let permit = self.may_call(person, Action::ReadCall, &call)?;
        let cases = self.store().cases_within(&permit).await?;
        let last_in_line = reserves(&cases).last().map_or(0, |l| l.order);
        let by = self.by(person, handled.edition.digest(), &handled.edition.selection().clause);
        let act = decide::end_reserve(&handled.file.case, &order(&handled.edition, reason, last_in_line), &by)?;
        self.record(&handled.file, act, Vec::new(), request).await
    }

    /// Ends every place that is left on the reserve list of a call, in one commit; how many.
    ///
    /// # Errors
    /// As [`Office::end_reserve`]; [`OfficeError::Forbidden`] for whoever may not decide one of them.
    pub async fn end_reserves(&self, person: &Person, call: &CallId, reason: &str, request: RequestId) -> Result<usize, OfficeError> {
        let called = self.called(person, Action::Decide, call).await?;
        if self.done_before(request).await? {
            return Ok(0);
        }
        reason_missing(reason, END_ALL)?;
        let cases = self.store().cases_within(&self.may_call(person, Action::ReadCall, call)?).await?;
        let by = self.by(person, called.edition.digest(), &called.edition.selection().clause);
        let left = reserves(&cases);
        let mut batch = Batch::default().request(request);
        for line in &left {
            self.may_case(person, Action::Decide, line.case).await?;
            let case = cases.get(&line.case).ok_or(OfficeError::NotFound)?;
            let act = ended_with_all(case, line, &called.edition, reason, &by)?;
            let after = case.last.seq;
            batch = batch
                .and_append(Append::Case { case: line.case, after, acts: vec![act] })
                .and_job(self.job(&Work::Tell { case: line.case, seq: after.saturating_add(1) })?);
        }
        self.append(batch).await?;
        Ok(left.len())
    }
}

/// The field of the reason for ending all.
const END_ALL: &str = "end-reason-all";

/// The field of the reason for ending one.
fn end_field(case: CaseId) -> String {
    format!("end-reason-{case}")
}

fn order(edition: &Edition, reason: &str, last_in_line: u32) -> ReserveEndOrder {
    ReserveEndOrder { reason: reason.to_owned(), last_in_line, term: edition.selection().reserve_term }
}

/// Nobody is passed over when all end together.
fn ended_with_all(
    case: &banso_grant::Case,
    line: &ReserveLine,
    edition: &Edition,
    reason: &str,
    by: &By,
) -> Result<NewAct<CaseAct>, OfficeError> {
    Ok(decide::end_reserve(case, &order(edition, reason, line.order), by)?)
}

#[cfg(test)]
mod tests {
    use banso_grant::StateCode;
    use banso_kernel::Instant;

    use super::*;
    use crate::Page;
    use crate::desk::TodoKind;
    use crate::testing::cases::programme_with_budget;
    use crate::testing::stage::Stage;

    const TERM: &str = "| 2026-03-31 |";
    const WHY: &str = "補欠の期限までに予算に余裕が生じなかったため。";

    /// Two selected, three on reserve, under a guideline whose last day of the reserve list is written so.
    async fn stage(term: &str) -> Stage {
        let text = programme_with_budget("8,000万円");
        assert!(text.contains(TERM), "the last day of the reserve list");
        Stage::reviewed_under(5, text.replace(TERM, term)).await.executed().await
    }

    async fn code<T: std::fmt::Debug>(done: impl Future<Output = Result<T, OfficeError>>) -> String {
        match done.await {
            Ok(_) => "done".to_owned(),
            Err(OfficeError::Refused(refusal)) => refusal.code().to_owned(),
            Err(OfficeError::Invalid(problems)) => problems[0].field.clone(),
            Err(OfficeError::Forbidden(_)) => "forbidden".to_owned(),
            Err(OfficeError::NotFound) => "not found".to_owned(),
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn states(s: &Stage) -> Vec<StateCode> {
        let mut out = Vec::new();
        for (case, _) in &s.cases {
            out.push(s.office.case_file(*case).await.case.state.code());
        }
        out
    }

    fn go_to(s: &Stage, instant: &str) {
        s.office.clock.set(Instant::parse(instant).unwrap());
    }

    async fn waiting(s: &Stage) -> Option<u64> {
        let overview = s.office.overview(&s.officer, &s.call).await.unwrap();
        overview.todos.iter().find(|t| t.kind == TodoKind::EndReserves).map(|t| t.count)
    }

    #[tokio::test]
    async fn a_list_with_a_last_day_ends_on_the_day_after_and_not_before() {
        let s = stage(TERM).await;
        let [first, second, third] = [2, 3, 4].map(|n| s.cases[n].0);
        let one = |case, why: &'static str| s.office.end_reserve(&s.director, case, why, s.press());
        go_to(&s, "2026-03-31T23:59:59+09:00");
        assert_eq!((code(one(third, WHY)).await, waiting(&s).await), ("R116".to_owned(), None));
        assert_eq!(code(s.office.end_reserves(&s.director, &s.call, WHY, s.press())).await, "R116");
        assert!(!s.office.meeting(&s.director, &s.call).await.unwrap().may_end_reserves());
        let home = s.office.desk_home(&s.cases[2].1).await.unwrap();
        assert_eq!(home.applications[0].state.ja, "補欠1（令和8年3月31日まで）");
        s.withdraw(1).await;
        go_to(&s, "2026-04-01T00:00:00+09:00");
        assert_eq!(waiting(&s).await, Some(3));
        assert_eq!(code(s.office.promote(&s.director, first, "予算が空いたため。", s.press())).await, "R117");
        assert_eq!(code(one(second, " ")).await, format!("end-reason-{second}"));
        assert_eq!(code(one(s.cases[0].0, WHY)).await, "R101");
        assert_eq!(code(s.office.end_reserve(&s.officer, second, WHY, s.press())).await, "forbidden");
        assert_eq!(code(s.office.end_reserves(&s.officer, &s.call, WHY, s.press())).await, "forbidden");
        assert!(!s.office.meeting(&s.officer, &s.call).await.unwrap().may_end_reserves());
        let meeting = s.office.meeting(&s.director, &s.call).await.unwrap();
        assert!(meeting.may_end_reserves() && meeting.reserves.iter().all(|l| meeting.may_end(l)));
        assert_eq!(code(one(second, WHY)).await, "done");
        assert_eq!(code(s.office.end_reserves(&s.director, &s.call, "", s.press())).await, "end-reason-all");
        let request = s.press();
        assert_eq!(s.office.end_reserves(&s.director, &s.call, WHY, request).await.unwrap(), 2);
        assert_eq!(s.office.end_reserves(&s.director, &s.call, WHY, request).await.unwrap(), 0, "the same press of the button");
        use StateCode::{Rejected, Selected, Withdrawn};
        assert_eq!((states(&s).await, waiting(&s).await), (vec![Selected, Withdrawn, Rejected, Rejected, Rejected], None));
        assert_eq!(code(s.office.promote(&s.director, first, "予算が空いたため。", s.press())).await, "R101");
        s.settle().await;
        let report = s.office.store().verify(None).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
    }

    #[tokio::test]
    async fn who_was_never_raised_is_told_why_with_a_letter_of_its_own_number() {
        let s = stage(TERM).await;
        go_to(&s, "2026-04-01T09:00:00+09:00");
        s.office.end_reserves(&s.director, &s.call, WHY, s.press()).await.unwrap();
        s.settle().await;
        for (n, number) in [(2, "G7-1不採第1号"), (3, "G7-1不採第2号"), (4, "G7-1不採第3号")] {
            let (case, person) = &s.cases[n];
            let told = s.office.notices(person, Page::first(1)).await.unwrap().rows[0].notice.clone();
            assert!(told.subject.starts_with("補欠の期間が終わり") && told.body.contains(WHY), "{told:?}");
            let file = s.office.store().documents().read(told.document.unwrap()).await.unwrap().unwrap();
            assert!(file.starts_with(b"%PDF"));
            let view = s.office.audit_case(&s.auditor, *case).await.unwrap();
            let last = view.acts.last().unwrap();
            assert_eq!(last.name.ja, "補欠の終了（不採択）");
            assert!(last.details.iter().any(|d| d.value.ja == WHY), "{number}: {last:?}");
        }
    }

    #[tokio::test]
    async fn without_a_last_day_the_list_ends_from_its_end() {
        let s = stage("| - |").await;
        let [first, second, third] = [2, 3, 4].map(|n| s.cases[n].0);
        let one = |case| s.office.end_reserve(&s.director, case, "予算の執行を終えたため。", s.press());
        assert_eq!((waiting(&s).await, code(one(first)).await, code(one(second)).await), (None, "R178".to_owned(), "R178".to_owned()));
        let meeting = s.office.meeting(&s.director, &s.call).await.unwrap();
        assert_eq!(meeting.reserves.iter().map(|l| meeting.may_end(l)).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!((code(one(third)).await, code(one(second)).await), ("done".to_owned(), "done".to_owned()));
        assert_eq!(s.office.end_reserves(&s.director, &s.call, "予算の執行を終えたため。", s.press()).await.unwrap(), 1);
        s.settle().await;
    }

    #[tokio::test]
    async fn nobody_is_ended_by_a_day_that_is_not_settled() {
        let s = stage("| 要確認 |").await;
        go_to(&s, "2030-01-01T00:00:00+09:00");
        assert_eq!(code(s.office.end_reserve(&s.director, s.cases[4].0, WHY, s.press())).await, "R177");
        assert_eq!(code(s.office.end_reserves(&s.director, &s.call, WHY, s.press())).await, "R177");
        assert!(!s.office.meeting(&s.director, &s.call).await.unwrap().may_end_reserves());
        let told = s.office.notices(&s.cases[2].1, Page::first(1)).await.unwrap().rows[0].notice.clone();
        assert!(told.body.contains("補欠の期限は、定まり次第お知らせします。"), "{told:?}");
        s.settle().await;
    }
}

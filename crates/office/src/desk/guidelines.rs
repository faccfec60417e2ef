//! The guidelines as the office sees them: which edition of each call is in force, which files are not and why; and reading them again
//! while the server runs, in somebody's name.

use banso_grant::{Actor, ReadWith};
use banso_kernel::{CallId, Day, Digest, Instant, LocalText};
use banso_permits::{Action, Person, Resource};
use banso_store::{Change, NewAccess};

use crate::{BrokenFile, Loaded, Office, OfficeError, PublishedCall, Standing, UnacceptedEdition};

/// The page of the guidelines.
#[derive(Debug, Clone)]
pub struct GuidelinePage {
    pub calls: Vec<GuidelineCall>,
    pub broken: Vec<BrokenFile>,
    /// Published editions that this program does not accept any more.
    pub unaccepted: Vec<UnacceptedEdition>,
    /// Whether this person may have the guidelines read again.
    pub may_read_again: bool,
}

/// A call with its editions, the one in force on top.
#[derive(Debug, Clone)]
pub struct GuidelineCall {
    pub call: CallId,
    pub programme: LocalText,
    pub call_name: LocalText,
    pub editions: Vec<EditionLine>,
}

/// One published edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionLine {
    pub number: u32,
    pub name: String,
    pub digest: Digest,
    pub published: Day,
    pub opens: Instant,
    pub closes: Instant,
    pub in_force: bool,
    /// False for one on which no act can rest any more.
    pub accepted: bool,
    /// What it was read with; nothing on record where it was published before that was noted.
    pub read_with: Option<ReadWith>,
}

/// What came of a reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadAgain {
    pub published: usize,
    pub unchanged: usize,
    pub broken: usize,
}

impl Office {
    /// The guidelines and their files.
    ///
    /// # Errors
    /// Forbidden to whoever has no desk in the office.
    pub async fn guideline_page(&self, person: &Person) -> Result<GuidelinePage, OfficeError> {
        let (broken, unaccepted) = (self.broken_files(person).await?, self.unaccepted_editions(person)?);
        let may_read_again = self.may(person, Action::RunCall, &Resource::Office).is_ok();
        Ok(GuidelinePage { calls: self.calls().into_iter().filter_map(call).collect(), broken, unaccepted, may_read_again })
    }

    /// Reads all guidelines again: new editions come into force as acts of this person; a file that is broken leaves its call on the last
    /// good edition, and the page says why.
    ///
    /// # Errors
    /// Forbidden to whoever does not run calls; facts or a folder that cannot be read, in words: then everything stays as it was.
    pub async fn read_guidelines_again(&self, person: &Person) -> Result<ReadAgain, OfficeError> {
        self.may(person, Action::RunCall, &Resource::Office)?;
        let done = self.take_in(Actor::Person(person.id)).await?.iter().fold(ReadAgain::default(), |mut done, loaded| {
            match loaded {
                Loaded::Published { .. } => done.published += 1,
                Loaded::Unchanged { .. } => done.unchanged += 1,
                Loaded::Broken(_) => done.broken += 1,
            }
            done
        });
        let ReadAgain { published, unchanged, broken } = done;
        tracing::info!(person = %person.id, published, unchanged, broken, "guidelines were read again");
        let access = NewAccess {
            person: Some(person.id),
            action: "guidelines".to_owned(),
            resource: "office".to_owned(),
            detail: format!("published {published}, unchanged {unchanged}, broken {broken}"),
        };
        self.store().change(Change::log_access(&access)).await?;
        Ok(done)
    }
}

fn call(published: PublishedCall) -> Option<GuidelineCall> {
    let (newest, meta) = (published.editions.last()?.number, published.current()?.meta().clone());
    let line = |e: &crate::PublishedEdition| {
        let meta = e.edition.meta();
        EditionLine {
            number: e.number,
            name: meta.edition.clone(),
            digest: e.edition.digest(),
            published: meta.published,
            opens: meta.opens,
            closes: meta.closes,
            in_force: e.number == newest,
            accepted: e.standing == Standing::InOrder,
            read_with: e.read_with,
        }
    };
    let editions = published.editions.iter().rev().map(line).collect();
    Some(GuidelineCall { call: published.call, programme: meta.programme, call_name: meta.call_name, editions })
}

#[cfg(test)]
mod tests {
    use banso_permits::Role;
    use banso_store::Page;

    use super::*;
    use crate::testing::cases::{self, PROGRAMME};
    use crate::testing::{Shelf, TestOffice};

    const SECOND: &str = "programmes/go-tech/r7-1.2.md";
    const FIRST_NAME: &str = "令和7年度第1回・第1版";
    const SECOND_NAME: &str = "令和7年度第1回・第2版";
    const CLOSES: &str = "2025-06-20T17:00+09:00";

    struct Scene {
        office: TestOffice,
        officer: Person,
        call: CallId,
    }

    /// An office that has started with one good guideline.
    async fn scene() -> Scene {
        let office = TestOffice::new().await;
        let officer = office.somebody("officer", &[Role::Officer], None).await;
        office.shelf.put(PROGRAMME, &cases::programme());
        office.read_programmes().await.unwrap();
        Scene { office, officer, call: CallId::parse("go-tech/r7-1").unwrap() }
    }

    /// An amendment with another closing.
    fn amended(closes: &str) -> String {
        cases::programme().replace("第1回・第1版", "第1回・第2版").replace(CLOSES, closes)
    }

    impl Scene {
        async fn again(&self) -> (usize, usize, usize) {
            let ReadAgain { published, unchanged, broken } = self.office.read_guidelines_again(&self.officer).await.unwrap();
            (published, unchanged, broken)
        }

        fn in_force(&self) -> String {
            self.office.edition_in_force(&self.call).unwrap().meta().edition.clone()
        }

        async fn problems(&self) -> Vec<LocalText> {
            self.office.guideline_page(&self.officer).await.unwrap().broken.into_iter().map(|b| b.problems).collect()
        }
    }

    #[tokio::test]
    async fn an_amendment_comes_into_force_in_the_name_of_who_read_it() {
        let s = scene().await;
        assert_eq!(s.again().await, (0, 1, 0));
        s.office.shelf.put(SECOND, &amended("2025-07-31T17:00+09:00"));
        assert_eq!(s.again().await, (1, 1, 0));
        assert_eq!(s.in_force(), SECOND_NAME);
        let acts = s.office.call_file(&s.call).await.acts;
        let by: Vec<(&str, String)> = acts.iter().map(|a| (a.kind.as_str(), a.actor.to_string())).collect();
        assert_eq!(by.len(), 2, "{by:?}");
        assert!(by.iter().all(|(kind, _)| *kind == by[0].0) && by[1].1.contains(&s.officer.id.to_string()), "{by:?}");
        let page = s.office.guideline_page(&s.officer).await.unwrap();
        let lines: Vec<(u32, bool)> = page.calls[0].editions.iter().map(|e| (e.number, e.in_force)).collect();
        assert_eq!(lines, [(2, true), (1, false)]);
        let noted = s.office.store().accesses("office", Page::first(10)).await.unwrap();
        let guidelines: Vec<_> = noted.rows.iter().filter(|a| a.access.action == "guidelines").collect();
        assert_eq!((guidelines.len(), guidelines[0].access.person), (2, Some(s.officer.id)));
    }

    #[tokio::test]
    async fn a_broken_file_leaves_the_call_where_it_is_until_it_is_put_right() {
        let s = scene().await;
        s.office.shelf.put(SECOND, &amended(CLOSES).replace("補助事業期間 in", "補助事業期冠 in"));
        assert_eq!(s.again().await, (0, 1, 1));
        assert_eq!(s.in_force(), FIRST_NAME);
        let problems = s.problems().await;
        assert!(
            problems[0].ja.contains("補助事業期間") && problems[0].en.as_ref().is_some_and(|en| en.contains("did you mean")),
            "{problems:?}"
        );
        s.office.shelf.put(SECOND, &cases::programme());
        assert_eq!(s.again().await, (0, 1, 1));
        assert!(s.problems().await[0].ja.contains("第1版と同じ本文"), "{:?}", s.problems().await);
        s.office.shelf.put(SECOND, "");
        assert_eq!((s.again().await, s.problems().await.len()), ((0, 1, 0), 0), "what is gone is forgotten");
        s.office.shelf.put(SECOND, &amended(CLOSES));
        assert_eq!((s.again().await, s.in_force()), ((1, 1, 0), SECOND_NAME.to_owned()));
    }

    #[tokio::test]
    async fn a_closing_is_moved_back_but_never_forward() {
        let s = scene().await;
        s.office.shelf.put(SECOND, &amended("2025-06-19T17:00+09:00"));
        assert_eq!((s.again().await, s.in_force()), ((0, 1, 1), FIRST_NAME.to_owned()));
        let problems = s.problems().await;
        for piece in ["8:", "closing-brought-forward", "令和7年6月19日", "令和7年6月20日"] {
            assert!(problems[0].ja.contains(piece), "{piece}: {problems:?}");
        }
        s.office.shelf.put(SECOND, &amended("2025-06-30T17:00+09:00"));
        assert_eq!(s.again().await, (1, 1, 0));
        s.office.shelf.put("programmes/go-tech/r7-1.3.md", &amended("2025-06-25T17:00+09:00").replace("・第2版", "・第3版"));
        assert_eq!((s.again().await, s.in_force()), ((0, 2, 1), SECOND_NAME.to_owned()), "the edition in force is what was announced last");
    }

    #[tokio::test]
    async fn an_edition_that_comes_after_a_later_one_is_not_published() {
        let s = scene().await;
        s.office.shelf.put("programmes/go-tech/r7-1.3.md", &amended(CLOSES).replace("・第2版", "・第3版"));
        assert_eq!(s.again().await, (1, 1, 0));
        s.office.shelf.put(SECOND, &amended(CLOSES));
        assert_eq!((s.again().await, s.in_force()), ((0, 2, 1), "令和7年度第1回・第3版".to_owned()));
        assert!(s.problems().await[0].ja.contains("第4版（r7-1.4.md）"), "{:?}", s.problems().await);
        let acts = s.office.call_file(&s.call).await;
        assert_eq!(acts.call.edition.digest, s.office.edition_in_force(&s.call).unwrap().digest(), "acts and pages agree on what governs");
    }

    #[tokio::test]
    async fn nobody_is_scored_by_rules_that_changed_under_the_review() {
        let s = scene().await;
        let lead = s.office.applicant("lead", "架空精機株式会社").await;
        let case = s.office.handed_in(&s.call, &lead, "切削工程の短縮").await;
        s.office.review_opened(&[case], &s.officer, Day::new(2025, 7, 31).unwrap()).await;
        let later = amended("2025-06-30T17:00+09:00");
        assert!(later.contains("| 60% |"), "the pass mark of the guideline");
        s.office.shelf.put(SECOND, &later.replace("| 60% |", "| 50% |"));
        assert_eq!((s.again().await, s.in_force()), ((0, 1, 1), FIRST_NAME.to_owned()));
        assert!(s.problems().await[0].ja.contains("審査が始まっている"), "{:?}", s.problems().await);
        s.office.shelf.put(SECOND, &later);
        assert_eq!((s.again().await, s.in_force()), ((1, 1, 0), SECOND_NAME.to_owned()));
        s.office.run_jobs().await;
    }

    #[tokio::test]
    async fn facts_that_cannot_be_read_change_nothing() {
        let s = scene().await;
        s.office.shelf.put(SECOND, &amended(CLOSES));
        s.office.shelf.put(Shelf::BROKEN_FACTS, "broken");
        let refused = s.office.read_guidelines_again(&s.officer).await;
        assert!(matches!(&refused, Err(OfficeError::Invalid(p)) if p[0].text.ja.contains("dictionary.md")), "{refused:?}");
        assert_eq!(s.in_force(), FIRST_NAME);
        s.office.shelf.put(Shelf::BROKEN_FACTS, "");
        assert_eq!(s.again().await, (1, 1, 0));
    }

    #[tokio::test]
    async fn only_who_runs_calls_has_them_read_again() {
        let s = scene().await;
        for (role, sees) in [(Role::Director, true), (Role::Auditor, true), (Role::Applicant, false), (Role::Reviewer, false)] {
            let other = s.office.somebody(role.name(), &[role], None).await;
            assert!(matches!(s.office.read_guidelines_again(&other).await, Err(OfficeError::Forbidden(_))), "{role:?}");
            let page = s.office.guideline_page(&other).await;
            assert_eq!(page.as_ref().ok().map(|p| p.may_read_again), sees.then_some(false), "{role:?}");
            assert_eq!(s.office.broken_files(&other).await.is_ok(), sees, "{role:?}");
        }
    }

    #[tokio::test]
    async fn two_who_press_at_once_publish_once() {
        let s = scene().await;
        s.office.shelf.put(SECOND, &amended(CLOSES));
        let both = tokio::join!(s.office.read_guidelines_again(&s.officer), s.office.read_guidelines_again(&s.officer));
        let published = [both.0.unwrap().published, both.1.unwrap().published];
        assert_eq!(published.iter().sum::<usize>(), 1, "{published:?}");
        assert_eq!(s.office.call_file(&s.call).await.acts.len(), 2);
    }
}

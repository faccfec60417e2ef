//! Carries the scenes out, each at its moment and by whoever does it in life. What applicants do stands here; the office's and the
//! reviewers' scenes stand beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use banso_guideline::{DocumentSpec, Edition, SectionContent, Side, Truth};
use banso_kernel::{CallId, CaseId, Lang};
use banso_office::apply::{SaveOrder, StartOrder, SubmitOrder};
use banso_office::{Loaded, Office, OfficeError, Words};
use banso_permits::Person;
use banso_store::Store;

use super::DemoTrouble;
use super::after::AfterBeat;
use super::calls::{CallText, Round};
use super::clock::StageClock;
use super::past::PastFirm;
use super::people::{Troupe, login_of, person};
use super::progress::Progress;
use super::script::{Beat, Filled, PARTNER, Proposal, Scene};
use super::{dice, form, paper};

/// A performance: the house, the people, and what stands already.
pub(crate) struct Play<'a> {
    pub(crate) office: &'a Office,
    pub(crate) store: &'a Store,
    pub(crate) clock: Arc<StageClock>,
    pub(crate) words: &'a Words,
    pub(crate) troupe: &'a Troupe,
    pub(crate) texts: &'a [CallText],
    pub(crate) proposals: &'a [Proposal],
    pub(crate) cases: BTreeMap<usize, CaseId>,
    pub(crate) after: &'a [AfterBeat],
    pub(crate) past: Vec<PastFirm>,
    /// The cases of the past round, in the order of its firms.
    pub(crate) past_cases: Vec<CaseId>,
    pub(crate) past_round: Vec<banso_office::Rehearsed>,
    /// Where the pages are: invitations name it.
    pub(crate) address: &'a str,
}

impl Play<'_> {
    /// Plays all scenes in their order.
    pub(crate) async fn perform(&mut self, beats: &[Beat], progress: &mut Progress) -> Result<(), DemoTrouble> {
        for beat in beats {
            self.clock.put(beat.at);
            self.scene(beat.scene).await.map_err(|cause| DemoTrouble::Scene { scene: beat.scene, cause: Box::new(cause) })?;
            self.run_jobs().await?;
            let (ja, en) = beat.scene.told();
            progress.step(ja, en);
        }
        Ok(())
    }

    async fn scene(&mut self, scene: Scene) -> Result<(), DemoTrouble> {
        match scene {
            Scene::Publish(text) => self.publish(text).await,
            Scene::Draft(index) => self.draft(index).await,
            Scene::Invite(index) => self.invite(index).await,
            Scene::Accept(index) => self.accept(index).await,
            Scene::HandIn(index) => self.hand_in(index).await,
            Scene::Withdraw(index) => self.withdraw(index).await,
            Scene::RequestGrant(index) => self.request_grant(index).await,
            Scene::Pass(index) => self.pass(index).await,
            Scene::Return(index) => self.send_back(index).await,
            Scene::NotAccept(index) => self.not_accept(index).await,
            Scene::JudgeBonus(index, verdict) => self.judge_bonus(index, verdict).await,
            Scene::OpenReview(round) => self.open_review(round).await,
            Scene::CloseReview(round) => self.close_review(round).await,
            Scene::Replace(index) => self.replace(index).await,
            Scene::Reconsider(index, nth) => self.reconsider(index, nth).await,
            Scene::Declare(index, nth) => self.declare(index, nth).await,
            Scene::Conflict(index, nth) => self.conflict(index, nth).await,
            Scene::Score(index, nth) => self.score(index, nth).await,
            Scene::Freeze(round) => self.freeze(round).await,
            Scene::Execute(round) => self.execute(round).await,
            Scene::Promote(index) => self.promote(index).await,
            Scene::ReturnGrant(index) => self.return_grant(index).await,
            Scene::Grant(index, cut) => self.grant(index, cut).await,
            Scene::RefuseGrant(index) => self.refuse_grant(index).await,
            Scene::After(nth) => self.follow(nth).await,
            Scene::Remind => Ok(self.office.queue_duty_reminders().await?),
            Scene::Past(step) => self.past(step).await,
        }
    }

    pub(crate) fn proposal(&self, index: usize) -> Result<Proposal, DemoTrouble> {
        self.proposals.get(index).copied().ok_or(DemoTrouble::Script("proposal"))
    }

    pub(crate) fn case(&self, index: usize) -> Result<CaseId, DemoTrouble> {
        self.cases.get(&index).copied().ok_or(DemoTrouble::Script("case"))
    }

    pub(crate) fn call(&self, round: Round) -> Result<CallId, DemoTrouble> {
        self.texts.iter().find(|t| t.round == round).map(|t| t.call.clone()).ok_or(DemoTrouble::Script("call"))
    }

    pub(crate) fn edition(&self, round: Round) -> Result<Edition, DemoTrouble> {
        Ok(self.office.edition_in_force(&self.call(round)?)?)
    }

    pub(crate) async fn who(&self, login: &str) -> Result<Person, DemoTrouble> {
        person(self.store, login).await
    }

    /// Whoever speaks for an application.
    pub(crate) async fn lead(&self, proposal: &Proposal) -> Result<Person, DemoTrouble> {
        self.who(&login_of(proposal.lead)).await
    }

    async fn publish(&self, text: usize) -> Result<(), DemoTrouble> {
        let text = self.texts.get(text).ok_or(DemoTrouble::Script("text"))?;
        match self.office.load_programmes(std::slice::from_ref(&text.file), self.words).await?.into_iter().next() {
            Some(Loaded::Published { .. } | Loaded::Unchanged { .. }) => Ok(()),
            Some(Loaded::Broken(broken)) => Err(DemoTrouble::Text { path: broken.path.into(), why: broken.problems.ja }),
            None => Err(DemoTrouble::Script("text")),
        }
    }

    /// Starts an application and fills it in as far as the script says.
    async fn draft(&mut self, index: usize) -> Result<(), DemoTrouble> {
        let proposal = self.proposal(index)?;
        let edition = self.edition(proposal.round)?;
        let lead = self.lead(&proposal).await?;
        let order = StartOrder {
            call: self.call(proposal.round)?,
            number: self.troupe.firm(proposal.lead)?.number.to_string(),
            title: form::theme(&proposal)?.title.to_owned(),
            track: form::track(&edition, &proposal),
            request: dice::request(&format!("start {index}")),
        };
        let case = self.office.start_application(&lead, &order).await?;
        self.cases.insert(index, case);
        let members = form::members(self.troupe, &proposal)?.len();
        let wanted = match proposal.filled {
            Filled::Whole | Filled::BarOneDocument => usize::MAX,
            Filled::Half => 4,
            Filled::Begun => 1,
        };
        // The consortium first: the other sections ask for its members.
        let mut sections: Vec<_> = edition.form().sections.iter().filter(|s| !s.id.starts_with("grant")).collect();
        sections.sort_by_key(|s| !matches!(s.content, SectionContent::Consortium { .. }));
        for section in sections.into_iter().take(wanted) {
            let each = section.side == Side::EachMember || matches!(section.content, SectionContent::Budget { .. });
            let sides: Vec<u32> = if each { (1..=members as u32).collect() } else { vec![0] };
            for member in sides {
                self.fill(&lead, case, &edition, &section.id, member, &proposal).await?;
            }
            if let SectionContent::Documents(specs) = &section.content {
                self.attach_all(&lead, case, &edition, (&section.id, specs), &proposal).await?;
            }
        }
        Ok(())
    }

    async fn fill(
        &self,
        who: &Person,
        case: CaseId,
        edition: &Edition,
        section: &str,
        member: u32,
        proposal: &Proposal,
    ) -> Result<(), DemoTrouble> {
        let form_section = edition.section(section).ok_or(DemoTrouble::Script("section"))?;
        let answers = form::answers(edition, form_section, member, proposal, self.troupe)?;
        if answers.is_empty() {
            return Ok(());
        }
        let page = self.office.section_page(who, case, section, member).await?;
        let mut all = page.answers;
        all.extend(answers);
        let order = SaveOrder { section: section.to_owned(), member, stamp: page.stamp, answers: all, leaving: Vec::new() };
        self.office.save_section(who, case, &order).await?;
        Ok(())
    }

    async fn attach_all(
        &self,
        who: &Person,
        case: CaseId,
        edition: &Edition,
        (section, specs): (&str, &[DocumentSpec]),
        proposal: &Proposal,
    ) -> Result<(), DemoTrouble> {
        let bonuses = &edition.selection().bonuses;
        let evidence = proposal.bonus.and_then(|nth| bonuses.get(nth)).and_then(|b| b.evidence.clone());
        let last_required = specs.iter().rfind(|s| s.required.always()).map(|s| s.id.clone());
        let needs = self.office.section_page(who, case, section, 0).await?.needs;
        let needed = |spec: &DocumentSpec| spec.required.always() || needs.get(&spec.id).is_some_and(|n| n.truth == Truth::Yes);
        for spec in specs {
            let left_out = proposal.filled == Filled::BarOneDocument && Some(&spec.id) == last_required.as_ref();
            if (needed(spec) && !left_out) || Some(&spec.id) == evidence.as_ref() {
                self.attach(who, case, spec, proposal).await?;
            }
        }
        Ok(())
    }

    async fn attach(&self, who: &Person, case: CaseId, spec: &DocumentSpec, proposal: &Proposal) -> Result<(), DemoTrouble> {
        let title = spec.title.ja.as_str();
        let lines = [
            title.to_owned(),
            "合成データ / Synthetic data".to_owned(),
            format!("計画名　{}", form::theme(proposal)?.title),
            format!("提出者　{}", self.troupe.firm(proposal.lead)?.name),
            "この書類は、デモのために作られたもので、実在の団体・事業とは関係ありません。".to_owned(),
        ];
        let name = format!("{}.pdf", title.split(['（', ' ', '/']).next().unwrap_or("書類"));
        let mut incoming = self.office.begin_attachment(who, case, 0, &spec.id, &name, None).await?;
        incoming.write(&paper::pdf(&lines)).await?;
        self.office.attach(who, incoming).await?;
        Ok(())
    }

    /// The research body is asked to come in.
    async fn invite(&self, index: usize) -> Result<(), DemoTrouble> {
        let lead = self.lead(&self.proposal(index)?).await?;
        Ok(self.office.invite(&lead, self.case(index)?, 2, "partner@demo.invalid", self.address).await?)
    }

    /// It comes in by the link of the mail, and fills in its part.
    async fn accept(&self, index: usize) -> Result<(), DemoTrouble> {
        let (case, proposal) = (self.case(index)?, self.proposal(index)?);
        let edition = self.edition(proposal.round)?;
        let partner = self.who("partner").await?;
        debug_assert_eq!(proposal.research, PARTNER);
        let member = self.store.members(case).await?.into_iter().find(|m| m.member == 2);
        let invitation = member.and_then(|m| m.invitation).ok_or(DemoTrouble::Script("invitation"))?;
        let lead = self.lead(&proposal).await?.id;
        let mail = self.store.mail(&format!("invitation:{lead}:{invitation}")).await?.ok_or(DemoTrouble::Script("mail"))?;
        let token = mail.mail.body.split("/apply/invitations/").nth(1).and_then(|rest| rest.split_whitespace().next());
        self.office.accept_invitation(&partner, token.ok_or(DemoTrouble::Script("link"))?).await?;
        let own = edition.form().sections.iter().filter(|s| s.side == Side::EachMember);
        for section in own {
            self.fill(&partner, case, &edition, &section.id, 2, &proposal).await?;
        }
        Ok(())
    }

    /// Checks the answers and hands in: the application, its correction, or the grant request.
    async fn hand_in(&self, index: usize) -> Result<(), DemoTrouble> {
        let lead = self.lead(&self.proposal(index)?).await?;
        let case = self.case(index)?;
        let page = self.office.check_page(&lead, case).await?;
        let request = dice::request(&format!("submit {index} {}", self.office.now()));
        let order = SubmitOrder { revision: page.revision, declared: true, despite_no: false, request };
        self.office.submit(&lead, case, order).await?;
        Ok(())
    }

    /// The quotes are attached, the budget stays, the grant is asked for.
    async fn request_grant(&self, index: usize) -> Result<(), DemoTrouble> {
        let proposal = self.proposal(index)?;
        let lead = self.lead(&proposal).await?;
        let case = self.case(index)?;
        for section in self.office.check_page(&lead, case).await?.sections {
            if let SectionContent::Documents(specs) = &section.section.content {
                for spec in specs.iter().filter(|s| s.required.always()) {
                    self.attach(&lead, case, spec, &proposal).await?;
                }
            }
        }
        self.hand_in(index).await
    }

    async fn withdraw(&self, index: usize) -> Result<(), DemoTrouble> {
        let lead = self.lead(&self.proposal(index)?).await?;
        let why = "共同研究先の体制が変わり、計画どおりに実施できなくなったため（合成）";
        Ok(self.office.withdraw(&lead, self.case(index)?, why, dice::request(&format!("withdraw {index}"))).await?)
    }

    /// Does what was queued, at the moments at which it was queued.
    pub(crate) async fn run_jobs(&self) -> Result<(), OfficeError> {
        while self.office.work_once().await? {}
        Ok(())
    }
}

/// What a failed scene was about, for the log.
pub(crate) fn said(error: &OfficeError) -> String {
    match error {
        OfficeError::Refused(refusal) => format!("{refusal} / {}", refusal.message().get(Lang::Ja)),
        OfficeError::Invalid(problems) => problems.iter().map(|p| format!("{}: {}", p.field, p.text.ja)).collect::<Vec<_>>().join("; "),
        OfficeError::Forbidden(reasons) => reasons.iter().map(|r| r.ja.clone()).collect::<Vec<_>>().join("; "),
        OfficeError::Stale(text) | OfficeError::Suspended(text) | OfficeError::Busy(text) => {
            format!("{} / {}", text.ja, text.get(Lang::En))
        }
        OfficeError::NotFound | OfficeError::TooLate { .. } | OfficeError::RateLimited { .. } | OfficeError::Fault(_) => error.to_string(),
    }
}

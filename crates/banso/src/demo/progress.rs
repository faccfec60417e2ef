//! How far the demonstration is, line by line, for people who wait.

use banso_kernel::Lang;

use super::script::Scene;

/// At most this many lines.
const LINES: usize = 24;

/// Counts what was done and says so now and then.
#[derive(Debug)]
pub(crate) struct Progress {
    all: usize,
    done: usize,
    said: usize,
    lang: Lang,
    voice: Voice,
}

/// Whether anybody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    Aloud,
    #[cfg(test)]
    Silent,
}

impl Progress {
    pub(crate) fn new(all: usize, lang: Lang, voice: Voice) -> Self {
        Progress { all, done: 0, said: 0, lang, voice }
    }

    /// One more is done. `what` is what comes next, in both languages.
    pub(crate) fn step(&mut self, ja: &str, en: &str) {
        self.done += 1;
        let due = self.done * LINES / self.all.max(1);
        if due > self.said || self.done == self.all {
            self.said = due;
            self.say(ja, en);
        }
    }

    fn say(&self, ja: &str, en: &str) {
        let head = self.lang.pick("デモを作っています", "Making the demonstration");
        match self.voice {
            Voice::Aloud => complain!("{head} {:>3}/{}  {}", self.done, self.all, self.lang.pick(ja, en)),
            #[cfg(test)]
            Voice::Silent => {}
        }
    }
}

impl Scene {
    /// What people who wait are told.
    pub(crate) const fn told(self) -> (&'static str, &'static str) {
        match self {
            Scene::Publish(_) => ("公募要領の公表", "publishing a guideline"),
            Scene::Draft(_) | Scene::Invite(_) | Scene::Accept(_) => ("申請書の作成", "filling in applications"),
            Scene::HandIn(_) => ("申請書の提出", "submitting applications"),
            Scene::Pass(_) | Scene::Return(_) | Scene::NotAccept(_) => ("形式審査", "completeness checks"),
            Scene::JudgeBonus(..) => ("加点の判定", "bonus points"),
            Scene::OpenReview(_) | Scene::Declare(..) | Scene::Conflict(..) | Scene::Replace(_) => ("審査の準備", "preparing the review"),
            Scene::Score(..) | Scene::Reconsider(..) | Scene::CloseReview(_) => ("採点", "score sheets"),
            Scene::Freeze(_) | Scene::Execute(_) | Scene::Promote(_) => ("採択", "selection"),
            Scene::Withdraw(_) | Scene::RequestGrant(_) | Scene::ReturnGrant(_) => ("交付申請", "grant requests"),
            Scene::Grant(..) | Scene::RefuseGrant(_) => ("交付決定", "grant decisions"),
            Scene::After(_) => ("交付決定後の手続", "what follows a grant"),
            Scene::Remind => ("期限のお知らせ", "mails about what is due"),
            Scene::Past(_) => ("過去の公募回と効果検証", "a past round and its study"),
        }
    }
}

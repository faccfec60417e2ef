//! Rows that no act makes, as far as they can be found out: erasures that hide more than was erased, letters that are gone, notices of no
//! case. What stays believed (people, organisations, drafts, words of notices and mails, who looked) is listed in `SECURITY.md`.

use banso_kernel::{CaseId, Digest, Instant, LocalText, NoticeId};

use super::report::{changed, row_place, unreadable};
use super::{AT_ONCE, Walk};
use crate::Store;
use crate::db::{Row, args, built};
use crate::documents::Soundness;
use crate::fault::Fault;

/// An erasure as it is noted.
struct Erasure {
    digest: Digest,
    reason: String,
    at: Instant,
}

impl TryFrom<&Row> for Erasure {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Erasure { digest: row.parse("digest")?, reason: row.text("reason")?, at: row.instant("erased_at")? })
    }
}

impl Store {
    /// Looks at the rows that no act makes.
    pub(super) async fn compare_unnamed(&self, walk: &mut Walk) -> Result<(), Fault> {
        let mut after = String::new();
        loop {
            let sql = "SELECT digest, reason, erased_at FROM erasures WHERE digest > $1 ORDER BY digest LIMIT $2";
            let rows = self.db().rows(sql, args![&after, AT_ONCE]).await?;
            let Some(last) = rows.last() else { break };
            after = last.text("digest")?;
            for row in &rows {
                self.check_erasure(row, walk).await?;
            }
        }
        self.check_texts_of_no_act(walk).await?;
        self.check_notices(walk).await
    }

    /// An erasure excuses that something is missing: it must be of something that was there, at a moment when it was, and say why.
    async fn check_erasure(&self, row: &Row, walk: &mut Walk) -> Result<(), Fault> {
        let place = row_place("erasures", &row.text("digest")?);
        let erasure = match Erasure::try_from(row) {
            Ok(erasure) => erasure,
            Err(e) => {
                walk.problem(place, unreadable(&e));
                return Ok(());
            }
        };
        let mut wrong: Vec<LocalText> = Vec::new();
        if erasure.reason.trim().is_empty() {
            wrong.push(LocalText::new("消去の理由が記されていません。", "it gives no reason"));
        }
        let now = self.now();
        if erasure.at > now {
            wrong.push(LocalText::new("消去の日時が、いまより後です。", "it was erased later than now"));
        }
        match walk.named.since.get(&erasure.digest) {
            Some(since) if erasure.at < *since => {
                wrong.push(LocalText::new(
                    format!("消去されたとする日時が、行為がそれを記した{}より前です。", since.wareki()),
                    format!("it was erased before the act that names it was recorded, {since}"),
                ));
            }
            Some(_) => {}
            None if self.stands_beside(erasure.digest).await? => {}
            None => wrong.push(LocalText::new(
                "消去されたとするものを記す行為も行もありません。",
                "no act and no row names what it says was erased",
            )),
        }
        if self.still_there(&erasure).await? {
            wrong.push(LocalText::new("消去されたとするものが、まだ残っています。", "what it says was erased is still there"));
        }
        wrong.into_iter().for_each(|what| walk.problem(place.clone(), what));
        Ok(())
    }

    /// Whether a file or a letter of that digest was ever kept.
    async fn stands_beside(&self, digest: Digest) -> Result<bool, Fault> {
        let sql = "SELECT digest FROM attachments WHERE digest = $1 UNION ALL SELECT document FROM notices WHERE document = $1 LIMIT 1";
        Ok(self.row(sql, args![digest]).await?.is_some())
    }

    /// Whether it can still be read, other than by having been handed in once more.
    async fn still_there(&self, erasure: &Erasure) -> Result<bool, Fault> {
        if self.row("SELECT digest FROM contents WHERE digest = $1", args![erasure.digest]).await?.is_some() {
            return Ok(true);
        }
        if self.documents().verify(erasure.digest).await? == Soundness::Missing {
            return Ok(false);
        }
        let again = "SELECT digest FROM attachments WHERE digest = $1 AND uploaded_at >= $2 LIMIT 1";
        Ok(self.row(again, args![erasure.digest, erasure.at]).await?.is_none())
    }

    /// Texts that no act names: nothing rests on them, but each has to have its digest.
    async fn check_texts_of_no_act(&self, walk: &mut Walk) -> Result<(), Fault> {
        let mut after = String::new();
        loop {
            let rows =
                self.db().rows("SELECT digest FROM contents WHERE digest > $1 ORDER BY digest LIMIT $2", args![&after, AT_ONCE]).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.text("digest")?;
            for row in &rows {
                let text = row.text("digest")?;
                let named = text.parse::<Digest>().is_ok_and(|digest| walk.named.since.contains_key(&digest));
                if !named && !self.has_its_digest(&text).await? {
                    walk.problem(row_place("contents", &text), changed());
                }
            }
        }
    }

    async fn has_its_digest(&self, digest: &str) -> Result<bool, Fault> {
        let row = self.row("SELECT body FROM contents WHERE digest = $1", args![digest]).await?;
        row.map_or(Ok(true), |row| Ok(Digest::of(row.text("body")?.as_bytes()).to_string() == digest))
    }

    /// Every notice is of a case that there is, and has the letter that was sent with it.
    async fn check_notices(&self, walk: &mut Walk) -> Result<(), Fault> {
        let mut after = String::new();
        loop {
            let sql = built(format!("{NOTICES} WHERE n.id > $1 ORDER BY n.id LIMIT $2"));
            let rows = self.db().rows(sql, args![&after, AT_ONCE]).await?;
            let Some(last) = rows.last() else { break };
            after = last.text("id")?;
            for row in &rows {
                check_notice(row, walk)?;
            }
        }
        missing_notices(walk);
        Ok(())
    }

    /// The same of one case.
    pub(super) async fn check_notices_of(&self, case: CaseId, walk: &mut Walk) -> Result<(), Fault> {
        for row in &self.db().rows(built(format!("{NOTICES} WHERE n.case_id = $1 ORDER BY n.id")), args![case]).await? {
            check_notice(row, walk)?;
        }
        missing_notices(walk);
        Ok(())
    }
}

const NOTICES: &str = "SELECT n.id, n.document, n.case_id, a.case_id AS application, c.id AS of_acts FROM notices n \
                       LEFT JOIN applications a ON a.case_id = n.case_id LEFT JOIN cases c ON c.id = n.case_id";

/// Compares a notice with the act that says with which letter it came. The letter itself is looked at where its act is.
fn check_notice(row: &Row, walk: &mut Walk) -> Result<(), Fault> {
    let place = row_place("notices", &row.text("id")?);
    if row.opt_text("application")?.is_none() && row.opt_text("of_acts")?.is_none() {
        walk.problem(place.clone(), LocalText::new("この通知の案件がありません。", "there is no case of this notice"));
    }
    let said = row.parse("id").ok().and_then(|id: NoticeId| walk.named.letters.remove(&id)).map(|(letter, _)| letter);
    let wrong = match (said, row.opt_parse::<Digest>("document")) {
        (said, Ok(found)) if said == found => return Ok(()),
        (_, Err(e)) => unreadable(&e),
        (None, Ok(_)) => LocalText::new("この通知書を送った記録がありません。", "no act says that its letter was sent"),
        (Some(letter), Ok(_)) => LocalText::new(
            format!("送った通知書（{letter}）と違うものになっています。"),
            format!("its letter is not the one that was sent, {letter}"),
        ),
    };
    walk.problem(place, wrong);
    Ok(())
}

/// What is left of the letters that were sent lies on no desk any more.
fn missing_notices(walk: &mut Walk) {
    for (notice, (letter, act)) in std::mem::take(&mut walk.named.letters) {
        let what = LocalText::new(
            format!("通知書（{letter}）を送った通知がありません（{act}）。"),
            format!("the notice of the letter {letter} is missing ({act})"),
        );
        walk.problem(row_place("notices", &notice.to_string()), what);
    }
}

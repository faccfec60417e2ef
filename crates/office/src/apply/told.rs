//! What an organisation is told that an application leaves behind: its draft was thrown away, or it was taken out of the consortium.

use banso_kernel::{CaseId, NoticeId, OrganisationId};
use banso_store::{Batch, Change, Desk, NewNotice};

use super::draft::Draft;
use crate::letters::{named_notice, reachable};
use crate::{Office, OfficeError};

impl Office {
    /// A notice on the desk of an organisation and a mail to each of its accounts, in Japanese and English. Under one `occasion` it is
    /// told once.
    pub(super) async fn tell_organisation(
        &self,
        mut batch: Batch,
        (case, desk): (CaseId, OrganisationId),
        occasion: &str,
        (subject, body): &(String, String),
    ) -> Result<Batch, OfficeError> {
        let id: NoticeId = named_notice(&format!("{occasion} {case} {desk}"));
        let notice = NewNotice { id, case, desk: Desk::Organisation(desk), subject: subject.clone(), body: body.clone(), document: None };
        batch = batch.and_change(Change::notify(&notice));
        for account in self.store().accounts_of(desk).await?.iter().filter(|a| reachable(a)) {
            let (mail, job) = self.mail_to(&format!("letter:{case}:{occasion}:{}", account.id), &account.email, subject, body)?;
            batch = batch.and_change(mail).and_job(job);
        }
        Ok(batch)
    }
}

/// The subject and the text of such a notice.
pub(super) fn words(draft: &Draft, subject: &str, ja: &str, en: &str) -> (String, String) {
    let (meta, title) = (draft.edition.meta(), &draft.row.application.title);
    let body = format!(
        "{} {}\n「{title}」\n\n{ja}心当たりのないときは、代表者に確認してください。\n\n{en}\n\n{}\n",
        meta.programme.ja, meta.call_name.ja, meta.office
    );
    (format!("{subject}（{title}）"), body)
}

//! Notices on somebody's desk: what the office told an organisation or a person, with its letter.

use banso_kernel::NoticeId;
use banso_permits::Person;
use banso_store::{Change, Desk, Listed, Notice, Page};

use crate::{Office, OfficeError};

impl Office {
    /// The notices of this person and of their organisation, newest first. They are the person's own: who asks is the permit.
    ///
    /// # Errors
    /// Storage.
    pub async fn notices(&self, person: &Person, page: Page) -> Result<Listed<Notice>, OfficeError> {
        Ok(self.store().notices(person.id, person.organisation, page).await?)
    }

    /// One notice; opening it marks it as read.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`], also when it is on somebody else's desk.
    pub async fn open_notice(&self, person: &Person, id: NoticeId) -> Result<Notice, OfficeError> {
        let notice = self.store().notice(id).await?.ok_or(OfficeError::NotFound)?;
        let own = match &notice.notice.desk {
            Desk::Organisation(organisation) => person.organisation == Some(*organisation),
            Desk::Person(owner) => person.id == *owner,
        };
        if !own {
            return Err(OfficeError::NotFound);
        }
        if notice.read_at.is_none() {
            self.store().change(Change::mark_read(id)).await?;
        }
        Ok(notice)
    }
}

//! What the database itself owes the ledger: its guards, and a file that is whole.

use banso_kernel::LocalText;

use super::Walk;
use crate::Store;
use crate::db::{Kind, args, rows};
use crate::fault::Fault;
use crate::migrate::missing_guards;

impl Store {
    /// Whether the database guards the acts, and whether its file is whole.
    pub(super) async fn look_at_the_database(&self, walk: &mut Walk) -> Result<(), Fault> {
        let mut conn = self.db().reader().await?;
        for guard in missing_guards(&mut conn, self.db().kind).await? {
            let place = LocalText::new("データベースの守り", "guard of the database");
            let what = LocalText::new(
                format!("行為の書換えを拒む仕掛け（{guard}）がありません。サーバーを起動し直すと戻ります。"),
                format!("`{guard}`, which refuses to edit acts, is not there; a start of the server puts it back"),
            );
            walk.problem(place, what);
        }
        if self.db().kind == Kind::Sqlite {
            for row in rows(&mut conn, "PRAGMA integrity_check(20)", args![]).await? {
                let said = row.text("integrity_check")?;
                if said != "ok" {
                    let place = LocalText::new("データベースのファイル", "file of the database");
                    walk.problem(
                        place,
                        LocalText::new(format!("壊れています（{said}）。控えから戻してください。"), format!("is damaged: {said}")),
                    );
                }
            }
        }
        Ok(())
    }
}

//! What is cleared away by and by: answers to requests that nobody repeats any more, and documents that no row names.

use std::collections::BTreeSet;
use std::time::Duration;

use banso_kernel::{Digest, Instant};
use futures_util::TryStreamExt as _;

use crate::backup::TABLES;
use crate::change::Change;
use crate::db::{Row, args, built};
use crate::fault::Fault;
use crate::store::Store;

/// An upload becomes a row within moments; a day is far beyond.
const UNNAMED: Duration = Duration::from_secs(86_400);
/// Characters of a digest.
const DIGEST: usize = 64;

impl Change {
    /// Forgets the answers to old requests. Whoever repeats one after that is told how things stand, as with a new request.
    #[must_use]
    pub fn forget_requests_before(instant: Instant) -> Self {
        Change::by("DELETE FROM requests WHERE recorded_at < $1", args![instant])
    }
}

impl Store {
    /// Removes the documents that came in more than a day ago and that no row names: uploads that were given up. How many they were.
    ///
    /// # Errors
    /// [`Fault`]s of the database and of the disk.
    pub async fn sweep_documents(&self) -> Result<u64, Fault> {
        self.sweep_documents_older_than(UNNAMED).await
    }

    /// The same for documents of this age, while nothing is coming in.
    ///
    /// # Errors
    /// As [`Store::sweep_documents`].
    pub async fn sweep_documents_older_than(&self, age: Duration) -> Result<u64, Fault> {
        let mut unnamed: BTreeSet<Digest> = self.documents().older_than(age).await?.into_iter().collect();
        self.strike_out_attached(&mut unnamed).await?;
        // Nearly always nothing is left here, and the tables need not be read.
        if !unnamed.is_empty() {
            self.strike_out_named(&mut unnamed).await?;
        }
        let mut gone = 0_u64;
        for digest in unnamed {
            gone = gone.saturating_add(u64::from(self.documents().remove_if_older_than(age, digest).await?));
        }
        Ok(gone)
    }

    /// Strikes out what stands where documents mostly stand.
    async fn strike_out_attached(&self, unnamed: &mut BTreeSet<Digest>) -> Result<(), Fault> {
        let mut conn = self.db().reader().await?;
        let sql = "SELECT digest FROM attachments UNION ALL SELECT document AS digest FROM notices WHERE document IS NOT NULL";
        let mut rows = sqlx::query(sql).fetch(&mut conn);
        while let Some(row) = rows.try_next().await? {
            unnamed.remove(&Row::from(row).parse("digest")?);
        }
        Ok(())
    }

    /// Strikes out what is named anywhere, in whatever column or text.
    async fn strike_out_named(&self, unnamed: &mut BTreeSet<Digest>) -> Result<(), Fault> {
        let mut conn = self.db().reader().await?;
        for (table, order) in TABLES {
            let mut rows = sqlx::query(built(format!("SELECT * FROM {table} ORDER BY {order}"))).fetch(&mut conn);
            while let Some(row) = rows.try_next().await? {
                for text in Row::from(row).to_json()?.values().filter_map(|value| value.as_str()) {
                    named_in(text).for_each(|digest| {
                        unnamed.remove(&digest);
                    });
                }
            }
        }
        Ok(())
    }
}

/// Every digest that stands in a text.
fn named_in(text: &str) -> impl Iterator<Item = Digest> + '_ {
    let runs = text.as_bytes().split(|b| !b.is_ascii_hexdigit()).filter(|run| run.len() >= DIGEST);
    runs.flat_map(|run| run.windows(DIGEST)).filter_map(|window| std::str::from_utf8(window).ok()?.to_ascii_lowercase().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_found_wherever_they_stand() {
        let digest = Digest::of(b"plan");
        let check = |text: String, expected: &[Digest]| assert_eq!(named_in(&text).collect::<Vec<_>>(), expected, "{text}");
        check(digest.to_string(), &[digest]);
        check(format!("{{\"a\":[\"{digest}\",\"{digest}\"]}}"), &[digest, digest]);
        check(format!("見積{digest}書"), &[digest]);
        check(digest.to_string().to_uppercase(), &[digest]);
        check("ab12".to_owned(), &[]);
        let longer = format!("0{digest}");
        assert!(named_in(&longer).any(|found| found == digest));
    }
}

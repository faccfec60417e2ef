//! What a panel of a call is made of: the facts of its leading firms as they were known on a day. Only for whoever may read the whole call.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{CorporateNumber, Day};
use banso_permits::Permit;

use crate::Store;
use crate::db::args;
use crate::fault::Fault;
use crate::ledger::permitted_whole;
use crate::people::Fact;

impl Store {
    /// Of which items and periods anything is known of the firms that lead a case of the call.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn periods_within(&self, permit: &Permit) -> Result<BTreeSet<(String, String)>, Fault> {
        let call = permitted_whole(permit)?;
        let sql = "SELECT DISTINCT f.item, f.period FROM facts f JOIN organisations o ON o.id = f.organisation \
                   WHERE o.corporate_number IN (SELECT lead FROM cases WHERE call_id = $1)";
        self.db().rows(sql, args![call]).await?.iter().map(|row| Ok((row.text("item")?, row.text("period")?))).collect()
    }

    /// The facts of every firm that leads a case of the call that the permit is for, learned by the end of a day, also what a
    /// source has said otherwise since; by firm, item, period and day of learning.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn facts_within(&self, permit: &Permit, known_on: Day) -> Result<BTreeMap<CorporateNumber, Vec<Fact>>, Fault> {
        let call = permitted_whole(permit)?;
        let sql = "SELECT o.corporate_number AS number, f.* FROM \
                   (SELECT organisation, item, period, source, value, learned_on FROM facts \
                    UNION ALL SELECT organisation, item, period, source, value, learned_on FROM restated_facts) f \
                   JOIN organisations o ON o.id = f.organisation \
                   WHERE o.corporate_number IN (SELECT lead FROM cases WHERE call_id = $1) AND f.learned_on <= $2 \
                   ORDER BY o.corporate_number, f.item, f.period, f.learned_on, f.source";
        let mut facts: BTreeMap<CorporateNumber, Vec<Fact>> = BTreeMap::new();
        for row in self.db().rows(sql, args![call, known_on.to_string()]).await? {
            facts.entry(row.parse("number")?).or_default().push(Fact::try_from(&row)?);
        }
        Ok(facts)
    }
}

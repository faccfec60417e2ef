//! Many granted cases at once, for benchmarks: everybody applies and is granted in a few large transactions, by the rules.

use std::sync::Arc;

use banso_kernel::{CallId, CaseId, ClosedDays, Day};
use banso_office::Office;
use banso_store::Store;

use crate::cast::{self, Firm, Staff};
use crate::clock::WorldClock;
use crate::dice::Dice;
use crate::failure::Why;
use crate::house::{Blueprint, House};
use crate::round;
use crate::world::begins;

/// A call with many granted cases.
pub struct Crowded {
    house: House,
    pub call: CallId,
    pub staff: Staff,
    pub firms: Vec<Firm>,
    /// In the order of the firms.
    pub cases: Vec<CaseId>,
    pub dice: Dice,
}

/// Grants so many cases.
///
/// # Errors
/// A place that is not empty, or what the office answers.
pub async fn crowded(blueprint: Blueprint, count: u32) -> Result<Crowded, Why> {
    let dice = Dice::new(0);
    let staff = Staff::new(&dice);
    let firms: Vec<Firm> = (0..count).map(|nth| Firm::new(&dice, nth, false, true)).collect();
    let mut house = House::new(blueprint, Arc::new(WorldClock::at(round::at(begins(), 9 * 3600))));
    let call = house.start().await?;
    let open = house.open()?;
    if open.store.anchor().await?.position > 1 {
        return Err(Why::NotEmpty);
    }
    open.store.commit(cast::entering(&staff, &firms)).await?;
    let cases = round::play(&open.office, &house.clock, &dice, (&staff, &firms), &call).await?;
    let crowd = Crowded { house, call, staff, firms, cases, dice };
    crowd.wait_until(crowd.office()?.now().day().plus_days(10).or_next_open(ClosedDays::Office));
    crowd.office()?.rehearse_decisions(&crowd.staff.director, &crowd.call).await?;
    crowd.wait_until(crowd.office()?.now().day().plus_days(90).or_next_open(ClosedDays::Office));
    Ok(crowd)
}

impl Crowded {
    /// # Errors
    /// Never while it stands.
    pub fn office(&self) -> Result<&Office, Why> {
        Ok(&self.house.open()?.office)
    }

    /// # Errors
    /// Never while it stands.
    pub fn store(&self) -> Result<&Store, Why> {
        Ok(&self.house.open()?.store)
    }

    /// The clock goes on to noon of a day.
    pub fn wait_until(&self, day: Day) {
        self.house.clock.set(round::at(day, 12 * 3600));
    }
}

//! A run of payments of many transfers: planned and frozen, approved, its file made, the bank's answer read and recorded.

use banso_kernel::{ClosedDays, RequestId};
use banso_office::execution::{AccountForm, RequesterForm, RunOrder, SettleOrder};

use crate::Outcome;
use crate::crowd::Crowd;
use crate::stopwatch::{Laps, rate};

fn account(nth: usize) -> AccountForm {
    AccountForm {
        bank: "0001".to_owned(),
        bank_name: "カクウ".to_owned(),
        branch: "001".to_owned(),
        branch_name: "ホンテン".to_owned(),
        kind: "ordinary".to_owned(),
        number: format!("{nth:07}"),
        holder: format!("カ）カクウ{nth}"),
    }
}

pub(crate) async fn paid(crowd: &Crowd, transfers: u32) -> Outcome<()> {
    let office = crowd.office()?;
    let (staff, call) = (&crowd.0.staff, &crowd.0.call);
    let said = |e: banso_office::OfficeError| format!("{e:?}");
    let press = |what: &str| -> RequestId { crowd.0.dice.press(what) };
    let mut laps = Laps::begin();
    crowd.fixed(transfers as usize).await?;
    println!("{transfers} cases reported, inspected and fixed in {:.1} s", laps.lap().as_secs_f64());
    for nth in 0..transfers as usize {
        let (case, speaks) = crowd.case(nth)?;
        let page = office.claim_page(speaks, case).await.map_err(said)?;
        let amount = page.may_claim.map(|(_, left)| left);
        office.claim_payment(speaks, case, amount, &account(nth), press(&format!("claim {nth}"))).await.map_err(said)?;
    }
    let took = laps.lap();
    println!("claims at the desk, one after another: {:.0} a second", rate(u64::from(transfers), took));
    let pay_on = crowd.today()?.plus_open_days(3, ClosedDays::Bank);
    let requester = RequesterForm { code: "0012345678".to_owned(), account: account(9_999_999) };
    let order = RunOrder { pay_on: Some(pay_on), requester, confirmed: [].into(), request: press("plan") };
    let run = office.freeze_run(&staff.officer, call, order).await.map_err(said)?.ok_or("no run was frozen")?;
    println!("run of {transfers}: planned and frozen in {:.2} s", laps.lap().as_secs_f64());
    for (director, what) in [(&staff.director, "first"), (&staff.second, "second")] {
        // A small run needs one director only.
        let approved = office.approve_run(director, call, run, press(what)).await;
        if what == "first" {
            approved.map_err(said)?;
        }
        println!("run of {transfers}: {what} approval in {:.2} s", laps.lap().as_secs_f64());
    }
    let (_, file) = office.run_file(&staff.officer, call, run).await.map_err(said)?;
    println!("run of {transfers}: transfer file of {} KiB in {:.2} s", file.len() >> 10, laps.lap().as_secs_f64());
    crowd.0.wait_until(pay_on);
    let lines = office.read_result(&staff.officer, call, run, &file).await.map_err(said)?;
    println!("run of {transfers}: the bank's answer read and reconciled in {:.2} s", laps.lap().as_secs_f64());
    let order = SettleOrder { on: Some(pay_on), lines, request: press("settle") };
    office.settle_run(&staff.officer, call, run, order).await.map_err(said)?;
    println!("run of {transfers}: recorded, one transaction, in {:.2} s", laps.lap().as_secs_f64());
    Ok(())
}

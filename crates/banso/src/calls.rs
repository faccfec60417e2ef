//! `banso calls`: open calls of other offices from a file of the portal J-Grants, every row accounted for, and those that may be for a firm.

use banso_exchange::{FirmOutline, PublicCall, PublicCalls, Suits};
use banso_kernel::{Instant, Lang};

use crate::cli::CallsAsked;
use crate::reading;
use crate::trouble::Trouble;

/// Remarks that are printed; the rest is counted.
const REMARKS: usize = 50;

/// Reads the file and says what it holds. False when rows were refused.
pub(crate) fn calls(asked: &CallsAsked, lang: Lang) -> Result<bool, Trouble> {
    let path = &asked.file;
    let bytes = reading::bytes(path, reading::TABLE_MAX).map_err(|cause| Trouble::Unreadable { path: path.clone(), cause })?;
    let read = PublicCalls::read(&bytes)
        .map_err(|cause| Trouble::Unreadable { path: path.clone(), cause: std::io::Error::other(cause.to_string()) })?;
    let firm = FirmOutline { prefecture: asked.prefecture.clone(), industry: asked.industry.clone(), staff: asked.staff };
    let noon = asked.on.map(|day| Instant::from_micros(day.start().micros() + 12 * 3_600_000_000).unwrap_or(day.start()));
    let open = |call: &&PublicCall| noon.is_none_or(|now| call.is_open(now));
    let suiting = |wanted: Suits| read.calls.iter().filter(open).filter(|c| c.suits(&firm) == wanted).collect::<Vec<_>>();
    let (yes, perhaps, no) = (suiting(Suits::Yes), suiting(Suits::Open), suiting(Suits::No));
    say!(
        "{} {}　{} {}　{} {}",
        lang.pick("行", "rows"),
        read.rows,
        lang.pick("読めた公募", "calls read"),
        read.calls.len(),
        lang.pick("読めない行", "refused"),
        read.refused()
    );
    let shut = read.calls.iter().filter(|call| !open(call)).count();
    if let Some(day) = asked.on {
        say!("{} {shut}", lang.pick(&format!("{day} 正午に受付中でない公募"), &format!("calls that are not open at noon of {day}:")));
    }
    say!(
        "{} {}　{} {}　{} {}",
        lang.pick("対象になり得る", "may suit"),
        yes.len(),
        lang.pick("事実が足りない", "a fact is missing"),
        perhaps.len(),
        lang.pick("対象外", "not for it"),
        no.len()
    );
    for (mark, call) in yes.iter().map(|c| ("○", c)).chain(perhaps.iter().map(|c| ("？", c))).take(asked.show) {
        let cap = call.cap.map(|yen| format!("　〜{}円", banso_kernel::group_thousands(i128::from(yen.get())))).unwrap_or_default();
        say!("{mark} {}　{}{cap}　{} {}", call.title, call.institution, lang.pick("締切", "closes"), call.closes);
    }
    for remark in read.remarks.iter().filter(|r| r.refused).take(REMARKS) {
        complain!("＊{} {}", path.display(), remark.text.get(lang));
    }
    let told = read.remarks.iter().filter(|r| !r.refused).count();
    if told > 0 {
        say!("{} {told}", lang.pick("補助上限額が書かれていない公募", "calls without a stated ceiling:"));
    }
    say!(
        "{}",
        lang.pick(
            "出典：Jグランツ（編集・加工しています）。要件は各公募の公募要領で確かめてください。",
            "Source: J-Grants, edited. See each guideline for its conditions."
        )
    );
    Ok(read.refused() == 0)
}

//! Values as letters write them: 令和7年6月20日, 金30,000,000円, a digest in groups of eight.

use banso_kernel::{Digest, Instant, Yen, group_thousands};

/// `30,000,000円`, with △ before a negative amount as accounts in Japan write it.
pub(crate) fn yen(amount: Yen) -> String {
    let digits = group_thousands(i128::from(amount.get()).abs());
    if amount.get() < 0 { format!("△{digits}円") } else { format!("{digits}円") }
}

/// `金30,000,000円`: the form in which a decision states an amount.
pub(crate) fn kin(amount: Yen) -> String {
    format!("金{}", yen(amount))
}

/// `令和7年6月20日 16時59分58秒（日本標準時）`.
pub(crate) fn moment(at: Instant) -> String {
    let (_, time) = split(at);
    let mut parts = time.split(':');
    let (h, m, s) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{} {}時{m}分{s}秒（日本標準時）", at.day().wareki(), h.strip_prefix('0').unwrap_or(h))
}

/// `2025-06-20T16:59:58+09:00`.
pub(crate) fn moment_iso(at: Instant) -> String {
    let (day, time) = split(at);
    format!("{day}T{time}+09:00")
}

/// `2025-06-20 16:59:58` in its two parts.
fn split(at: Instant) -> (String, String) {
    let text = at.to_string();
    text.split_once(' ').map(|(d, t)| (d.to_owned(), t.to_owned())).unwrap_or_default()
}

/// 64 digits in groups of eight, four groups to a line: what a person can compare by eye.
pub(crate) fn grouped(digest: Digest) -> [String; 2] {
    let text = digest.to_string();
    let groups: Vec<&str> = (0..8).filter_map(|i| text.get(i * 8..i * 8 + 8)).collect();
    let line = |from: usize| groups.get(from..from + 4).map(|g| g.join(" ")).unwrap_or_default();
    [line(0), line(4)]
}

/// `12,345 バイト`.
pub(crate) fn bytes(n: u64) -> String {
    group_thousands(i128::from(n))
}

/// Paragraphs: what somebody typed, cut at its line ends, empty lines dropped.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (amount, expected) in
            [(0, "金0円"), (30_000_000, "金30,000,000円"), (-1_500, "金△1,500円"), (i64::MIN, "金△9,223,372,036,854,775,808円")]
        {
            assert_eq!(kin(Yen::new(amount)), expected);
        }
    }

    #[test]
    fn moments() {
        for (at, wareki, iso) in [
            ("2025-06-20T16:59:58+09:00", "令和7年6月20日 16時59分58秒（日本標準時）", "2025-06-20T16:59:58+09:00"),
            ("2019-04-30T15:00:00Z", "令和元年5月1日 0時00分00秒（日本標準時）", "2019-05-01T00:00:00+09:00"),
            ("2019-04-30T14:59:59.999999Z", "平成31年4月30日 23時59分59秒（日本標準時）", "2019-04-30T23:59:59+09:00"),
        ] {
            let at = Instant::parse(at).unwrap();
            assert_eq!((moment(at).as_str(), moment_iso(at).as_str()), (wareki, iso));
        }
    }

    #[test]
    fn a_digest_in_groups() {
        let expected = ["e3b0c442 98fc1c14 9afbf4c8 996fb924", "27ae41e4 649b934c a495991b 7852b855"];
        assert_eq!(grouped(Digest::of(b"")), expected);
    }

    #[test]
    fn what_somebody_typed() {
        assert_eq!(paragraphs("一つ目\r\n\n  二つ目 \n"), ["一つ目", "二つ目"]);
        assert!(paragraphs(" \n").is_empty());
    }
}

//! A synthetic population from published marginals: each firm from the seed and its number alone, so any stretch can be made on its
//! own. Every firm is made up. What the marginals are, and where they come from, stands in a table (`facts/population.csv`).

use std::collections::BTreeMap;
use std::sync::Arc;

use banso_kernel::{Day, Exact, Yen};

use crate::block::{Block, day_number, scaled};
use crate::plane::BLOCK;
use crate::schema::{Kind, Schema};

/// What is wrong with a table of marginals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}行目: {ja} / line {line}: {en}")]
pub struct BadMarginal {
    pub line: usize,
    pub ja: String,
    pub en: String,
}

/// The marginals of the items of a schema.
#[derive(Debug, Clone)]
pub struct Marginals {
    schema: Arc<Schema>,
    /// By place in the schema.
    items: Vec<Draw>,
}

/// How the values of one item are drawn.
#[derive(Debug, Clone, Default)]
struct Draw {
    /// Of a thousand firms, of how many it is known.
    known: u64,
    bands: Vec<Band>,
    /// For a text: what stands before the firm's number.
    prefix: Option<String>,
}

#[derive(Debug, Clone)]
struct Band {
    /// Only where another item (drawn before) has this value.
    only: Option<(usize, i64)>,
    low: i64,
    high: i64,
    weight: u64,
}

const HEADER: [&str; 8] = ["項目", "条件", "値", "下限", "上限", "重み", "既知", "出典"];

impl Marginals {
    /// Reads a table (`項目,条件,値,下限,上限,重み,既知,出典`). Items that the schema lacks are left out; items without a line are unknown.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn parse(source: &str, schema: &Arc<Schema>) -> Result<Marginals, BadMarginal> {
        let mut items = vec![Draw::default(); schema.fields().len()];
        let mut seen_header = false;
        for (i, line) in source.lines().enumerate() {
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |ja: &str, en: &str| BadMarginal { line: i + 1, ja: ja.to_owned(), en: en.to_owned() };
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            if !seen_header {
                if cells != HEADER {
                    return Err(wrong("見出しが違います", "the header is not that of marginals"));
                }
                seen_header = true;
                continue;
            }
            let [item, only, value, low, high, weight, known, _source] = cells.as_slice() else {
                return Err(wrong("列の数が違います（8列）", "there are not eight columns"));
            };
            let Some(place) = schema.place(item) else { continue };
            let Some(kind) = schema.fields().get(place).map(|f| f.kind.clone()) else { continue };
            let only = match only.split_once('=') {
                None => None,
                Some((other, is)) => Some(
                    condition(schema, other.trim(), is.trim()).ok_or_else(|| wrong("条件が読めません", "the condition cannot be read"))?,
                ),
            };
            let weight: u64 = weight.parse().map_err(|_| wrong("重みは整数です", "the weight is not a whole number"))?;
            let ends = if kind == Kind::Text {
                Some((0, 0))
            } else if value.is_empty() {
                cell(&kind, low).zip(cell(&kind, high))
            } else {
                cell(&kind, value).map(|v| (v, v))
            };
            let Some((low, high)) = ends.filter(|(l, h)| l <= h) else {
                return Err(wrong("値か範囲が読めません", "the value or range cannot be read"));
            };
            let Some(draw) = items.get_mut(place) else { continue };
            if !known.is_empty() {
                draw.known = known.parse().map_err(|_| wrong("既知は千分率です", "known is not a number of a thousand"))?;
            }
            if kind == Kind::Text {
                draw.prefix = Some((*value).to_owned());
            }
            draw.bands.push(Band { only, low, high, weight });
        }
        Ok(Marginals { schema: Arc::clone(schema), items })
    }

    /// The schema it draws for.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Some firms, from the first on; at most a block of them.
    #[must_use]
    pub fn block(&self, seed: u64, first: u64, firms: u64) -> Block {
        let mut block = Block::new(&self.schema, first);
        for firm in first..first.saturating_add(firms.min(BLOCK as u64)) {
            let mut drawn: BTreeMap<usize, i64> = BTreeMap::new();
            block.row(|place, _, column, row| {
                let Some(draw) = self.items.get(place) else { return column.push_whole(None, row) };
                let mut dice = Dice::new(seed, firm, place as u64);
                let known = dice.below(1000) < draw.known;
                if let Some(prefix) = &draw.prefix {
                    let text = format!("{prefix}{:08}", firm + 1);
                    return column.push_text(known.then_some(text.as_str()), row);
                }
                let value = draw.pick(&mut dice, &drawn);
                if let Some(value) = value {
                    drawn.insert(place, value);
                }
                // A text of which nothing is said is unknown too.
                column.push_text(None, row);
                column.push_whole(value.filter(|_| known), row);
            });
        }
        block
    }

    /// All firms, block by block.
    pub fn blocks(&self, seed: u64, firms: u64) -> impl Iterator<Item = Block> + '_ {
        let size = BLOCK as u64;
        (0..firms.div_ceil(size)).map(move |i| self.block(seed, i * size, (firms - i * size).min(size)))
    }
}

impl Draw {
    /// A value of one of the bands that apply, by weight; low values of a band more often than high ones.
    fn pick(&self, dice: &mut Dice, drawn: &BTreeMap<usize, i64>) -> Option<i64> {
        let applies = |b: &&Band| b.only.is_none_or(|(place, value)| drawn.get(&place) == Some(&value));
        let total: u64 = self.bands.iter().filter(applies).map(|b| b.weight).sum();
        let mut left = dice.below(total.max(1));
        for band in self.bands.iter().filter(applies) {
            if left < band.weight {
                let share = u128::from(dice.next() >> 32).pow(2);
                let span = u128::from(band.high.abs_diff(band.low)) + 1;
                let step = i64::try_from((span * share) >> 64).unwrap_or(0);
                return Some(rounded(band.low.saturating_add(step), band));
            }
            left -= band.weight;
        }
        None
    }
}

/// Two leading digits, as people give capital and income; never below the band.
fn rounded(value: i64, band: &Band) -> i64 {
    let mut unit = 1;
    while value.abs() / unit >= 1000 {
        unit *= 10;
    }
    (value / unit * unit).max(band.low)
}

fn condition(schema: &Schema, item: &str, is: &str) -> Option<(usize, i64)> {
    let place = schema.place(item)?;
    let kind = &schema.fields().get(place)?.kind;
    Some((place, cell(kind, is)?))
}

/// A cell in the column's own scale: `300人`, `5,000万円`, `7.5%`, `2020-04-01`, a choice, はい.
pub(crate) fn cell(kind: &Kind, text: &str) -> Option<i64> {
    match kind {
        Kind::Number { scale } => scaled(number(text)?, *scale),
        Kind::Day => Day::parse(text).ok().map(day_number),
        Kind::YesNo => match text {
            "はい" | "true" | "1" | "TRUE" | "True" | "yes" => Some(1),
            "いいえ" | "false" | "0" | "FALSE" | "False" | "no" => Some(0),
            _ => None,
        },
        Kind::Choice(values) => values.iter().position(|v| v == text).and_then(|p| i64::try_from(p).ok()),
        Kind::Text => None,
    }
}

/// A number as people write it: `12`, `-3.5`, `7.5%`, `2/3`, `4,500万円`, `300人`.
pub(crate) fn number(text: &str) -> Option<Exact> {
    use num_traits::CheckedDiv as _;
    let text = text.trim();
    if let Some(percent) = text.strip_suffix('%') {
        return number(percent)?.checked_div(&Exact::from_integer(100));
    }
    if let Some((above, below)) = text.split_once('/') {
        let below = number(below)?;
        return if *below.numer() == 0 { None } else { number(above)?.checked_div(&below) };
    }
    plain(text).or_else(|| Yen::parse(text).ok().map(Yen::exact)).or_else(|| {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        (digits.len() < text.len()).then(|| plain(digits)).flatten()
    })
}

fn plain(text: &str) -> Option<Exact> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() > 30 {
        return None;
    }
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    format!("{whole}{fraction}").parse::<i128>().ok().map(|n| Exact::new(sign * n, scale))
}

/// Random numbers of one firm and one item: splitmix64 from the seed, the firm and the item.
struct Dice(u64);

impl Dice {
    fn new(seed: u64, firm: u64, item: u64) -> Self {
        let mut dice = Dice(seed ^ 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(firm.wrapping_add(1)));
        dice.0 = dice.next() ^ 0xD1B5_4A32_D192_ED03_u64.wrapping_mul(item.wrapping_add(1));
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below a bound, from the upper half of a product.
    fn below(&mut self, bound: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(bound)) >> 64).unwrap_or(0)
    }
}

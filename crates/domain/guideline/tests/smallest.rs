//! "Smallest" and "fewest" against trying everything: small random guidelines, every combination of values at which a condition turns.

#[cfg(test)]
mod house;

use std::collections::BTreeSet;

use banso_guideline::{Dictionary, Edition, Facts, Library, Truth, Value};
use banso_kernel::Exact;
use house::{dictionary, library, shown};

const SMALL: &str = include_str!("house/small.md");

/// What a condition may say, and the items with every value at which one of these turns. Nobody can change 再生事業者 or 設立日.
const LEAVES: [&str; 10] = [
    "従業員数 <= 20人",
    "従業員数 > 5人",
    "資本金 <= 3億円",
    "資本金 > 5,000万円",
    "重複受給でない",
    "再生事業者でない",
    "くるみん認定である",
    "設立日 <= @\"2020-04-01\"",
    "補助事業期間 >= 2年",
    "資本金 in [1,000万円..5,000万円]",
];

#[cfg(test)]
struct Dice(u64);

#[cfg(test)]
impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.roll(4) == 0 {
            return LEAVES[self.roll(LEAVES.len())].to_owned();
        }
        let word = ["かつ", "または"][self.roll(2)];
        format!("({}) {word} ({})", self.condition(depth - 1), self.condition(depth - 1))
    }
}

#[cfg(test)]
fn grid() -> Vec<(&'static str, Vec<Value>)> {
    let numbers = |of: &[i128]| of.iter().map(|n| Value::Number(Exact::from_integer(*n))).collect::<Vec<_>>();
    let both = || vec![Value::YesNo(true), Value::YesNo(false)];
    let days = ["2020-04-01", "2020-04-02"].map(|d| Value::Day(banso_kernel::Day::parse(d).unwrap()));
    vec![
        ("従業員数", numbers(&[5, 6, 21])),
        ("資本金", numbers(&[9_999_999, 50_000_000, 50_000_001, 300_000_001])),
        ("重複受給", both()),
        ("再生事業者", both()),
        ("くるみん認定", both()),
        ("設立日", days.to_vec()),
        ("補助事業期間", numbers(&[1, 2])),
    ]
}

#[cfg(test)]
fn edition(dice: &mut Dice, depth: usize, dictionary: &Dictionary, library: &Library) -> Edition {
    let (first, second) = (dice.condition(depth), dice.condition(depth));
    let source = SMALL.replacen("中小企業者である", &first, 1).replacen("補助事業期間 <= 最長期間", &second, 1);
    let source = source.split("## 5 検証例").next().unwrap();
    let reading = Edition::read(source, dictionary, library);
    reading.edition.unwrap_or_else(|| panic!("{}", shown(&reading.problems, source)))
}

#[cfg(test)]
fn firm(dice: &mut Dice, known: usize) -> Facts {
    let pick = |dice: &mut Dice, (item, values): (&str, Vec<Value>)| {
        let value = values[dice.roll(values.len())].clone();
        (dice.roll(4) < known).then(|| (item.to_owned(), value))
    };
    Facts(grid().into_iter().filter_map(|one| pick(dice, one)).collect())
}

/// Every choice of new values for exactly these items.
#[cfg(test)]
fn choices(facts: &Facts, items: &[(&'static str, Vec<Value>)]) -> Vec<Facts> {
    items.iter().fold(vec![facts.clone()], |all, (item, values)| {
        let put = |facts: &Facts, value: &Value| {
            let mut after = facts.clone();
            after.0.insert((*item).to_owned(), value.clone());
            after
        };
        all.iter().flat_map(|f| values.iter().filter(|v| facts.0.get(*item) != Some(*v)).map(move |v| put(f, v))).collect()
    })
}

/// The least cost at which some other values of some items turn the verdict: what cannot be changed first, then how many.
#[cfg(test)]
fn least(
    edition: &Edition,
    facts: &Facts,
    dictionary: &Dictionary,
    may: impl Fn(&str) -> bool,
    done: impl Fn(Truth) -> bool,
) -> Option<(usize, usize)> {
    let items: Vec<_> = grid().into_iter().filter(|(item, _)| may(item)).collect();
    let subset = |bits: usize| items.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, one)| one.clone()).collect::<Vec<_>>();
    let cost = |set: &[(&str, Vec<Value>)]| (set.iter().filter(|(item, _)| !dictionary.get(item).unwrap().changeable).count(), set.len());
    let mut sets: Vec<_> = (1..1_usize << items.len()).map(subset).filter(|set| set.len() <= 4).collect();
    sets.sort_by_key(|set| cost(set));
    sets.iter().find(|set| choices(facts, set).iter().any(|f| done(edition.examine(f).verdict))).map(|set| cost(set))
}

/// The least number of items whose answers can make the verdict a yes.
#[cfg(test)]
fn fewest(edition: &Edition, facts: &Facts, may: impl Fn(&str) -> bool) -> usize {
    let items: Vec<_> = grid().into_iter().filter(|(item, _)| may(item)).collect();
    let chosen = |bits: usize| items.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, one)| one.clone()).collect::<Vec<_>>();
    let opens = |set: &[(&'static str, Vec<Value>)]| choices(facts, set).iter().any(|f| edition.examine(f).verdict == Truth::Yes);
    (1..1_usize << items.len()).map(chosen).filter(|set| opens(set)).map(|set| set.len()).min().unwrap_or(0)
}

/// How often something came out, by name.
#[cfg(test)]
type Counts = std::collections::BTreeMap<&'static str, usize>;

#[test]
fn the_first_way_told_is_the_smallest_and_nothing_of_a_way_is_superfluous() {
    let (dictionary, mut dice) = (dictionary(), Dice(20_250_401));
    let library = library(&dictionary);
    let mut counts = Counts::new();
    while counts.values().sum::<usize>() < 100 {
        let edition = edition(&mut dice, 2, &dictionary, &library);
        let facts = firm(&mut dice, 4);
        if edition.examine(&facts).verdict != Truth::No {
            continue;
        }
        let best = least(&edition, &facts, &dictionary, |_| true, |verdict| verdict == Truth::Yes);
        let ways = edition.ways_out(&facts);
        for way in ways.iter().filter(|w| w.verdict == Truth::Yes) {
            let alone = |skip: usize| {
                let mut after = facts.clone();
                let turns = way.turns.iter().enumerate().filter(|(i, _)| *i != skip);
                after.0.extend(turns.filter_map(|(_, t)| Some((t.item.clone(), t.to.clone()?))));
                edition.examine(&after).verdict
            };
            assert_eq!(alone(usize::MAX), Truth::Yes, "what is told to do does it: {way:?}");
        }
        let cost = |way: &banso_guideline::WayOut| (way.turns.iter().filter(|t| !t.changeable).count(), way.turns.len());
        let name = match (ways.first(), best) {
            (None, None) => "nothing would do, and nothing is told",
            (None, Some(_)) => "no way is told though there is one",
            (Some(first), None) => {
                assert!(first.verdict != Truth::Yes, "{first:?}");
                "nothing would do, and a clause tells its remedy"
            }
            (Some(first), Some(_)) if first.verdict != Truth::Yes => "a clause tells its remedy though there is a way",
            (Some(first), Some(best)) if cost(first) == best => "the smallest",
            (Some(first), Some(best)) => {
                assert!(cost(first) > best, "trying everything misses nothing: {first:?}");
                "one that is not the smallest"
            }
        };
        *counts.entry(name).or_default() += 1;
    }
    // What is not the smallest is the known bound: a clause that needs more than two changes, or clauses that want one item both ways.
    let expected = [
        ("a clause tells its remedy though there is a way", 3),
        ("no way is told though there is one", 1),
        ("nothing would do, and a clause tells its remedy", 4),
        ("nothing would do, and nothing is told", 3),
        ("the smallest", 89),
    ];
    assert_eq!(counts, expected.into());
}

#[test]
fn no_fewer_questions_could_open_the_call_to_a_firm() {
    let (dictionary, mut dice) = (dictionary(), Dice(7));
    let library = library(&dictionary);
    let mut counts = Counts::new();
    while counts.values().sum::<usize>() < 100 {
        let edition = edition(&mut dice, 2, &dictionary, &library);
        let facts = firm(&mut dice, 2);
        if edition.examine(&facts).verdict != Truth::Unknown {
            continue;
        }
        let asked = edition.fewest_questions(&facts);
        let unknown = |item: &str| !facts.0.contains_key(item);
        let missing: BTreeSet<_> = edition.examine(&facts).next_questions.into_iter().collect();
        assert!(asked.iter().all(|item| unknown(item) && missing.contains(item)), "only what is open and matters: {asked:?}");
        let some = |items: &dyn Fn(&str) -> bool| least(&edition, &facts, &dictionary, items, |v| v == Truth::Yes);
        if some(&unknown).is_none() {
            continue;
        }
        let fewest = fewest(&edition, &facts, unknown);
        let opens = some(&|item| asked.iter().any(|a| a == item)).is_some();
        let name = match (opens, asked.len().cmp(&fewest)) {
            (true, std::cmp::Ordering::Equal) => "the fewest",
            (true, std::cmp::Ordering::Greater) => "more than the fewest",
            (_, std::cmp::Ordering::Less) | (false, _) => "too few",
        };
        *counts.entry(name).or_default() += 1;
    }
    assert_eq!(counts, [("more than the fewest", 1), ("the fewest", 99)].into());
}

//! From a no to a yes by the smallest changes, from an unknown to an answer by the fewest questions.

#[cfg(test)]
mod house;

use banso_guideline::{Edition, Facts, Truth, Value, WayOut};
use banso_kernel::{Exact, Lang};
use house::{dictionary, file, library, shown};

#[cfg(test)]
fn edition(path: &str) -> Edition {
    let dictionary = dictionary();
    let source = file(path);
    let reading = Edition::read(&source, &dictionary, &library(&dictionary));
    reading.edition.unwrap_or_else(|| panic!("{}", shown(&reading.problems, &source)))
}

#[cfg(test)]
fn facts(edition: &Edition, title: &str, changes: &[(&str, Option<Value>)]) -> Facts {
    let mut facts = edition.examples().iter().find(|e| e.title == title).unwrap().facts.clone();
    for (item, value) in changes {
        match value {
            Some(value) => facts.0.insert((*item).to_owned(), value.clone()),
            None => facts.0.remove(*item),
        };
    }
    facts
}

fn number(n: i128) -> Option<Value> {
    Some(Value::Number(Exact::from_integer(n)))
}

fn told(ways: &[WayOut]) -> Vec<Vec<(&str, bool)>> {
    ways.iter().map(|w| w.turns.iter().map(|t| (t.text.ja.as_str(), t.changeable)).collect()).collect()
}

const SMALL: &str = "programmes/jizokuka/r20.md";
const SHOP: &str = "小売業5人、基本の50万円";

#[test]
fn one_change_is_enough_and_what_can_be_changed_comes_first() {
    let edition = edition(SMALL);
    let six = edition.ways_out(&facts(&edition, SHOP, &[("従業員数", number(6))]));
    let ways = told(&six);
    assert_eq!(ways[0], [("従業員数を6人から5人にする", true)], "{ways:?}");
    assert!(ways.iter().skip(1).all(|w| w.len() == 1 && !w[0].1), "the industry is another way, and cannot be chosen: {ways:?}");
    assert_eq!(six[0].verdict, Truth::Yes);
    assert!(six.iter().all(|w| w.turns.iter().all(|t| t.text.get(Lang::En).is_ascii())));
}

#[test]
fn several_clauses_need_several_changes_and_no_more() {
    let edition = edition(SMALL);
    let yes = Some(Value::YesNo(true));
    let facts = facts(&edition, SHOP, &[("従業員数", number(9)), ("様式14の未提出", yes.clone()), ("創業型の申請", yes)]);
    let ways = edition.ways_out(&facts);
    assert_eq!(ways[0].turns.len(), 3, "{:?}", told(&ways));
    assert!(ways[0].in_own_hands() && ways[0].verdict == Truth::Yes);
}

#[test]
fn what_nobody_can_change_is_said_to_be_so() {
    let edition = edition(SMALL);
    let ways = edition.ways_out(&facts(&edition, SHOP, &[("卒業枠の実施", Some(Value::YesNo(true)))]));
    let told = told(&ways);
    assert_eq!((told.len(), told[0].len(), told[0][0].1), (1, 1, false), "{told:?}");
    assert!(!ways[0].in_own_hands());
}

#[test]
fn rows_of_a_list_are_told_by_their_remedy() {
    let edition = edition(SMALL);
    let example = facts(&edition, "広報費だけ", &[]);
    let ways = edition.ways_out(&example);
    assert_eq!(told(&ways), [[("広報費のほかの経費と一緒に申請してください。", true)]]);
    assert_eq!((ways[0].turns[0].to.clone(), ways[0].verdict), (None, Truth::Unknown));
}

#[test]
fn a_yes_and_an_unknown_have_no_way_out() {
    let edition = edition(SMALL);
    assert!(edition.ways_out(&facts(&edition, SHOP, &[])).is_empty());
    assert!(edition.ways_out(&Facts::default()).is_empty());
    assert!(edition.fewest_questions(&facts(&edition, SHOP, &[])).is_empty());
}

#[test]
fn an_or_needs_one_answer_only() {
    let edition = edition("programmes/it-security/d2025.md");
    let known = [("資本金", None), ("従業員数", None)];
    let left = edition.fewest_questions(&facts(&edition, "中小企業、2分の1", &known));
    assert_eq!(left.len(), 1, "capital or staff settles it: {left:?}");
    let no_capital = [("資本金", None), ("従業員数", number(301))];
    assert_eq!(edition.fewest_questions(&facts(&edition, "中小企業、2分の1", &no_capital)), ["資本金"]);
}

#[test]
fn asking_what_is_told_settles_it_and_asks_no_more_than_there_is() {
    for (path, title) in [
        (SMALL, SHOP),
        ("programmes/it-security/d2025.md", "中小企業、2分の1"),
        ("programmes/shoryokuka-catalog/d2025.md", "20人、配膳ロボット"),
    ] {
        let edition = edition(path);
        let whole = facts(&edition, title, &[]);
        let mut known = Facts::default();
        let mut asked = 0;
        while let Some(next) = edition.fewest_questions(&known).first() {
            let answer = whole.0.get(next).unwrap_or_else(|| panic!("{path}: {next} is asked, and does not matter"));
            known.0.insert(next.clone(), answer.clone());
            asked += 1;
        }
        assert_eq!(edition.examine(&known).verdict, Truth::Yes, "{path}");
        assert!(asked <= edition.questions().len(), "{path}");
    }
}

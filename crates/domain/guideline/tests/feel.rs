//! Our answers beside those of another FEEL engine, as `bench/feel/run.sh` recorded them: random conditions, firms full of unknowns.
//!
//! `feel.tsv`: the rule, the firm (what is null is not known), our answer, the engine's to the same rule in FEEL, and the name of what
//! lies between the two.

use banso_guideline::expr::{Names, compile};
use banso_guideline::{Dictionary, Facts, Truth, Value};
use banso_kernel::{Day, Exact};

#[cfg(test)]
fn value(json: &serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match json {
        Json::Null => return None,
        Json::Bool(yes) => Value::YesNo(*yes),
        Json::Number(n) => Value::Number(Exact::from_integer(n.as_i64().unwrap().into())),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(rows) => Value::List(rows.iter().filter_map(value).collect()),
        Json::Object(parts) => match parts.get("day") {
            Some(day) => Value::Day(Day::parse(day.as_str().unwrap()).unwrap()),
            None => Value::Record(parts.iter().filter_map(|(k, v)| Some((k.clone(), value(v)?))).collect()),
        },
    })
}

#[test]
fn the_same_as_a_feel_engine_or_different_by_name() {
    let dictionary = Dictionary::parse(include_str!("../../../../facts/dictionary.md")).unwrap();
    let names = Names::of_items(dictionary.items());
    let mut same = 0;
    for line in include_str!("feel.tsv").lines() {
        let [rule, firm, ours, theirs, name] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let Some(Value::Record(facts)) = value(&serde_json::from_str(firm).unwrap()) else { panic!("{firm}") };
        let found = compile(rule, &names).unwrap_or_else(|e| panic!("{rule}: {e:?}")).truth(&names, &Facts(facts));
        let found = match found.map(|j| j.truth) {
            Ok(Truth::Yes) => "yes",
            Ok(Truth::No) => "no",
            Ok(Truth::Unknown) => "unknown",
            Err(e) => e.code,
        };
        assert_eq!(found, ours, "{rule} of {firm}");
        let decided = |answer: &str| answer == "yes" || answer == "no";
        let fits = match name {
            "same" => ours == theirs,
            "settled here" => decided(ours) && theirs == "unknown",
            "if with null" | "equality or row with null" | "settled here, guessed there" => decided(theirs) && ours != theirs,
            other => panic!("{other}"),
        };
        assert!(fits, "{name}: {ours} and {theirs} of {rule}");
        same += usize::from(name == "same");
    }
    assert!(same >= 200, "{same}");
}

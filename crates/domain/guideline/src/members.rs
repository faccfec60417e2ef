//! Facts as seen from one member of the consortium: the application's own facts, and the member's. What is asked of each member
//! (the parts of 共同体) is never taken from the application's facts: those are of another firm.

use banso_kernel::{Exact, LocalText};

use crate::answers::CONSORTIUM_ITEM;
use crate::dictionary::Dictionary;
use crate::model::{Facts, Item, ItemKind, Value};

/// Part of a member's and of a cost's record that ties them: the member's number.
pub(crate) const MEMBER: &str = "構成員";
const NAME: &str = "名称";

/// One member, and the facts that hold for it.
#[derive(Debug)]
pub(crate) struct Member {
    /// Index into 共同体.
    pub index: usize,
    /// Its number, as costs refer to it.
    pub number: Exact,
    pub name: LocalText,
    pub facts: Facts,
}

/// The members of the consortium; while it is unknown, the firm itself, as the only one.
pub(crate) fn members(facts: &Facts, dictionary: &Dictionary) -> Vec<Member> {
    match facts.0.get(CONSORTIUM_ITEM) {
        Some(Value::List(rows)) => {
            let common = without_parts(facts, dictionary);
            rows.iter().enumerate().filter_map(|(i, row)| member(&common, i, row)).collect()
        }
        Some(_) | None => {
            let name = LocalText::new("申請者", "The applicant");
            vec![Member { index: 0, number: Exact::from_integer(1), name, facts: facts.clone() }]
        }
    }
}

/// The facts that are the application's, not a firm's.
fn without_parts(facts: &Facts, dictionary: &Dictionary) -> Facts {
    let mut common = facts.clone();
    if let Some(Item { kind: ItemKind::List(parts), .. }) = dictionary.get(CONSORTIUM_ITEM) {
        common.0.retain(|item, _| !parts.contains(item));
    }
    common
}

/// The facts as one member sees them; the application's own for the lead's sections (0), and where there is no such member.
pub(crate) fn member_facts(facts: &Facts, dictionary: &Dictionary, number: u32) -> Facts {
    let exact = Exact::from_integer(i128::from(number));
    let Some(Value::List(rows)) = facts.0.get(CONSORTIUM_ITEM).filter(|_| number > 0) else { return facts.clone() };
    let of = |(index, row): (usize, &Value)| member(&Facts::default(), index, row).filter(|m| m.number == exact);
    let Some(found) = rows.iter().enumerate().find_map(of) else { return facts.clone() };
    let mut own = without_parts(facts, dictionary);
    own.0.extend(found.facts.0);
    own
}

/// Whether it is known who stands in the consortium.
pub(crate) fn consortium_known(facts: &Facts) -> bool {
    facts.0.contains_key(CONSORTIUM_ITEM)
}

fn member(facts: &Facts, index: usize, row: &Value) -> Option<Member> {
    let Value::Record(record) = row else { return None };
    let position = i128::try_from(index).ok()? + 1;
    let number = match record.get(MEMBER) {
        Some(Value::Number(n)) => *n,
        Some(_) | None => Exact::from_integer(position),
    };
    let name = match record.get(NAME) {
        Some(Value::Text(name)) if !name.is_empty() => LocalText::ja(name),
        Some(_) | None => LocalText::new(format!("構成員{position}"), format!("Member {position}")),
    };
    let mut own = facts.clone();
    own.0.extend(record.iter().map(|(k, v)| (k.clone(), v.clone())));
    Some(Member { index, number, name, facts: own })
}

//! From answers to facts: every readable answer becomes the fact of its item; what cannot be read stays unknown.

use std::collections::BTreeMap;

use banso_kernel::{Exact, MoneyError, Yen};

use super::{Answers, read_value};
use crate::model::{Facts, Field, Form, Kpi, Section, SectionContent, Side, Value};

/// The item that the consortium section fills: one record a member.
pub const CONSORTIUM_ITEM: &str = "共同体";
/// The item that the budget section fills: one record a line, member and year.
pub const BUDGET_ITEM: &str = "経費";
/// Part of both records that ties them: the member's number.
const MEMBER: &str = "構成員";
/// Part of a cost's record that names its project year.
pub const YEAR_PART: &str = "年度";
/// Part of a cost's record that names its budget line.
pub const LINE_PART: &str = "経費区分";
const COST: &str = "金額";

/// One cell of the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCost {
    pub line: String,
    pub member: u32,
    pub year: u32,
    pub cost: Yen,
}

/// Reads a whole form's answers as facts.
#[derive(Debug, Clone, Copy)]
pub struct FormFacts<'a> {
    pub form: &'a Form,
    pub kpis: &'a [Kpi],
    pub answers: &'a Answers,
}

impl FormFacts<'_> {
    /// Facts that were known before, overlaid by what the form says.
    ///
    /// - a field of the lead's section → the fact of that name;
    /// - the consortium → 共同体: records with 構成員 (number) and each part; a field of a member's own section joins its record;
    /// - the budget → 経費: records with 構成員, 年度, 経費区分, 金額 (yen);
    /// - a KPI → the fact named by its id, and the item that the target is about.
    ///
    /// 共同体 is left unknown while nobody stands in it, 経費 while no amount does. A form without a consortium is about the applicant
    /// alone: its fields are facts, whichever side fills them in.
    #[must_use]
    pub fn facts(&self, known: Facts) -> Facts {
        let mut facts = known;
        let alone = !self.form.has_consortium();
        let mut members: BTreeMap<u32, BTreeMap<String, Value>> =
            self.answers.members(self.form).into_iter().map(|m| (m, BTreeMap::from([(MEMBER.to_owned(), number(m))]))).collect();
        for section in &self.form.sections {
            match &section.content {
                SectionContent::Fields(fields) if section.side == Side::Lead => self.own_fields(section, fields, 0, &mut facts),
                SectionContent::Fields(fields) if alone => self.own_fields(section, fields, 1, &mut facts),
                SectionContent::Fields(fields) => self.member_fields(section, fields, &mut members),
                SectionContent::Consortium { parts, .. } => self.consortium(section, parts, &mut members),
                SectionContent::Kpis => self.own_targets(section, &mut facts),
                SectionContent::Budget { .. } | SectionContent::Documents(_) => {}
            }
        }
        if !alone && !members.is_empty() {
            facts.0.insert(CONSORTIUM_ITEM.to_owned(), Value::List(members.into_values().map(Value::Record).collect()));
        }
        let costs: Vec<Value> = self.costs().into_iter().map(cost_record).collect();
        if !costs.is_empty() {
            facts.0.insert(BUDGET_ITEM.to_owned(), Value::List(costs));
        }
        facts
    }

    fn own_fields(&self, section: &Section, fields: &[Field], side: u32, facts: &mut Facts) {
        for field in fields {
            if let Ok(Some(value)) = read_value(&field.kind, self.answers.text(&section.id, side, &field.id)) {
                facts.0.insert(field.id.clone(), value);
            }
        }
    }

    fn own_targets(&self, section: &Section, facts: &mut Facts) {
        self.own_fields(section, &self.kpis.iter().map(super::kpi_field).collect::<Vec<_>>(), 0, facts);
        for kpi in self.kpis {
            if let (Some(item), Some(value)) = (&kpi.item, facts.0.get(&kpi.id).cloned()) {
                facts.0.insert(item.clone(), value);
            }
        }
    }

    fn member_fields(&self, section: &Section, fields: &[Field], members: &mut BTreeMap<u32, BTreeMap<String, Value>>) {
        for (number, record) in members {
            for field in fields {
                if let Ok(Some(value)) = read_value(&field.kind, self.answers.text(&section.id, *number, &field.id)) {
                    record.insert(field.id.clone(), value);
                }
            }
        }
    }

    fn consortium(&self, section: &Section, parts: &[Field], members: &mut BTreeMap<u32, BTreeMap<String, Value>>) {
        for (number, record) in members {
            for part in parts {
                if let Ok(Some(value)) = read_value(&part.kind, self.answers.text(&section.id, 0, &format!("{number}.{}", part.id))) {
                    record.insert(part.id.clone(), value);
                }
            }
        }
    }

    /// The readable amounts of the budget sections; lines and years that the form does not have are passed over.
    #[must_use]
    pub fn costs(&self) -> Vec<LineCost> {
        let mut found = Vec::new();
        for section in &self.form.sections {
            let SectionContent::Budget { lines, years_max } = &section.content else { continue };
            for member in self.answers.members(self.form) {
                for line in lines {
                    found.extend((1..=*years_max).filter_map(|year| {
                        let text = self.answers.text(&section.id, member, &format!("{}.{year}", line.name));
                        let cost = Yen::parse(text).ok().filter(|c| *c > Yen::ZERO)?;
                        Some(LineCost { line: line.name.clone(), member, year, cost })
                    }));
                }
            }
        }
        found
    }

    /// The whole cost, all members, lines and years.
    ///
    /// # Errors
    /// A sum too large to be money.
    pub fn total_cost(&self) -> Result<Yen, MoneyError> {
        Yen::sum(self.costs().into_iter().map(|c| c.cost))
    }
}

fn number(n: u32) -> Value {
    Value::Number(Exact::from_integer(i128::from(n)))
}

fn cost_record(cost: LineCost) -> Value {
    Value::Record(BTreeMap::from([
        (MEMBER.to_owned(), number(cost.member)),
        (YEAR_PART.to_owned(), number(cost.year)),
        (LINE_PART.to_owned(), Value::Text(cost.line)),
        (COST.to_owned(), Value::Number(cost.cost.exact())),
    ]))
}

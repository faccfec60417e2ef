//! The firms of the whole register against the calls that are open: counts by prefecture, industry and size, made beside the pages.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use banso_office::firms::{Counted, CountedCall, CountryCount, Counts, Verdict, Wanted};
use banso_office::{Office, OfficeError};
use serde::Deserialize;
use tower_sessions::Session;

use super::firms::verdict_words;
use crate::context::{PageContext, encoded};
use crate::desks::{invalid, see_other};
use crate::failure::{Answer, Failure};

const HERE: &str = "/office/screening/country";
/// The names of the choices, in the order of the divisions.
const CHOICES: [&str; 3] = ["prefecture", "industry", "size"];

/// The call that is shown, and of each division the group that is wanted; empty for all.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    call: String,
    #[serde(default)]
    prefecture: String,
    #[serde(default)]
    industry: String,
    #[serde(default)]
    size: String,
}

impl Asked {
    fn of(&self, division: usize) -> &str {
        match division {
            0 => &self.prefecture,
            1 => &self.industry,
            _ => &self.size,
        }
    }
}

/// A choice of groups: its name in the form, its label, and each group with whether it is chosen.
struct Choice {
    name: &'static str,
    label: String,
    groups: Vec<(String, bool)>,
}

/// Firms by the groups of one division.
struct Rows {
    label: String,
    /// The group, its list of firms where there is one, and the counts.
    rows: Vec<(String, Option<String>, Counts)>,
}

/// The call that is shown.
struct Shown {
    name: banso_kernel::LocalText,
    counts: Counts,
    tables: Vec<Rows>,
}

#[derive(Template, WebTemplate)]
#[template(path = "office/country.html")]
struct Country {
    page: PageContext,
    asked: Asked,
    count: CountryCount,
    choices: Vec<Choice>,
    shown: Option<Shown>,
}

impl Country {
    const fn under_way(&self) -> bool {
        matches!(self.count, CountryCount::Running { .. })
    }

    fn verdicts(&self) -> Vec<&'static str> {
        let words = |v: &Verdict| {
            let (_, ja, en) = verdict_words(*v);
            self.page.lang.pick(ja, en)
        };
        Verdict::ALL.iter().map(words).collect()
    }

    fn call_path(&self, call: &CountedCall) -> String {
        let Asked { prefecture, industry, size, .. } = &self.asked;
        let (prefecture, industry, size) = (encoded(prefecture), encoded(industry), encoded(size));
        format!("{HERE}?call={}&prefecture={prefecture}&industry={industry}&size={size}#shown", encoded(&call.call.to_string()))
    }

    fn counts(&self, call: &CountedCall) -> Counts {
        call.within(&[])
    }
}

fn wanted(counted: &Counted, asked: &Asked) -> Result<Wanted, Failure> {
    let one = |(at, (_, groups)): (usize, &(String, Vec<String>))| match asked.of(at) {
        "" => Ok(None),
        text => groups.iter().position(|g| g == text).map(Some).ok_or(Failure::NotFound),
    };
    counted.divisions.iter().enumerate().map(one).collect()
}

fn choices(counted: &Counted, asked: &Asked) -> Vec<Choice> {
    let one = |((at, (label, groups)), name): ((usize, &(String, Vec<String>)), &'static str)| Choice {
        name,
        label: label.clone(),
        groups: groups.iter().map(|g| (g.clone(), g == asked.of(at))).collect(),
    };
    counted.divisions.iter().enumerate().zip(CHOICES).map(one).collect()
}

fn shown(counted: &Counted, asked: &Asked) -> Result<Option<Shown>, Failure> {
    if asked.call.is_empty() {
        return Ok(None);
    }
    let call = counted.calls.iter().find(|c| c.call.to_string() == asked.call).ok_or(Failure::NotFound)?;
    let wanted = wanted(counted, asked)?;
    let list = |division: usize, group: &str, last: bool| {
        let known = division == 0 && !last;
        known.then(|| format!("/office/screening?area={}&call={}#firms", encoded(group), encoded(&asked.call)))
    };
    let table = |(at, (label, groups)): (usize, &(String, Vec<String>))| {
        let named = call.by(at, &wanted).into_iter().filter_map(|(place, counts)| {
            let group = groups.get(place)?;
            Some((group.clone(), list(at, group, place + 1 == groups.len()), counts))
        });
        Rows { label: label.clone(), rows: named.collect() }
    };
    let tables = counted.divisions.iter().enumerate().map(table).collect();
    Ok(Some(Shown { name: call.name.clone(), counts: call.within(&wanted), tables }))
}

fn view(office: &Office, page: PageContext, asked: Asked) -> Result<Country, Failure> {
    let count = office.country_count(page.person()?)?;
    let (choices, shown) = match &count {
        CountryCount::Done(counted) => {
            let counted: &Arc<Counted> = counted;
            (choices(counted, &asked), shown(counted, &asked)?)
        }
        CountryCount::Never | CountryCount::Running { .. } | CountryCount::Failed { .. } => (Vec::new(), None),
    };
    Ok(Country { page, asked, count, choices, shown })
}

pub(crate) async fn show(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    Ok(view(&office, page, asked.0)?.into_response())
}

/// Begins to count.
pub(crate) async fn begin(office: State<Office>, page: PageContext, session: Session) -> Answer {
    match office.count_country(page.person()?).await {
        Ok(()) => see_other(&session, HERE, "全件の照合を始めました。", "The screening of the whole register has begun.").await,
        Err(OfficeError::Invalid(problems)) => invalid(view(&office, page.with_problems(problems), Asked::default())?),
        Err(other) => Err(other.into()),
    }
}

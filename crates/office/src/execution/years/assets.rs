//! 取得財産: proposed from the claim lines that were accepted, each with its share of the subsidy; registered with place and statutory life.

use banso_execution::act::{Asset, AssetCondition, AssetsRegistered};
use banso_execution::claim::{ClaimLine, Goods};
use banso_execution::decide::step;
use banso_execution::duties::census_days;
use banso_execution::law::book_value;
use banso_execution::state::AssetState;
use banso_execution::tax::TaxOut;
use banso_kernel::{CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::super::inspecting::last_cuts;
use super::super::project::Project;
use super::ProjectHead;
use super::papers::{YearsFile, YearsPaper, next_place};
use crate::desk::granting::HeadingShares;
use crate::{FieldProblem, Office, OfficeError};

/// Most years of a statutory life (耐用年数省令別表).
const LIFE_MAX: i64 = 60;

/// A thing that the claim lines show and that is not in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetProposal {
    /// The number on its label: the claim line's, and which of several.
    pub id: String,
    pub name: String,
    pub serial: String,
    pub cost: Yen,
    /// The fixed subsidy's share.
    pub subsidy: Yen,
    pub acquired: Day,
}

/// What the holder says of a proposed thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisteredAsset {
    pub id: String,
    pub serial: String,
    pub life_years: Option<i64>,
    pub life_clause: String,
    pub place: String,
}

/// A registered thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetLine {
    pub asset: Asset,
    pub condition: Option<AssetCondition>,
    pub gone_on: Option<Day>,
    /// Until when its disposal needs approval.
    pub restricted_until: Option<Day>,
    /// What it is worth in the books today.
    pub book: Option<Yen>,
}

impl AssetLine {
    /// Number and name.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}　{}", self.asset.id, self.asset.name)
    }

    /// Whether it is still there.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.gone_on.is_none()
    }
}

/// The page.
#[derive(Debug, Clone)]
pub struct AssetsPage {
    pub head: ProjectHead,
    pub proposals: Vec<AssetProposal>,
    pub assets: Vec<AssetLine>,
    pub restricted_from: Yen,
    pub clause: String,
    /// The next census with its clause.
    pub census: Option<(Day, String)>,
    pub counted_on: Option<Day>,
    pub may: bool,
    /// The amount is not fixed: shares are not known yet.
    pub early: bool,
    /// The claim lines or the text of the request were erased.
    pub erased: bool,
    /// The holder's address, to begin with.
    pub place: String,
    pub files: Vec<YearsFile>,
    pub papers: u32,
}

/// The last day on which disposal needs approval; nothing for what is not restricted.
pub(super) fn restricted_until(project: &Project, asset: &Asset) -> Option<Day> {
    let months = i32::try_from(asset.life_years.saturating_mul(12)).unwrap_or(i32::MAX);
    (asset.cost.0 >= project.rules.disposal.restricted_from).then(|| asset.acquired.plus_months(months))
}

pub(super) fn asset_lines(project: &Project, today: Day) -> Vec<AssetLine> {
    let terms = &project.rules.disposal;
    let line = |state: &AssetState| {
        let a = &state.asset;
        AssetLine {
            asset: a.clone(),
            condition: state.condition,
            gone_on: state.gone_on,
            restricted_until: restricted_until(project, a),
            book: book_value(a.cost.0, a.life_years, a.acquired, today.max(a.acquired), terms).ok().map(|b| b.value),
        }
    };
    project.execution.assets.values().map(line).collect()
}

/// Things of a line, each with its part of the subsidy: the line's accepted cost at the rate of the member whose it is, cut down.
fn things_of(project: &Project, line: &ClaimLine, shares: &HeadingShares) -> Vec<AssetProposal> {
    let (unit_price, serials) = match &line.goods {
        Goods::New { unit_price, serials } | Goods::Used { unit_price, serials } => (unit_price.0, serials),
        Goods::Service | Goods::Own => return Vec::new(),
    };
    let execution = &project.execution;
    let cut: i64 = last_cuts(project).iter().filter(|c| c.claim_line == line.id).map(|c| c.amount.get()).sum();
    let accepted = line.claimed.get().saturating_sub(cut);
    if unit_price < project.rules.disposal.restricted_from || accepted <= 0 {
        return Vec::new();
    }
    let count = serials.len().max(1);
    let subsidy = shares.share(&line.budget_line, Yen::new(accepted), count, execution.entitlement()).min(unit_price);
    let evidence = &line.evidence;
    let arrived = evidence.acceptance.as_ref().or(evidence.delivery.as_ref()).map(|r| r.on);
    let completed = execution.completion.as_ref().map_or(execution.project_ends, |c| c.completed_on);
    let thing = |n: usize| AssetProposal {
        id: format!("{}-{}", line.id, n + 1),
        name: line.what.clone(),
        serial: serials.get(n).cloned().unwrap_or_default(),
        cost: unit_price,
        subsidy,
        acquired: arrived.unwrap_or(completed),
    };
    (0..count).map(thing).collect()
}

/// How surely a registered thing is the proposed one, the surest first: its number, its serial number, the line that its number begins
/// with, what it is. Whoever registered it may have numbered it otherwise.
const SAME: [fn(&Asset, &AssetProposal, &str) -> bool; 4] = [
    |asset, thing, _| asset.id == thing.id,
    |asset, thing, _| !thing.serial.is_empty() && asset.serial == thing.serial,
    |asset, _, line| asset.id.strip_prefix(line).is_some_and(|rest| rest.starts_with('-')),
    |asset, thing, _| asset.cost.0 == thing.cost && (asset.name == thing.name || asset.acquired == thing.acquired),
];

/// Things of claim lines that are not registered yet. What is recognised is taken out of `known`: a registered thing is one thing.
fn missing(mut left: Vec<(String, AssetProposal)>, mut known: Vec<&Asset>) -> Vec<AssetProposal> {
    for same in SAME {
        left.retain(|(line, thing)| match known.iter().position(|asset| same(asset, thing, line)) {
            Some(at) => {
                known.swap_remove(at);
                false
            }
            None => true,
        });
    }
    left.into_iter().map(|(_, thing)| thing).collect()
}

impl Office {
    /// Things that the claim lines show and that are not registered; `None` where the lines were erased.
    async fn proposals(&self, project: &Project) -> Result<Option<Vec<AssetProposal>>, OfficeError> {
        let Some(completion) = project.execution.completion.as_ref().filter(|_| project.execution.fixed.is_some()) else {
            return Ok(Some(Vec::new()));
        };
        let Some(content) = self.report_content(completion.claims).await? else { return Ok(None) };
        let Some(shares) = self.shares_of(project).await? else { return Ok(None) };
        let all = content.lines.iter().flat_map(|line| things_of(project, line, &shares).into_iter().map(|thing| (line.id.clone(), thing)));
        Ok(Some(missing(all.collect(), project.execution.assets.values().map(|s| &s.asset).collect())))
    }

    /// The register of assets at the holder's desk.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn assets_page(&self, person: &Person, case: CaseId) -> Result<AssetsPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        self.assets_of(person, &project).await
    }

    /// The same at the office's desk.
    ///
    /// # Errors
    /// As [`Office::assets_page`].
    pub async fn assets_at_desk(&self, person: &Person, case: CaseId) -> Result<AssetsPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        self.assets_of(person, &project).await
    }

    async fn assets_of(&self, person: &Person, project: &Project) -> Result<AssetsPage, OfficeError> {
        let proposals = self.proposals(project).await?;
        let assets = asset_lines(project, self.now().day());
        let execution = &project.execution;
        let stands = assets.iter().any(AssetLine::stands);
        let census = project.rules.census.as_ref().zip(execution.fixed.as_ref()).filter(|_| stands);
        let firm = self.firm(execution.holder).await?;
        let place = next_place(project, YearsPaper::Census, "assets_counted");
        Ok(AssetsPage {
            head: ProjectHead::of(project),
            erased: proposals.is_none(),
            proposals: proposals.unwrap_or_default(),
            assets,
            restricted_from: project.rules.disposal.restricted_from,
            clause: project.rules.disposal.clause.clone(),
            census: census.and_then(|(rule, fixed)| {
                let (due, _) = census_days(&rule.value, fixed.on, &execution.censuses).pop()?;
                Some((due, rule.clause.clone()))
            }),
            counted_on: execution.last_census,
            may: execution.phase == banso_execution::ExecutionPhase::Fixed
                && self.may_case(person, Action::SpeakForCase, project.case()).await.is_ok(),
            early: execution.fixed.is_none(),
            place: firm
                .map(|f| if f.address.starts_with(&f.prefecture) { f.address } else { format!("{}{}", f.prefecture, f.address) })
                .unwrap_or_default(),
            files: self.years_files(project.case(), place).await?,
            papers: place.number,
        })
    }

    /// Registers things that the claim lines show.
    ///
    /// # Errors
    /// A thing that is not proposed, a life or a place that is missing; not the holder's to do now.
    pub async fn register_assets(
        &self,
        person: &Person,
        case: CaseId,
        registered: &[RegisteredAsset],
        request: RequestId,
    ) -> Result<usize, OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(request).await? {
            return Ok(registered.len());
        }
        let proposals = self.proposals(&project).await?.unwrap_or_default();
        let mut problems = Vec::new();
        let mut assets = Vec::new();
        for (n, entry) in registered.iter().enumerate() {
            let Some(proposal) = proposals.iter().find(|p| p.id == entry.id) else {
                return Err(OfficeError::Stale(LocalText::new(
                    "表示の後に財産の登録が進められました。確認し直してください。",
                    "The register moved on after it was shown. Look again.",
                )));
            };
            assets.extend(checked(n + 1, entry, proposal, &mut problems));
        }
        if registered.is_empty() {
            problems.push(FieldProblem::new("take", "登録する財産を選んでください。", "Choose what to register."));
        }
        if !problems.is_empty() {
            return Err(OfficeError::Invalid(problems));
        }
        let count = assets.len();
        let act = AssetsRegistered { assets };
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), request).await?;
        Ok(count)
    }
}

/// The asset that an entry makes of a proposal; its fields are numbered from 1.
fn checked(n: usize, entry: &RegisteredAsset, proposal: &AssetProposal, problems: &mut Vec<FieldProblem>) -> Option<Asset> {
    let before = problems.len();
    let life = entry.life_years.filter(|y| (1..=LIFE_MAX).contains(y)).and_then(|y| u32::try_from(y).ok());
    if life.is_none() {
        problems.push(FieldProblem::new(
            format!("life-{n}"),
            format!("法定耐用年数を1から{LIFE_MAX}の整数で入力してください。"),
            format!("Enter the statutory life, 1 to {LIFE_MAX} years."),
        ));
    }
    for (field, text, ja, en) in [
        (
            "clause",
            &entry.life_clause,
            "耐用年数省令の別表と細目を入力してください（例：別表第二 金属加工機械製造設備）。",
            "Enter the line of the tables.",
        ),
        ("place", &entry.place, "設置場所を入力してください。", "Enter where it stands."),
    ] {
        if text.trim().is_empty() || text.chars().count() > 200 {
            problems.push(FieldProblem::new(format!("{field}-{n}"), ja, en));
        }
    }
    let life_years = life.filter(|_| problems.len() == before)?;
    let serial = if entry.serial.trim().is_empty() { &proposal.serial } else { entry.serial.trim() };
    Some(Asset {
        id: proposal.id.clone(),
        name: proposal.name.clone(),
        serial: serial.chars().take(100).collect(),
        cost: TaxOut(proposal.cost),
        subsidy: proposal.subsidy,
        acquired: proposal.acquired,
        life_years,
        life_clause: entry.life_clause.trim().to_owned(),
        place: entry.place.trim().to_owned(),
    })
}

#[cfg(test)]
mod unit {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn what_is_registered_under_another_number_is_found_by_its_line() {
        let thing = |n: usize, serial: &str| AssetProposal {
            id: format!("1-001-{n}"),
            name: "架空の加工機".into(),
            serial: serial.into(),
            cost: Yen::new(2_000_000),
            subsidy: Yen::new(1_000_000),
            acquired: day("2026-05-01"),
        };
        let asset = |id: &str, name: &str, serial: &str, cost: i64, acquired: &str| Asset {
            id: id.into(),
            name: name.into(),
            serial: serial.into(),
            cost: TaxOut(Yen::new(cost)),
            subsidy: Yen::new(1_000_000),
            acquired: day(acquired),
            life_years: 5,
            life_clause: "別表第二（架空）".into(),
            place: "架空市1-1".into(),
        };
        for (known, left) in [
            (vec![], &["1-001-1", "1-001-2"][..]),
            (vec![asset("1-001-1", "別の名", "", 1, "2020-01-01")], &["1-001-2"]),
            (vec![asset("A-1", "別の名", "S2", 1, "2020-01-01")], &["1-001-1"]),
            (vec![asset("1-001-A", "別の名", "", 1, "2020-01-01")], &["1-001-2"]),
            (vec![asset("M-1", "架空の加工機", "", 2_000_000, "2020-01-01")], &["1-001-2"]),
            (vec![asset("M-1", "機", "", 2_000_000, "2026-05-01"), asset("M-2", "機", "", 2_000_000, "2026-05-01")], &[]),
            // Another line's, and another thing.
            (vec![asset("1-0010-1", "架空の加工機", "", 3_000_000, "2020-01-01")], &["1-001-1", "1-001-2"]),
        ] {
            let things = [thing(1, "S1"), thing(2, "S2")].map(|t| ("1-001".to_owned(), t)).to_vec();
            let found = missing(things, known.iter().collect());
            assert_eq!(found.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), left, "{known:?}");
        }
    }
}

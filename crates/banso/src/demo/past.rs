//! The round of years ago: 300 made-up firms, their scores, what became of them, and what they reported since. Every figure follows from
//! the seed; the effect that is built in is known to whoever reads this file, which real effects never are. All of it is synthetic.

use banso_guideline::Value;
use banso_kernel::{CorporateNumber, Day, Exact, FiscalYear, OrganisationId, Yen};
use banso_office::Rehearsed;
use banso_office::analysis::StudyForm;
use banso_permits::Role;
use banso_store::{Batch, Change, Fact, Organisation};

use super::calls::Round;
use super::people::login_of;
use super::play::Play;
use super::script::{OWNER, Past};
use super::{DemoTrouble, dice, scores};

/// How many firms applied.
const FIRMS: usize = 300;
/// What a grant adds to value added within three years, in units of 10,000 yen. Made up.
const EFFECT: i64 = 4_000;
/// The source of every figure.
const SOURCE: &str = "合成データ（事業化状況報告を模したもの）";
/// Every so many of the selected withdraws.
const LEAVES: usize = 16;
/// The statements of one commit.
const AT_ONCE: usize = 4_000;

/// Where the firms are, in turn by the dice.
const PLACES: [&str; 12] =
    ["北海道", "宮城県", "茨城県", "新潟県", "石川県", "福井県", "岐阜県", "滋賀県", "兵庫県", "岡山県", "徳島県", "福岡県"];

/// A made-up firm of the past round; money in units of 10,000 yen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PastFirm {
    index: usize,
    number: CorporateNumber,
    name: String,
    workers: i64,
    /// Value added in the year of the decision.
    value_added: i64,
    /// What its three sheets add up to.
    points: u32,
}

/// A number around 0 that is mostly within ±`spread`: the sum of six throws.
fn around(of: &str, spread: i64) -> i64 {
    let throws: i64 = (0..6).map(|n| dice::roll(&format!("past {of} {n}"), 2_001) as i64 - 1_000).sum();
    // Six throws of ±1,000 have a deviation of 1,415.
    throws * spread / 1_415
}

/// All of them.
pub(crate) fn firms() -> Vec<PastFirm> {
    (0..FIRMS).map(firm).collect()
}

fn firm(index: usize) -> PastFirm {
    let workers = 24 + dice::roll(&format!("past workers {index}"), 40) as i64 + dice::roll(&format!("past more {index}"), 110) as i64;
    let each = 720 + around(&format!("product {index}"), 60);
    // Better run firms write better plans: scores and figures go together, which is why a plain comparison misleads.
    let quality = around(&format!("quality {index}"), 40) + (each - 720) / 8;
    let points = u32::try_from((198 + quality).clamp(90, 294)).unwrap_or(198);
    PastFirm {
        index,
        number: CorporateNumber::from_body(400 + index as u64),
        name: format!("株式会社架空過去{:03}", index + 1),
        workers,
        value_added: workers * each,
        points,
    }
}

impl PastFirm {
    fn id(&self) -> OrganisationId {
        dice::organisation(self.number)
    }

    fn organisation(&self) -> Organisation {
        Organisation {
            id: self.id(),
            corporate_number: Some(self.number),
            name: self.name.clone(),
            kana: "カブシキガイシャカクウカコ".to_owned(),
            kind: "sme".to_owned(),
            prefecture: self.place().to_owned(),
            address: format!("架空市架空区見本町{}番地", self.index + 1),
            email: format!("past{:03}@demo.invalid", self.index + 1),
            synthetic: true,
        }
    }

    fn place(&self) -> &'static str {
        let nth = usize::try_from(dice::roll(&format!("past place {}", self.index), PLACES.len() as u64)).unwrap_or_default();
        PLACES.get(nth).copied().unwrap_or("北海道")
    }

    /// Value added some years after the decision; the grant shows from the first year on and is whole in the third.
    fn later(&self, years: i64, granted: bool) -> i64 {
        let base = self.value_added + self.value_added * years / 100;
        let moved = around(&format!("year {} {years}", self.index), 700 + self.value_added / 150);
        let effect = if granted && years > 0 { EFFECT * years.min(3) / 3 } else { 0 };
        (base + moved + effect).max(1)
    }

    fn staff(&self, years: i64, granted: bool) -> i64 {
        let grown = if granted && years > 0 { self.workers * years / 150 } else { 0 };
        (self.workers + around(&format!("staff {} {years}", self.index), 2) + grown).max(1)
    }

    /// Some firms do not report, whether or not they were granted.
    fn reports(&self) -> bool {
        dice::roll(&format!("past reports {}", self.index), 25) != 0
    }

    /// Figures of the business years from two before the decision up to `last` after it.
    fn yearly(&self, decided: i64, (first, last): (i64, i64), granted: bool, learned_on: Day) -> Vec<Fact> {
        let of_year = |years: i64| {
            let (value, staff) = (self.later(years, granted), self.staff(years, granted));
            let wages = value * 62 / 100 + around(&format!("wages {} {years}", self.index), value / 150);
            let year = (decided + years).to_string();
            let yen = |n: i64| n * 10_000;
            [("実績付加価値額", yen(value)), ("実績給与支給総額", yen(wages)), ("実績売上高", yen(value * 27 / 10)), ("従業員数", staff)]
                .map(|(item, n)| self.fact(item, &year, whole(n), learned_on))
        };
        (first..=last).flat_map(of_year).collect()
    }

    /// What a granted firm says of the programme's targets: what it reached by the end of the project, in that year, and what it expects of
    /// five years later, which is of no year.
    fn targets(&self, decided: i64, learned_on: Day) -> Vec<Fact> {
        let percent = |of: &str, middle: i64, spread: i64| (middle + around(&format!("{of} {}", self.index), spread)).max(0);
        let share = |n: i64| Value::Number(Exact::new(i128::from(n), 100));
        let on_market = if dice::roll(&format!("past market {}", self.index), 100) < 46 { 80 } else { 20 };
        let end = (decided + 3).to_string();
        [
            ("研究開発達成度", end.as_str(), percent("goals", 68, 18)),
            ("事業化確率", "", on_market),
            ("付加価値額の伸び", "", percent("growth", 16, 9)),
            ("給与支給総額の伸び", "", percent("pay", 8, 5)),
            ("売上累計の比率", "", percent("sales", 128, 60)),
        ]
        .map(|(item, period, n)| self.fact(item, period, share(n), learned_on))
        .to_vec()
    }

    fn fact(&self, item: &str, period: &str, value: Value, learned_on: Day) -> Fact {
        Fact {
            organisation: self.id(),
            item: item.to_owned(),
            period: period.to_owned(),
            source: SOURCE.to_owned(),
            // A value always writes itself.
            value: serde_json::to_string(&value).unwrap_or_default(),
            learned_on,
        }
    }
}

fn whole(n: i64) -> Value {
    Value::Number(Exact::from_integer(i128::from(n)))
}

impl Play<'_> {
    pub(crate) async fn past(&mut self, step: Past) -> Result<(), DemoTrouble> {
        match step {
            Past::Arrive => self.past_arrives().await,
            Past::Review => self.past_review().await,
            Past::Freeze => self.freeze(Round::Past).await,
            Past::Select => Ok(self.office.rehearse_selection(&self.director().await?, &self.call(Round::Past)?).await?),
            Past::Grant => {
                let applicant = self.who(&login_of(OWNER)).await?;
                Ok(self.office.rehearse_grants(&self.director().await?, &applicant, &self.call(Round::Past)?, LEAVES).await?)
            }
            Past::Declare => self.past_declares().await,
            Past::Report => self.past_reports().await,
            Past::Run => self.past_runs().await,
        }
    }

    /// Firms and their figures of before; then all applications.
    async fn past_arrives(&mut self) -> Result<(), DemoTrouble> {
        let (today, edition) = (self.office.now().day(), self.edition(Round::Past)?);
        let decided = decided(today);
        let mut changes: Vec<Change> = self.past.iter().map(|f| Change::put_organisation(&f.organisation())).collect();
        let earlier = self.past.iter().flat_map(|f| {
            let place = f.fact("都道府県", "", Value::Text(f.place().to_owned()), today);
            f.yearly(decided, (-3, -1), false, today).into_iter().chain([place])
        });
        changes.extend(earlier.map(|fact| Change::put_fact(&fact)));
        self.write(changes).await?;
        let full = edition.score_sheet().criteria.iter().map(|c| c.points_max).sum();
        let sheets = |f: &PastFirm| -> Vec<Vec<(String, u32)>> {
            let panel: Vec<usize> = (0..3).map(|i| (f.index + i) % 6).collect();
            scores::totals(1_000 + f.index, f.points, &panel, full).into_iter().map(|t| scores::spread(edition.score_sheet(), t)).collect()
        };
        let round: Vec<Rehearsed> = self
            .past
            .iter()
            .map(|f| Rehearsed {
                firm: f.id(),
                number: f.number,
                name: f.name.clone(),
                title: format!("加工技術の高度化に関する研究開発（合成・過去{:03}）", f.index + 1),
                requested: Yen::new((4_500 + 30 * (f.index as i64 % 100)) * 10_000),
                answers: banso_guideline::answers::Answers::default(),
                sheets: sheets(f),
            })
            .collect();
        let applicant = self.who(&login_of(OWNER)).await?;
        self.past_cases = self.office.rehearse_arrival(&applicant, &self.call(Round::Past)?, &round).await?;
        self.past_round = round;
        Ok(())
    }

    async fn past_review(&self) -> Result<(), DemoTrouble> {
        let reviewers: Vec<_> = self.store.accounts_with(Role::Reviewer).await?.into_iter().map(|a| a.id).collect();
        let due = self.office.now().day().plus_days(10);
        let all = (self.past_cases.as_slice(), self.past_round.as_slice());
        Ok(self.office.rehearse_review(&self.officer().await?, &reviewers, &self.call(Round::Past)?, all, due).await?)
    }

    /// The analyst declares before any outcome is known.
    async fn past_declares(&self) -> Result<(), DemoTrouble> {
        let (analyst, call) = (self.who("analyst").await?, self.call(Round::Past)?);
        let form = StudyForm {
            title: "試験研究への補助は、企業の付加価値額を増やしたか（合成データ）".to_owned(),
            title_en: "Did R&D support raise firms' value added? (synthetic data)".to_owned(),
            question: "補助金の交付を受けたことは、決定から3年後の企業の付加価値額と給与支給総額を、受けなかった場合と比べて増やしたか。"
                .to_owned(),
            question_en: "Did the grant raise the value added and the total wages of firms three years after the decision, beyond what they would have been without it?"
                .to_owned(),
            method: "discontinuity".to_owned(),
            outcomes: vec!["実績付加価値額".to_owned(), "実績給与支給総額".to_owned()],
            main: "実績付加価値額".to_owned(),
            with: Vec::new(),
            horizon: "3".to_owned(),
            groups: vec!["規模".to_owned()],
            neighbourhood: "都道府県".to_owned(),
            acknowledged: Vec::new(),
        };
        let page = self.office.declare_page(&analyst, &call, Some(form.clone())).await?;
        let shown = page.preview.map(|(_, digest)| digest).ok_or(DemoTrouble::Script("declaration"))?;
        self.office.declare_study(&analyst, &call, &form, shown, self.press("declare a study")).await?;
        Ok(())
    }

    /// Years later the figures come in.
    async fn past_reports(&self) -> Result<(), DemoTrouble> {
        let (analyst, call) = (self.who("analyst").await?, self.call(Round::Past)?);
        let view = self.office.analysis_call(&analyst, &call).await?;
        let (decided, today) = (i64::from(FiscalYear::of(view.decided_on).get()), self.office.now().day());
        let granted = self.granted().await?;
        let mut changes = Vec::new();
        for firm in self.past.iter().filter(|f| f.reports()) {
            let supported = granted.contains(&firm.number);
            changes.extend(firm.yearly(decided, (0, 3), supported, today).iter().map(Change::put_fact));
            if supported {
                changes.extend(firm.targets(decided, today).iter().map(Change::put_fact));
            }
        }
        self.write(changes).await
    }

    async fn past_runs(&self) -> Result<(), DemoTrouble> {
        let (analyst, call) = (self.who("analyst").await?, self.call(Round::Past)?);
        let view = self.office.analysis_call(&analyst, &call).await?;
        let study = view.studies.first().map(|s| s.study).ok_or(DemoTrouble::Script("study"))?;
        Ok(self.office.run_study(&analyst, &call, study, None, self.press("run a study")).await?)
    }

    /// The firms that were granted in the past round.
    async fn granted(&self) -> Result<std::collections::BTreeSet<CorporateNumber>, DemoTrouble> {
        let lists = self.office.granted_in(&self.officer().await?, &self.call(Round::Past)?).await?;
        Ok(lists)
    }

    async fn write(&self, changes: Vec<Change>) -> Result<(), DemoTrouble> {
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let some: Vec<Change> = changes.by_ref().take(AT_ONCE).collect();
            self.store.commit(Batch::changes(some)).await?;
        }
        Ok(())
    }
}

/// The fiscal year of the selection, as a number: it comes 55 days after the call closes, and the applications a day before that.
fn decided(day: Day) -> i64 {
    i64::from(FiscalYear::of(day.plus_days(56)).get())
}

//! Programmes put together for screening: every clause of every edition in one circuit.

use std::sync::Arc;

use banso_guideline::expr::Expr;
use banso_guideline::{ClauseId, Edition, Facts, Missing, Test};
use banso_kernel::LocalText;

use crate::circuit::{Circuit, Id, Symbol};
use crate::lower::Lowering;
use crate::machine::Layout;
use crate::schema::Schema;

/// What an item must be about to be a fact of the firm itself; all others are for the application to say.
pub const FIRM: &str = "事業者";

/// An expression and its place in the circuit.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) root: Id,
    pub(crate) expr: Expr,
}

/// One condition of a programme.
#[derive(Debug, Clone)]
pub struct Clause {
    pub id: ClauseId,
    pub title: LocalText,
    /// None for a condition that only a person can check: it counts for nothing in the verdict.
    pub(crate) test: Option<ClauseTest>,
}

#[derive(Debug, Clone)]
pub(crate) struct ClauseTest {
    pub(crate) condition: Part,
    pub(crate) when: Option<Part>,
}

impl Clause {
    #[must_use]
    pub fn by_person(&self) -> bool {
        self.test.is_none()
    }
}

/// Which cap a programme's ceiling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapKind {
    /// Over all years.
    Total,
    /// A year.
    Yearly,
}

/// One edition, ready for screening.
#[derive(Debug, Clone)]
pub struct Programme {
    pub edition: Edition,
    pub clauses: Vec<Clause>,
    pub(crate) cap: Option<(CapKind, Part)>,
    pub(crate) audience: Option<Part>,
}

impl Programme {
    #[must_use]
    pub fn cap_kind(&self) -> Option<CapKind> {
        self.cap.as_ref().map(|(kind, _)| *kind)
    }
}

/// What a missing thing is, for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// A fact of the firm.
    Firm,
    /// Something that the application will say.
    Application,
    /// A value of the programme that is not settled.
    Programme,
}

/// Editions compiled for the columns of a population.
#[derive(Debug, Clone)]
pub struct Screen {
    pub(crate) schema: Arc<Schema>,
    pub(crate) circuit: Circuit,
    pub(crate) layout: Layout,
    pub(crate) lacks: Vec<Lack>,
    pub(crate) supposed: Facts,
    programmes: Vec<Programme>,
}

impl Screen {
    /// Compiles editions. `supposed` are facts of an application that are taken for granted (a track, a number of years): they stand
    /// in for columns that are not there.
    #[must_use]
    pub fn new(schema: &Arc<Schema>, editions: &[Edition], supposed: Facts) -> Screen {
        let mut circuit = Circuit::default();
        let programmes: Vec<Programme> = editions.iter().map(|e| programme(&mut circuit, schema, e, &supposed)).collect();
        let roots: Vec<Id> = programmes.iter().flat_map(roots).collect();
        let layout = Layout::new(&circuit, &roots);
        let about = |item: &str| {
            let of_edition = editions.iter().find_map(|e| e.dictionary().get(item)).map(|i| i.about.as_str());
            of_edition.or_else(|| schema.field(item).map(|f| f.about.as_str())).unwrap_or(FIRM).to_owned()
        };
        let lack = |missing: &Missing| match missing {
            Missing::Fact(item) if about(item) == FIRM => Lack::Firm,
            Missing::Fact(_) => Lack::Application,
            Missing::Unconfirmed { .. } => Lack::Programme,
        };
        let lacks = circuit.symbols().iter().map(lack).collect();
        Screen { schema: Arc::clone(schema), circuit, layout, lacks, supposed, programmes }
    }

    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    #[must_use]
    pub fn programmes(&self) -> &[Programme] {
        &self.programmes
    }

    #[must_use]
    pub fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// How many conditions are computed for each firm.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.programmes.iter().flat_map(|p| &p.clauses).filter(|c| !c.by_person()).count()
    }

    #[must_use]
    pub fn missing(&self, symbol: Symbol) -> Option<&Missing> {
        self.circuit.symbols().get(usize::from(symbol))
    }

    pub(crate) fn lack(&self, symbol: Symbol) -> Lack {
        self.lacks.get(usize::from(symbol)).copied().unwrap_or(Lack::Programme)
    }

    /// What is known of a firm, with what is supposed of its application.
    #[must_use]
    pub fn with_supposed(&self, facts: Facts) -> Facts {
        let mut all = self.supposed.clone();
        all.0.extend(facts.0);
        all
    }
}

fn programme(circuit: &mut Circuit, schema: &Schema, edition: &Edition, supposed: &Facts) -> Programme {
    for missing in edition.questions().into_iter().map(Missing::Fact).chain(edition.unconfirmed().iter().cloned()) {
        circuit.symbol(&missing);
    }
    let mut lowering = Lowering::new(circuit, schema, edition.names()).supposing(supposed);
    let mut part = |expr: &Expr| Part { root: lowering.condition(expr), expr: expr.clone() };
    let mut clauses = Vec::new();
    for rule in edition.rules() {
        let test = match &rule.test {
            Test::ByPerson(_) => None,
            Test::Computed(c) => Some(ClauseTest { condition: part(&c.whole), when: c.when.as_ref().map(&mut part) }),
        };
        let title = edition.clause(&rule.clause).map(|c| c.title.clone()).unwrap_or_default();
        clauses.push(Clause { id: rule.clause.clone(), title, test });
    }
    let audience = edition.audience().map(&mut part);
    let plan = edition.plan();
    let total = plan.and_then(|p| p.total_cap.as_ref()).map(|e| (CapKind::Total, e));
    let cap = total.or_else(|| plan.and_then(|p| p.yearly_cap.as_ref()).map(|e| (CapKind::Yearly, e)));
    let cap = cap.map(|(kind, expr)| (kind, Part { root: lowering.amount(expr), expr: expr.clone() }));
    Programme { edition: edition.clone(), clauses, cap, audience }
}

fn roots(programme: &Programme) -> Vec<Id> {
    let tests = programme.clauses.iter().filter_map(|c| c.test.as_ref());
    let conditions = tests.flat_map(|t| std::iter::once(t.condition.root).chain(t.when.as_ref().map(|w| w.root)));
    conditions.chain(programme.cap.as_ref().map(|(_, p)| p.root)).chain(programme.audience.as_ref().map(|p| p.root)).collect()
}

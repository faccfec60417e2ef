//! The policies, read and checked against the schema, and the one question they answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_kernel::LocalText;
use cedar_policy::{Authorizer, Context, Decision, PolicyId, PolicySet, Request, Response, Schema, ValidationMode, Validator};

use crate::entities::TypeNames;
use crate::{Action, Permit, Person, Resource};

const SCHEMA: &str = include_str!("../../../../policies/banso.cedarschema");

/// The policies that come with the binary.
const BUILT_IN: [&str; 6] = [
    include_str!("../../../../policies/analyst.cedar"),
    include_str!("../../../../policies/applicant.cedar"),
    include_str!("../../../../policies/auditor.cedar"),
    include_str!("../../../../policies/conflicts.cedar"),
    include_str!("../../../../policies/office.cedar"),
    include_str!("../../../../policies/reviewer.cedar"),
];

/// Why policies cannot be used. Nothing is decided by half of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policies cannot be read: {0}")]
    Syntax(String),
    #[error("the policies do not fit the schema: {0}")]
    Schema(String),
    #[error("`{policy}` has no @id: every policy needs one, so that a refusal can name it")]
    NoId { policy: String },
    #[error("`{policy}` has a slot (`?principal`, `?resource`): nothing fills it, so it would never be asked")]
    Template { policy: String },
    #[error("two policies are called `{0}`")]
    SameId(String),
    #[error("`{path}` cannot be read: {why}")]
    File { path: PathBuf, why: String },
    #[error("there is no .cedar file in `{0}`")]
    EmptyFolder(PathBuf),
}

/// One policy that spoke against it, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The policy's `@id`; `default` when simply nothing permits it.
    pub policy: String,
    pub text: LocalText,
}

/// The answer no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not permitted ({})", action.name(), reasons.iter().map(|r| r.policy.as_str()).collect::<Vec<_>>().join(", "))]
pub struct Denied {
    pub action: Action,
    /// Never empty.
    pub reasons: Vec<Reason>,
}

/// All policies of an office. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Policies {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    set: PolicySet,
    schema: Schema,
    names: TypeNames,
}

impl Policies {
    /// The policies that come with the binary.
    ///
    /// # Errors
    /// Never, as long as the tests of this crate pass.
    pub fn built_in() -> Result<Self, PolicyError> {
        Self::load(&BUILT_IN.join("\n"))
    }

    /// All `*.cedar` files of a folder, instead of the built-in ones.
    ///
    /// # Errors
    /// No such file, or what [`Policies::load`] refuses.
    pub fn from_folder(folder: &Path) -> Result<Self, PolicyError> {
        let failed = |path: &Path, why: std::io::Error| PolicyError::File { path: path.to_owned(), why: why.to_string() };
        let entries = std::fs::read_dir(folder).map_err(|e| failed(folder, e))?;
        let mut paths: Vec<PathBuf> =
            entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|x| x == "cedar")).collect();
        paths.sort();
        if paths.is_empty() {
            return Err(PolicyError::EmptyFolder(folder.to_owned()));
        }
        let texts: Vec<String> = paths.iter().map(|p| std::fs::read_to_string(p).map_err(|e| failed(p, e))).collect::<Result<_, _>>()?;
        Self::load(&texts.join("\n"))
    }

    /// Reads policies and checks them strictly against the schema.
    ///
    /// # Errors
    /// A text that is not Cedar, speaks of what does not exist, or has a policy without its own `@id`.
    pub fn load(policy_text: &str) -> Result<Self, PolicyError> {
        let (schema, warnings) = Schema::from_cedarschema_str(SCHEMA).map_err(|e| PolicyError::Schema(e.to_string()))?;
        if let Some(warning) = warnings.into_iter().next() {
            return Err(PolicyError::Schema(warning.to_string()));
        }
        let set = named(&policy_text.parse().map_err(|e: cedar_policy::ParseErrors| PolicyError::Syntax(e.to_string()))?)?;
        let checked = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        let problems: Vec<String> =
            checked.validation_errors().map(ToString::to_string).chain(checked.validation_warnings().map(ToString::to_string)).collect();
        if !problems.is_empty() {
            return Err(PolicyError::Schema(problems.join("; ")));
        }
        let names = TypeNames::read().map_err(PolicyError::Schema)?;
        Ok(Policies { inner: Arc::new(Inner { set, schema, names }) })
    }

    /// May this person do this to that? What no policy permits is denied; one that forbids outweighs all that permit; and a policy
    /// that cannot be evaluated denies, because it might have been one that forbids.
    ///
    /// # Errors
    /// [`Denied`], with the policies that spoke against it.
    pub fn may(&self, person: &Person, action: Action, resource: &Resource) -> Result<Permit, Denied> {
        let response = self.inner.ask(person, action, resource).map_err(|why| Denied { action, reasons: vec![not_evaluated(&why)] })?;
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(Denied { action, reasons: vec![not_evaluated(&error.to_string())] });
        }
        match response.decision() {
            Decision::Allow => Ok(Permit { person: person.clone(), action, resource: resource.clone() }),
            Decision::Deny => Err(Denied { action, reasons: self.inner.reasons(&response) }),
        }
    }
}

impl Inner {
    fn ask(&self, person: &Person, action: Action, resource: &Resource) -> Result<Response, String> {
        let names = &self.names;
        let entities = names.entities(person, resource, &self.schema)?;
        let (who, what, on) = (names.person(person), names.action(action), names.resource(resource));
        let request = Request::new(who, what, on, Context::empty(), Some(&self.schema)).map_err(|e| e.to_string())?;
        Ok(Authorizer::new().is_authorized(&request, &self.set, &entities))
    }

    fn reasons(&self, response: &Response) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = response.diagnostics().reason().map(|id| self.reason(id)).collect();
        reasons.sort_by(|a, b| a.policy.cmp(&b.policy));
        if reasons.is_empty() {
            let text = LocalText::new("この操作を行う権限がありません。", "Your role does not permit this.");
            reasons.push(Reason { policy: "default".to_owned(), text });
        }
        reasons
    }

    fn reason(&self, id: &PolicyId) -> Reason {
        let ja = self.set.annotation(id, "ja").unwrap_or("この操作は禁じられています。");
        let text = match self.set.annotation(id, "en") {
            Some(en) => LocalText::new(ja, en),
            None => LocalText::ja(ja),
        };
        Reason { policy: id.to_string(), text }
    }
}

fn not_evaluated(why: &str) -> Reason {
    let en = format!("This cannot be asked of the policies: {why}");
    Reason { policy: "not-evaluated".to_owned(), text: LocalText::new("権限を確認できないため、操作できません。", en) }
}

/// The same policies, each under its `@id`.
fn named(read: &PolicySet) -> Result<PolicySet, PolicyError> {
    if let Some(template) = read.templates().next() {
        return Err(PolicyError::Template { policy: template.to_string() });
    }
    let mut set = PolicySet::new();
    for policy in read.policies() {
        let id = policy.annotation("id").ok_or_else(|| PolicyError::NoId { policy: policy.to_string() })?;
        set.add(policy.new_id(PolicyId::new(id))).map_err(|_| PolicyError::SameId(id.to_owned()))?;
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_that_are_refused() {
        let check = |text: &str, expect: &str| {
            let error = Policies::load(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        };
        check("permit (", "cannot be read");
        check("permit (principal, action, resource);", "has no @id");
        check(r#"@id("a") permit (principal in Role::"boss", action, resource);"#, "do not fit the schema");
        check(r#"@id("a") permit (principal, action == Action::"Fly", resource);"#, "do not fit the schema");
        check(r#"@id("a") permit (principal, action, resource) when { resource.colour == "red" };"#, "do not fit the schema");
        check(r#"@id("a") forbid (principal == ?principal, action, resource);"#, "has a slot");
        let twice = r#"@id("a") permit (principal, action, resource);"#.repeat(2);
        check(&twice, "two policies are called `a`");
    }

    #[test]
    fn a_folder_stands_in_for_the_built_in_policies() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policies");
        assert!(Policies::from_folder(&folder).is_ok());
        assert!(matches!(Policies::from_folder(&folder.join("nowhere")), Err(PolicyError::File { .. })));
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert!(matches!(Policies::from_folder(&sources), Err(PolicyError::EmptyFolder(_))));
    }
}

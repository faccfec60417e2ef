//! Our words as Cedar entities: the person, the resource, and what a policy may look at.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression, Schema};

use crate::{Person, Resource};

/// The type names of the schema, read once.
#[derive(Debug, Clone)]
pub(crate) struct TypeNames {
    role: EntityTypeName,
    organisation: EntityTypeName,
    person: EntityTypeName,
    office: EntityTypeName,
    call: EntityTypeName,
    case: EntityTypeName,
    action: EntityTypeName,
}

impl TypeNames {
    pub(crate) fn read() -> Result<Self, String> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(|e| e.to_string());
        Ok(TypeNames {
            role: name("Role")?,
            organisation: name("Organisation")?,
            person: name("Person")?,
            office: name("Office")?,
            call: name("Call")?,
            case: name("Case")?,
            action: name("Action")?,
        })
    }

    pub(crate) fn action(&self, action: crate::Action) -> EntityUid {
        uid(&self.action, action.name())
    }

    pub(crate) fn person(&self, person: &Person) -> EntityUid {
        uid(&self.person, &person.id.to_string())
    }

    pub(crate) fn resource(&self, resource: &Resource) -> EntityUid {
        match resource {
            Resource::Office => self.the_office(),
            Resource::Call(call) => uid(&self.call, call.as_str()),
            Resource::Case { id, .. } => uid(&self.case, &id.to_string()),
        }
    }

    /// The two entities that the policies look at, with their parents.
    pub(crate) fn entities(&self, person: &Person, resource: &Resource, schema: &Schema) -> Result<Entities, String> {
        let person = self.person_entity(person)?;
        let resource = self.resource_entity(resource)?;
        Entities::from_entities([person, resource], Some(schema)).map_err(|e| e.to_string())
    }

    fn person_entity(&self, person: &Person) -> Result<Entity, String> {
        let mut attributes = HashMap::new();
        if let Some(id) = person.organisation {
            attributes.insert("organisation".to_owned(), reference(&self.organisation, &id.to_string()));
        }
        let roles = person.roles.iter().map(|role| uid(&self.role, role.name())).collect();
        Entity::new(self.person(person), attributes, roles).map_err(|e| e.to_string())
    }

    fn resource_entity(&self, resource: &Resource) -> Result<Entity, String> {
        let id = self.resource(resource);
        match resource {
            Resource::Office => Ok(Entity::with_uid(id)),
            Resource::Call(_) => Ok(Entity::new_no_attrs(id, HashSet::from([self.the_office()]))),
            Resource::Case { call, lead, parties, reviewers, .. } => {
                let organisations = parties.iter().map(|p| reference(&self.organisation, &p.to_string()));
                let people = reviewers.iter().map(|r| reference(&self.person, &r.to_string()));
                let mut attributes = HashMap::from([
                    ("parties".to_owned(), RestrictedExpression::new_set(organisations)),
                    ("reviewers".to_owned(), RestrictedExpression::new_set(people)),
                ]);
                if let Some(lead) = lead {
                    attributes.insert("lead".to_owned(), reference(&self.organisation, &lead.to_string()));
                }
                Entity::new(id, attributes, HashSet::from([uid(&self.call, call.as_str())])).map_err(|e| e.to_string())
            }
        }
    }

    fn the_office(&self) -> EntityUid {
        uid(&self.office, "office")
    }
}

fn uid(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

fn reference(name: &EntityTypeName, id: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid(name, id))
}

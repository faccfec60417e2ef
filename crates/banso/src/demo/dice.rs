//! Numbers that look thrown and are not: the same seed and the same question give the same answer, in whatever order they are asked.

use banso_kernel::{CorporateNumber, Digest, OrganisationId, PersonId, RequestId};
use uuid::Uuid;

/// Everything that varies in the demonstration follows from this.
const SEED: &str = "banso demo 1";

fn digest(of: &str) -> Digest {
    Digest::of(format!("{SEED}/{of}").as_bytes())
}

/// A number from 0 to one less than `sides`.
pub(crate) fn roll(of: &str, sides: u64) -> u64 {
    let bits = digest(of).as_bytes().iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    bits.checked_rem(sides).unwrap_or_default()
}

fn uuid(of: &str) -> Uuid {
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest(of).as_bytes()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

pub(crate) fn person(login: &str) -> PersonId {
    PersonId::new(uuid(&format!("person {login}")))
}

pub(crate) fn organisation(number: CorporateNumber) -> OrganisationId {
    OrganisationId::new(uuid(&format!("organisation {number}")))
}

/// One press of a button.
pub(crate) fn request(of: &str) -> RequestId {
    RequestId::new(uuid(&format!("request {of}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer() {
        assert_eq!(roll("a", 6), roll("a", 6));
        assert!((0..200).all(|i| roll(&format!("{i}"), 7) < 7));
        assert!((0..7).all(|side| (0..200).any(|i| roll(&format!("{i}"), 7) == side)));
        assert_eq!(roll("a", 0), 0);
        assert_ne!(person("a"), person("b"));
    }
}

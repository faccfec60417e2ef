//! Passwords as argon2id hashes. Hashing is slow on purpose: it runs beside the server's threads, a few at a time.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use rand::Rng as _;
use tokio::sync::Semaphore;

use crate::{FieldProblem, OfficeError};

/// How many hashes are computed at once: each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// What the password of somebody who does not exist is compared with, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hashed("nobody has this password").unwrap_or_default());

const CHARACTERS_MIN: usize = 10;
const CHARACTERS_MAX: usize = 200;

/// # Errors
/// A password that is too short or too long.
pub(crate) async fn hash(password: &str) -> Result<String, OfficeError> {
    let characters = password.chars().count();
    if !(CHARACTERS_MIN..=CHARACTERS_MAX).contains(&characters) {
        let ja = format!("パスワードは{CHARACTERS_MIN}文字以上{CHARACTERS_MAX}文字以内にしてください。");
        let en = format!("A password has {CHARACTERS_MIN} to {CHARACTERS_MAX} characters.");
        return Err(OfficeError::Invalid(vec![FieldProblem::new("password", ja, en)]));
    }
    let password = password.to_owned();
    beside(move || hashed(&password)).await?.map_err(OfficeError::fault)
}

/// Whether this is the password; `None` is the hash of nobody, and never matches.
pub(crate) async fn matches(password: &str, hash: Option<String>) -> Result<bool, OfficeError> {
    let password: String = password.chars().take(CHARACTERS_MAX).collect();
    beside(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let same = PasswordHash::new(&hash).is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok());
        same && known
    })
    .await
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, OfficeError> {
    let _turn = AT_ONCE.acquire().await.map_err(OfficeError::fault)?;
    tokio::task::spawn_blocking(work).await.map_err(OfficeError::fault)
}

/// With 128 bits of salt and the parameters that argon2 recommends (19 MiB, two passes).
pub(crate) fn hashed(password: &str) -> Result<String, argon2::password_hash::Error> {
    let bits: [u8; 16] = rand::rng().random();
    let salt = SaltString::encode_b64(&bits)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_itself_only() {
        let kept = hash("正しい馬の電池ホチキス").await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        for (password, hash, expect) in [
            ("正しい馬の電池ホチキス", Some(kept.clone()), true),
            ("正しい馬の電池ホチキズ", Some(kept), false),
            ("nobody has this password", None, false),
            ("anything", Some("not a hash".to_owned()), false),
        ] {
            assert_eq!(matches(password, hash).await.unwrap(), expect);
        }
        assert!(hash("短い").await.is_err());
    }
}

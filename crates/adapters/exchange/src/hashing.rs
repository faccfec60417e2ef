//! Bytes copied, counted and hashed in one pass, never more than allowed.

use std::io::{self, Read, Write};

use banso_kernel::Digest;
use sha2::{Digest as _, Sha256};

const CHUNK: usize = 64 * 1024;

/// What went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
    /// There was more than the limit; the rest was not read.
    pub(crate) cut: bool,
}

/// Copies at most `limit` bytes.
pub(crate) fn copy_hashed(from: &mut dyn Read, to: &mut dyn Write, limit: u64) -> io::Result<Passed> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; CHUNK];
    let mut bytes = 0_u64;
    loop {
        let n = from.read(&mut buffer)?;
        let Some(read) = buffer.get(..n).filter(|r| !r.is_empty()) else { break };
        bytes = bytes.saturating_add(n as u64);
        if bytes > limit {
            return Ok(Passed { bytes, digest: Digest::ZERO, cut: true });
        }
        hasher.update(read);
        to.write_all(read)?;
    }
    Ok(Passed { bytes, digest: Digest::from_bytes(hasher.finalize().into()), cut: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_counted_hashed_and_bounded() {
        let data = vec![7_u8; 200_000];
        for (limit, cut) in [(200_000, false), (199_999, true), (0, true)] {
            let mut out = Vec::new();
            let passed = copy_hashed(&mut data.as_slice(), &mut out, limit).unwrap();
            assert_eq!(passed.cut, cut, "{limit}");
            if !cut {
                assert_eq!((passed.digest, passed.bytes, out.as_slice()), (Digest::of(&data), 200_000, data.as_slice()));
            }
        }
    }
}

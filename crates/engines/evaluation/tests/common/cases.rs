//! How often tables are made up: few times by default, as many as PROPTEST_CASES says when it says so.

use proptest::prelude::ProptestConfig;

/// `few` cases, or as many as the environment asks for.
pub(crate) fn cases(few: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    // 256 is what nobody asked for.
    if asked.cases == 256 { ProptestConfig { cases: few, ..asked } } else { asked }
}

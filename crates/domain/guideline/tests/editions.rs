//! The guidelines of this repository read clean, and what they say is what they should say.

mod house;

use house::edition;

#[test]
fn every_guideline_reads_clean() {
    for path in ["r7-1", "r8-demo-0", "r8-demo-1", "r8-demo-1.2"].map(|n| format!("programmes/go-tech/{n}.md")) {
        edition(&path);
    }
}

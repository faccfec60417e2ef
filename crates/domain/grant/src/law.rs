//! The articles that steps and refusals rest on: 補助金等に係る予算の執行の適正化に関する法律 (Act No. 179 of 1955), short 適正化法.
//! What the Act leaves open rests on the guideline's own clause. 政策評価法 is 行政機関が行う政策の評価に関する法律 (Act No. 86 of 2001).

pub(crate) const GUIDELINE: &str = "公募要領";
pub(crate) const GRANT_REQUEST: &str = "適正化法第5条";
pub(crate) const EXAMINATION: &str = "適正化法第6条第1項";
pub(crate) const MODIFICATION: &str = "適正化法第6条第3項";
pub(crate) const CONDITIONS: &str = "適正化法第7条";
pub(crate) const WITHDRAWAL: &str = "適正化法第9条第1項";
/// Showing reasons for refusing an application or deciding against it.
pub(crate) const REASONS: &str = "適正化法第21条の2";
/// The administration evaluates its own policies by their effects, in good time.
pub(crate) const EVALUATION: &str = "政策評価法第3条第1項";
/// An electronic application arrives when it is recorded in the receiver's file.
pub(crate) const ARRIVAL: &str = "適正化法第26条の3";

//! Which keys a telephone offers for a number: one of digits alone has neither a point nor a sign.

use banso_guideline::FieldKind;

/// The keys that a number of this kind may need: a keypad of digits has neither point nor sign.
pub(crate) fn of(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Number { limits, .. } if limits.least.is_some_and(|least| least < 0) => "any",
        FieldKind::Number { unit, limits } if unit == "円" || limits.whole => "numeric",
        FieldKind::Number { limits, .. } if limits.least.is_some() => "decimal",
        FieldKind::Number { .. } => "any",
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Choice(_)
        | FieldKind::YesNo
        | FieldKind::Day
        | FieldKind::CorporateNumber => "",
    }
}

/// The `inputmode` of a number: as said, or else by its unit. None is the whole keyboard.
pub(crate) fn mode(unit: &str, keypad: &str) -> Option<&'static str> {
    match (keypad, unit) {
        ("decimal", _) => Some("decimal"),
        ("any", _) | ("", "" | "%") => None,
        (_, _) => Some("numeric"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_guideline::Limits;

    #[test]
    fn a_keypad_has_the_keys_that_the_number_needs() {
        let kind = |unit: &str, least, whole| FieldKind::Number { unit: unit.into(), limits: Limits { least, most: None, whole } };
        for (unit, least, whole, expect) in [
            ("人", Some(0), true, "numeric"),
            ("円", None, false, "numeric"),
            ("円", Some(-5), false, "any"),
            ("年", Some(0), false, "decimal"),
            ("%", Some(0), false, "decimal"),
            ("%", None, false, "any"),
            ("百万円", Some(-1), true, "any"),
        ] {
            assert_eq!(of(&kind(unit, least, whole)), expect, "{unit} {least:?} {whole}");
        }
    }

    #[test]
    fn beside_a_form_the_unit_says_it() {
        for (unit, own, expect) in
            [("円", "", Some("numeric")), ("%", "", None), ("", "", None), ("円", "any", None), ("年", "decimal", Some("decimal"))]
        {
            assert_eq!(mode(unit, own), expect, "{unit} {own}");
        }
    }
}

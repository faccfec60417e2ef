//! Kinds that have a code and a name: what stands in columns, addresses and acts, and what people read.

/// Defines an enum whose values have a stable code and a name in Japanese and English.
///
/// Each line is `Name = "code", "日本語", "English";`. The enum gets `ALL` in that order, `code`, `label` and `parse`.
///
/// ```
/// banso_kernel::coded! {
///     /// A side of a coin.
///     #[derive(Debug, Clone, Copy, PartialEq, Eq)]
///     pub enum Side {
///         Head = "head", "表", "head";
///         Tail = "tail", "裏", "tail";
///     }
/// }
/// assert_eq!(Side::parse("tail"), Some(Side::Tail));
/// assert_eq!(Side::ALL.iter().map(|s| s.label().ja).collect::<Vec<_>>(), ["表", "裏"]);
/// ```
#[macro_export]
macro_rules! coded {
    ($(#[$meta:meta])* pub enum $kind:ident { $($(#[$doc:meta])* $name:ident = $code:literal, $ja:literal, $en:literal;)* }) => {
        $(#[$meta])*
        pub enum $kind { $($(#[$doc])* $name),* }

        impl $kind {
            /// All of them, in their order.
            pub const ALL: &'static [$kind] = &[$($kind::$name),*];

            /// Stable, for columns, addresses and tests.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $($kind::$name => $code),* }
            }

            /// As people read it.
            #[must_use]
            pub fn label(self) -> $crate::LocalText {
                match self { $($kind::$name => $crate::LocalText::new($ja, $en)),* }
            }

            /// The one of a code.
            #[must_use]
            pub fn parse(code: &str) -> Option<$kind> {
                $kind::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

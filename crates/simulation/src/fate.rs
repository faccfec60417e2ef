//! What may become of a firm and its project.

macro_rules! fates {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// What becomes of a firm and its project.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fate { $($(#[$doc])* $name),* }

        impl Fate {
            pub const ALL: &'static [Fate] = &[$(Fate::$name),*];
        }
    };
}

fates! {
    /// Sells well: revenue is paid back, a machine is sold with approval.
    Sells;
    /// A minor change, wages that may not rise.
    Shifts;
    /// Paid in advance, spends half: the rest is ordered back.
    SpendsHalf;
    /// A change that is refused, an incident, a merger in the end.
    Merges;
    /// Stops for a time and goes on.
    Pauses;
    /// Stopped by the director and let go on.
    Stopped;
    /// Gives up, at the second request with approval.
    GivesUp;
    /// Made its outcome larger than it was: all is cancelled, paid back late, by instalments, with charges.
    Inflates;
    /// Accused and cleared; another account just before the payment.
    Cleared;
    /// A part is cancelled and the firm is bankrupt: what is open is given up.
    Bankrupt;
    /// Corrects twice, claims twice, and the bank sends the money back.
    Clumsy;
    /// Found out after the file was closed.
    FoundLate;
}

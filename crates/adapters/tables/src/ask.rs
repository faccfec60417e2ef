//! Which columns are wanted, and as what.

/// Which columns of a table are wanted, and as what. A column asked for both as names and as something else is read as names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    numbers: Vec<String>,
    names: Vec<String>,
    either: Vec<String>,
    everything: bool,
}

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Numbers; anything else is a bad cell.
    Numbers,
    /// Names, even where they look like numbers.
    Names,
    /// Numbers when every cell is one, names otherwise.
    Either,
}

impl Ask {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every column, each as its content says.
    #[must_use]
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Columns whose every cell must be a number or missing: outcomes, regressors, weights.
    #[must_use]
    pub fn numbers<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.numbers.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Columns that are names even when they look like numbers.
    #[must_use]
    pub fn names<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.names.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Columns that divide rows into groups (firms, years, clusters): numbers or names, as their content says.
    #[must_use]
    pub fn groups<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.either.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Whether every column is asked for.
    pub(crate) const fn is_everything(&self) -> bool {
        self.everything
    }

    /// Whether a column is asked for by its name.
    pub(crate) fn names_it(&self, column: &str) -> bool {
        self.names.iter().chain(&self.numbers).chain(&self.either).any(|name| name == column)
    }

    /// What a column of the file is read as; none when nobody asks for it.
    pub(crate) fn kind(&self, column: &str) -> Option<Kind> {
        let among = |list: &[String]| list.iter().any(|name| name == column);
        if among(&self.names) {
            Some(Kind::Names)
        } else if among(&self.numbers) {
            Some(Kind::Numbers)
        } else if self.everything || among(&self.either) {
            Some(Kind::Either)
        } else {
            None
        }
    }

    /// The columns asked for by name that are not among those there are.
    pub(crate) fn lacking(&self, there: &[String]) -> Option<&str> {
        self.numbers.iter().chain(&self.names).chain(&self.either).find(|name| !there.contains(name)).map(String::as_str)
    }
}

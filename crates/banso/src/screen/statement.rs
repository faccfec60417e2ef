//! The rules as SQL, one statement for each programme.

use banso_screening::sql::{self, Dialect, Source};

use super::SqlOf;
use super::input::Prepared;

/// Prints the table of firms and a statement for each programme.
pub(super) fn print(prepared: &Prepared, of: SqlOf, table: &str) {
    let dialect = match of {
        SqlOf::Postgres => Dialect::Postgres,
        SqlOf::Spark => Dialect::Spark,
        SqlOf::Sqlite => Dialect::Sqlite,
    };
    let source = Source { table: table.to_owned(), key: "id".to_owned() };
    say!("{};", sql::create(prepared.screen.schema(), &source, dialect));
    for (index, programme) in prepared.screen.programmes().iter().enumerate() {
        let Some(statement) = sql::programme(&prepared.screen, index, &source, dialect) else { continue };
        say!("\n-- {}", programme.edition.meta().call);
        for (i, clause) in statement.truths.iter().enumerate() {
            say!("-- c{i}: {clause}");
        }
        for left_out in &statement.left_out {
            say!("-- {left_out}");
        }
        say!("{};", statement.text);
    }
}

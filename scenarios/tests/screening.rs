//! `banso screen` as it is used: a run that was killed goes on, lists for a coordinator, one firm explained, what an amendment changes,
//! and the same answers from the databases that hold the firms.

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use banso_kernel::CorporateNumber;
    use banso_scenarios::{TestDatabase, banso, output_of, within};
    use sqlx::any::AnyRow;
    use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    fn screen(words: &[&str]) -> (i32, String, String) {
        output_of(&[&["screen"], words].concat(), root())
    }

    /// What a run left in its folder, by name; progress is not compared, for it names the run.
    fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        let name = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
        files.filter(|p| p.extension().is_some_and(|e| e == "csv")).map(|p| (name(&p), fs::read(&p).unwrap())).collect()
    }

    #[test]
    fn a_run_that_was_killed_goes_on_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (whole, cut) = (folder.path().join("whole"), folder.path().join("cut"));
        let firms = "200000";
        let words =
            |to: &Path| ["screen", "--synthetic", firms, "--only", "都道府県=福井県", "--to", to.to_str().unwrap()].map(str::to_owned);
        let run = |to: &Path| {
            let words = words(to);
            output_of(&words.each_ref().map(String::as_str), root())
        };
        let mut killed =
            Command::new(banso()).args(words(&cut)).current_dir(root()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let note = cut.join("progress.json");
        within(Duration::from_secs(120), "the first stretch to be noted", || note.exists().then_some(()));
        killed.kill().unwrap();
        killed.wait().unwrap();
        let (code, out, err) = run(&cut);
        assert_eq!(code, 0, "{err}");
        let (code, uncut, _) = run(&whole);
        assert_eq!(code, 0);
        assert_eq!(out, uncut);
        assert_eq!(files(&cut), files(&whole));
        assert!(files(&whole).len() > 8, "a list for each call and three tables of counts");
        // Once more: nothing is done again, and another question is not answered into the same folder.
        let (code, again, _) = run(&whole);
        assert_eq!((code, again), (0, uncut));
        let (code, _, err) = screen(&["--synthetic", "10", "--to", whole.to_str().unwrap()]);
        assert_eq!(code, 1);
        assert!(err.contains("別の照合の途中"), "{err}");
    }

    const FIRMS: &str = "法人番号,名称,都道府県,業種,資本金,従業員数,備考\n\
        7000000000001,株式会社架空一,福井県,製造業その他,3000万円,30人,x\n\
        8000000000002,\"架空,二\",石川県,卸売業,２億円,不明,y\n\
        9000000000003,架空三,福井県,漁業,たくさん,10人,z\n";

    #[test]
    fn firms_of_a_table_are_listed_and_explained() {
        let folder = tempfile::tempdir().unwrap();
        let (utf8, sjis, to) = (folder.path().join("a.csv"), folder.path().join("b.csv"), folder.path().join("out"));
        fs::write(&utf8, format!("\u{feff}{FIRMS}")).unwrap();
        fs::write(&sjis, "法人番号,都道府県\n1,福井県\n").unwrap();
        let table = utf8.to_str().unwrap();
        let (code, out, err) = screen(&["--firms", table, "--to", to.to_str().unwrap(), "--only", "都道府県=福井県"]);
        // Two cells do not fit: told with their firm, and counted as unknown.
        assert_eq!(code, 1, "{err}");
        assert!(err.contains("3件目「業種」: 漁業") && err.contains("3件目「資本金」: たくさん"), "{err}");
        assert!(out.contains("企業 3 件"), "{out}");
        let lists: Vec<String> =
            files(&to).into_iter().filter(|(name, _)| name.starts_with("一覧")).map(|(_, b)| String::from_utf8(b).unwrap()).collect();
        assert!(lists.iter().all(|l| l.starts_with('\u{feff}') && !l.contains("石川県")));
        let (code, out, _) = screen(&["--firms", table, "--explain", "8000000000002"]);
        assert_eq!(code, 0);
        assert!(out.starts_with("8000000000002\n") && out.contains("次に尋ねること") && out.contains("go-tech/r7-1"), "{out}");
        for (words, expect) in [
            (&["--firms", table, "--explain", "1"][..], "表にありません"),
            (&["--firms", table, "--by", "名称"], "分けられません"),
            (&["--firms", table, "--only", "都道府県=火星", "--to", "x"], "項目=値"),
            (&["--firms", table, "--on", "1999-01-01"], "照合する公募がありません"),
            (&["--firms", "nothing.csv"], "nothing.csv"),
            (&[], "企業の表がありません"),
        ] {
            let (code, _, err) = screen(words);
            assert_eq!(code, 1, "{words:?}: {err}");
            assert!(err.contains(expect), "{words:?}: {err}");
        }
        fs::write(&utf8, "a,b\n1,2\n").unwrap();
        let (code, _, err) = screen(&["--firms", table]);
        assert!(code == 1 && err.contains("一つもありません"), "{err}");
        fs::write(&utf8, "法人番号,業種\n1,小売業\n2\n").unwrap();
        let (code, _, err) = screen(&["--firms", table]);
        assert!(code == 1 && err.contains('3'), "{err}");
    }

    /// Files for a register of made-up firms, more than a block of them, and a table of facts about some of them.
    fn register_files(folder: &Path) -> (PathBuf, PathBuf) {
        let (mut entries, mut facts) = (String::new(), "法人番号,基準日,業種,資本金,従業員数\n".to_owned());
        let kinds = ["製造業その他", "卸売業", "小売業", "サービス業"];
        for n in 1..=2500_u64 {
            let number = CorporateNumber::from_body(700_000_000_000 + n);
            let (prefecture, city, code) =
                if n % 3 == 0 { ("石川県", "金沢市", "17,201") } else { ("福井県", "鯖江市", "18,207") };
            let (process, closing) = if n % 50 == 0 { ("21", "2026-08-03,01,") } else { ("01", ",,") };
            entries.push_str(&format!(
                "{n},{number},{process},0,2026-08-10,2026-08-03,株式会社架空{n},,301,{prefecture},{city},架空町１番地,,{code},9160000,,,{closing},,2015-10-05,1,,,,,カクウ,0\n"
            ));
            let kind = kinds[usize::try_from(n).unwrap() % kinds.len()];
            let day = if n % 2 == 0 { "2026-04-01" } else { "2026-08-01" };
            let capital = if n % 7 == 0 { String::new() } else { format!("{}万円", n * 100) };
            facts.push_str(&format!("{number},{day},{kind},{capital},{}人\n", n % 400));
        }
        let (register, table) = (folder.join("diff.csv"), folder.join("facts.csv"));
        fs::write(&register, entries).unwrap();
        fs::write(&table, facts).unwrap();
        (register, table)
    }

    /// The register of a database gives what the same firms as a table give: counts, lists, what is said of one firm.
    fn the_register_answers_as_its_table(database: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (register, facts) = register_files(folder.path());
        let data = path("data");
        let place = [&["--data", &data], database].concat();
        let run = |words: &[&str]| output_of(&[words, &place].concat(), root());
        let registered = |words: &[&str]| run(&[&["screen", "--register"], words].concat());
        let (code, _, err) = run(&["register", "import", register.to_str().unwrap()]);
        assert_eq!(code, 0, "{err}");
        let (code, _, err) = run(&["register", "facts", facts.to_str().unwrap()]);
        assert_eq!(code, 0, "{err}");
        let (table, lists, expected) = (path("firms.csv"), path("lists"), path("expected"));
        let (code, _, err) = registered(&["--write", &table]);
        assert_eq!(code, 0, "{err}");
        let (code, out, err) = registered(&["--only", "都道府県=福井県", "--to", &lists]);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("企業 2,450 件"), "{out}");
        let (code, same, _) = screen(&["--firms", &table, "--only", "都道府県=福井県", "--to", &expected]);
        assert_eq!((code, same), (0, out.clone()));
        assert_eq!(files(Path::new(&lists)), files(Path::new(&expected)));
        assert!(fs::read_to_string(Path::new(&lists).join("集計_都道府県.csv")).unwrap().contains(",福井県,"));
        // One firm is looked up, not looked for; a firm that is not there is told.
        let number = CorporateNumber::from_body(700_000_000_007).to_string();
        assert_eq!(registered(&["--explain", &number]).1, screen(&["--firms", &table, "--explain", &number]).1);
        assert!(registered(&["--explain", "1"]).2.contains("表にありません"));
        // As of a day: firms that were closed since were there, and what was said later was not known.
        let call = "2025-05-01";
        let (code, then, err) = registered(&["--on", call]);
        assert_eq!(code, 0, "{err}");
        assert!(then.contains("企業 2,500 件"), "{then}");
        // Once more nothing is done again; when the register has changed it is another run.
        let words = ["--only", "都道府県=福井県", "--to", &lists];
        assert_eq!(registered(&words).1, out);
        fs::write(&facts, format!("法人番号,基準日,従業員数\n{number},2026-09-01,1人\n")).unwrap();
        assert_eq!(run(&["register", "facts", facts.to_str().unwrap()]).0, 0);
        let (code, _, err) = registered(&words);
        assert!(code == 1 && err.contains("別の照合の途中"), "{err}");
    }

    #[test]
    fn the_register_of_sqlite_answers_as_its_table() {
        the_register_answers_as_its_table(&[]);
    }

    #[tokio::test]
    async fn the_register_of_postgresql_answers_as_its_table() {
        let Some(database) = TestDatabase::new().await else { return };
        tokio::task::spawn_blocking(move || the_register_answers_as_its_table(&["--database", &database.url()])).await.unwrap();
    }

    #[test]
    fn an_empty_register_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let data = data.to_str().unwrap();
        assert_eq!(output_of(&["register", "files", "--data", data], root()).0, 0);
        let (code, _, err) = screen(&["--register", "--data", data]);
        assert!(code == 1 && err.contains("台帳に法人がありません"), "{err}");
    }

    #[test]
    fn an_amendment_is_counted_in_firms() {
        let folder = tempfile::tempdir().unwrap();
        let first = fs::read_to_string(root().join("programmes/mihon-rd/r8-1.md")).unwrap();
        let (before, after) = (folder.path().join("r8-1.md"), folder.path().join("r8-1.2.md"));
        fs::write(&before, &first).unwrap();
        fs::write(&after, first.replace("県内の事業所", "県内の事業所 かつ 従業員数 <= 20人")).unwrap();
        let words = |b: &Path, a: &Path| {
            ["--compare".to_owned(), b.display().to_string(), a.display().to_string(), "--synthetic".into(), "3000".into()]
        };
        let run = |b: &Path, a: &Path| {
            let words = words(b, a);
            screen(&words.each_ref().map(String::as_str))
        };
        let (code, out, err) = run(&before, &before);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("答えが変わる企業 0 件"), "{out}");
        assert!(out.starts_with("合成の企業です") && out.contains("行は要確認の概数です"), "{out}");
        let other = root().join("programmes/go-tech/r7-1.md");
        let (code, _, err) = run(&before, &other);
        assert!(code == 1 && err.contains("同じ公募の版ではありません"), "{err}");
    }

    /// Clauses by call as the counts of a run say: yes, no, unknown.
    fn counted(folder: &Path) -> BTreeMap<(String, String), [i64; 3]> {
        let text = fs::read_to_string(folder.join("集計_条項.csv")).unwrap();
        let line = |l: &str| {
            let cells: Vec<&str> = l.split(',').collect();
            let n = |i: usize| cells[i].parse().unwrap();
            ((cells[0].to_owned(), cells[1].to_owned()), [n(3), n(4), n(5)])
        };
        text.trim_start_matches('\u{feff}').lines().skip(1).map(line).collect()
    }

    /// The statements of `banso screen --sql`: the one that makes the table, and for each call its clauses and its text.
    fn statements(dialect: &str) -> (String, Vec<(String, Vec<String>, String)>) {
        let (code, out, err) = screen(&["--sql", dialect]);
        assert_eq!(code, 0, "{err}");
        let mut parts = out.split(";\n").map(str::trim).filter(|p| !p.is_empty());
        let create = parts.next().unwrap().to_owned();
        let one = |part: &str| {
            let said = part.lines().filter_map(|l| l.strip_prefix("-- "));
            let call = said.clone().next().unwrap().to_owned();
            let clauses = said.skip(1).filter_map(|l| Some(l.strip_prefix('c')?.split_once(": ")?.1.to_owned())).collect();
            (call, clauses, part.lines().filter(|l| !l.starts_with("--")).collect::<Vec<_>>().join("\n"))
        };
        (create, parts.map(one).collect())
    }

    /// Puts the firms of a CSV into a table of the database.
    async fn fill(connection: &mut AnyConnection, create: &str, firms: &str) {
        connection.execute(AssertSqlSafe(create.to_owned())).await.unwrap();
        let inside = &create[create.find('(').unwrap() + 1..create.rfind(')').unwrap()];
        let kinds: BTreeMap<String, String> = inside
            .split(", \"")
            .map(|c| c.trim_start_matches('"').split_once("\" ").unwrap())
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .collect();
        let mut lines = firms.trim_start_matches('\u{feff}').lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let names: Vec<String> = header.iter().map(|h| format!("\"{h}\"")).collect();
        let rows: Vec<String> = lines
            .enumerate()
            .map(|(i, line)| {
                let cells: Vec<String> = line.split(',').zip(&header).map(|(cell, h)| literal(cell, &kinds[*h])).collect();
                format!("({i}, {})", cells.join(", "))
            })
            .collect();
        for part in rows.chunks(200) {
            let insert = format!("INSERT INTO \"firms\" (\"id\", {}) VALUES {}", names.join(", "), part.join(", "));
            connection.execute(AssertSqlSafe(insert)).await.unwrap();
        }
    }

    fn literal(cell: &str, kind: &str) -> String {
        match (cell, kind) {
            ("", _) => "NULL".to_owned(),
            ("はい", "BOOLEAN") => "TRUE".to_owned(),
            ("いいえ", "BOOLEAN") => "FALSE".to_owned(),
            (n, "NUMERIC" | "INTEGER") => n.to_owned(),
            (text, _) => format!("'{text}'"),
        }
    }

    async fn same_counts(address: &str, dialect: &str, folder: &Path, least: usize) {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(address).await.unwrap();
        let (create, programmes) = statements(dialect);
        fill(&mut connection, &create, &fs::read_to_string(folder.join("firms.csv")).unwrap()).await;
        let wanted = counted(folder);
        let mut compared = 0;
        for (call, clauses, text) in programmes {
            if clauses.is_empty() {
                continue;
            }
            let sums: Vec<String> = (0..clauses.len())
                .map(|i| {
                    format!(
                        "SUM(CASE WHEN c{i} THEN 1 ELSE 0 END) AS y{i}, SUM(CASE WHEN NOT c{i} THEN 1 ELSE 0 END) AS n{i}, \
                         SUM(CASE WHEN c{i} IS NULL THEN 1 ELSE 0 END) AS u{i}"
                    )
                })
                .collect();
            let query = format!("SELECT {} FROM ({text}) AS answers", sums.join(", "));
            let row: AnyRow = connection.fetch_one(AssertSqlSafe(query)).await.unwrap_or_else(|e| panic!("{call}: {e}"));
            for (i, clause) in clauses.iter().enumerate() {
                let n = |letter: char| row.get::<i64, _>(format!("{letter}{i}").as_str());
                // A clause that has two rules stands there twice; the counts of both are the same or the test says so.
                assert_eq!([n('y'), n('n'), n('u')], wanted[&(call.clone(), clause.clone())], "{dialect} {call} {clause}");
                compared += 1;
            }
        }
        assert!(compared >= least, "{compared} clauses were compared");
        connection.close().await.unwrap();
    }

    /// Synthetic firms, what `banso screen` counts of them, and the firms themselves.
    fn population(folder: &Path) {
        let to = folder.to_str().unwrap();
        assert_eq!(screen(&["--synthetic", "2500", "--to", to]).0, 0);
        assert_eq!(screen(&["--synthetic", "2500", "--write", folder.join("firms.csv").to_str().unwrap()]).0, 0);
    }

    #[tokio::test]
    async fn sqlite_gives_the_same_counts() {
        let folder = tempfile::tempdir().unwrap();
        population(folder.path());
        let address = format!("sqlite://{}?mode=rwc", folder.path().join("firms.db").display());
        same_counts(&address, "sqlite", folder.path(), 40).await;
    }

    #[tokio::test]
    async fn postgresql_gives_the_same_counts() {
        let Some(database) = TestDatabase::new().await else { return };
        let folder = tempfile::tempdir().unwrap();
        population(folder.path());
        same_counts(&database.url(), "postgres", folder.path(), 60).await;
    }
}

//! Every route for every role, compared with `golden/routes.txt`. Ids in paths are of things that do not exist, so a page that says
//! 404 has asked who may know; a gate answers before that.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use banso_office::testing::TestOffice;
use banso_permits::Role;
use banso_web::testing::{Visitor, lines};

/// What stands in for the parts of a path.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            "{programme}" => "example",
            "{round}" => "r1-1",
            part if part.starts_with('{') => "00000000-0000-7000-8000-000000000000",
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn every_route_for_every_role_is_the_golden_one() {
    let office = TestOffice::new().await;
    let mut visitors = vec![("stranger", Visitor::new(&office))];
    for role in Role::ALL {
        office.somebody(role.name(), &[role], None).await;
        visitors.push((role.name(), Visitor::signed_in(&office, role.name()).await));
    }
    let mut names: Vec<&str> = vec!["method path", "gate"];
    names.extend(visitors.iter().map(|(n, _)| *n));
    let mut table = format!("# {}\n", names.join(" | "));
    for (method, path, gate) in lines() {
        let mut cells = vec![format!("{method} {path}"), gate.to_owned()];
        for (name, visitor) in &mut visitors {
            // Signing out would end the rest of this visitor's column: somebody else leaves.
            let mut leaving = match (path, *name) {
                ("/sign-out", login) if login != "stranger" => Some(Visitor::signed_in(&office, login).await),
                _ => None,
            };
            let visitor = leaving.as_mut().unwrap_or(visitor);
            let path = filled(path);
            let token = visitor.get("/sign-in").await.hidden("_csrf").to_owned();
            let token = if token.is_empty() { visitor.get("/home").await.hidden("_csrf").to_owned() } else { token };
            let answer = match method.as_str() {
                "GET" => visitor.get(&path).await,
                _ => visitor.post(&path, &[("login", name)], &[("x-csrf-token", &token)]).await,
            };
            if answer.header("content-type").starts_with("text/html") {
                answer.holds_together();
            }
            let to_sign_in = answer.location().starts_with("/sign-in");
            cells.push(if to_sign_in { "sign in".to_owned() } else { answer.status.as_u16().to_string() });
        }
        writeln!(table, "{}", cells.join(" | ")).unwrap();
    }
    compare("routes.txt", &table);
}

/// Routes that anybody may enter. The list may only shrink, or grow by a public page.
#[test]
fn unprotected_routes_are_these() {
    let open: Vec<String> = lines().into_iter().filter(|(_, _, gate)| *gate == "anyone").map(|(m, p, _)| format!("{m} {p}\n")).collect();
    compare("unprotected.txt", &open.concat());
}

fn compare(name: &str, actual: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if fs::read_to_string(&golden).is_ok_and(|expected| expected == actual) {
        return;
    }
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&written, actual).unwrap();
    panic!(
        "the map has changed. Look at `diff {} {}`; if it is meant, copy the first over the second",
        golden.display(),
        written.display()
    );
}

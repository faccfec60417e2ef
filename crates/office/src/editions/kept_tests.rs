//! Editions that this program does not accept any more, and editions that keep the words they were published with.

use banso_kernel::RequestId;
use banso_permits::Role;

use super::*;
use crate::Loaded;
use crate::desk::ReturnOrder;
use crate::testing::TestOffice;
use crate::testing::cases::{PROGRAMME, programme, words};

const OTHER: &str = "programmes/go-tech/r9-9.md";

/// An office with two calls, one case in each.
struct Scene {
    office: TestOffice,
    officer: Person,
    auditor: Person,
    lead: Person,
    call: CallId,
    other: CallId,
    cases: [banso_kernel::CaseId; 2],
}

async fn scene() -> Scene {
    let office = TestOffice::new().await;
    let call = office.published().await;
    let text = programme().replace("回: r7-1", "回: r9-9").replace("番号: G7-1", "番号: G9-9");
    let files = [ProgrammeFile { path: OTHER.to_owned(), text }];
    let loaded = office.load_programmes(&files, &words()).await.unwrap();
    let [Loaded::Published { call: other, .. }] = &loaded[..] else { panic!("{loaded:?}") };
    let officer = office.somebody("officer", &[Role::Officer], None).await;
    let auditor = office.somebody("auditor", &[Role::Auditor], None).await;
    let lead = office.applicant("lead", "架空精機株式会社").await;
    let cases = [office.handed_in(&call, &lead, "切削工程の短縮").await, office.handed_in(other, &lead, "鋳造の見える化").await];
    Scene { other: other.clone(), office, officer, auditor, lead, call, cases }
}

impl Scene {
    fn press(&self) -> RequestId {
        RequestId::new(self.office.new_uuid())
    }

    /// Starts the program anew over what is kept.
    async fn start_again(&self) {
        self.office.restore_editions(&words()).await.unwrap();
    }

    async fn pass(&self, n: usize) -> Result<(), OfficeError> {
        let page = self.office.office_case(&self.officer, self.cases[n]).await.unwrap();
        let checks: Vec<String> = page.checklist.items.into_iter().map(|i| i.id).collect();
        self.office.pass_completeness(&self.officer, self.cases[n], &checks, self.press()).await
    }
}

/// Texts that an earlier program took and this one does not: a slip deep inside, a front matter that cannot be read, nothing left at all.
fn stricter() -> [(&'static str, String); 4] {
    let second = programme().replace("第1回・第1版", "第1回・第2版");
    [
        ("a slip in a condition", second.replace("補助事業期間 in", "補助事業期冠 in")),
        ("a call that cannot be read", second.replace("番号: G7-1", "番号: G7-1 第一")),
        (
            "no score sheet, no selection, no amount",
            second.replace("【採点表】", "採点表").replace("【選定】", "選定").replace("```補助額", "```"),
        ),
        ("no guideline at all", "これは公募要領ではありません。".to_owned()),
    ]
}

#[tokio::test]
async fn an_edition_that_is_not_accepted_any_more_stops_its_own_call_and_nothing_else() {
    for (what, text) in stricter() {
        let s = scene().await;
        s.office.published_before(&s.call, 2, &text, None).await;
        s.start_again().await;
        assert!(matches!(s.pass(0).await, Err(OfficeError::Suspended(why)) if why.ja.contains("go-tech/r7-1")), "{what}");
        let given_back = ReturnOrder { points: Vec::new(), due: None, request: s.press() };
        let returned = s.office.return_for_correction(&s.officer, s.cases[0], &given_back).await;
        assert!(matches!(returned, Err(OfficeError::Suspended(_))), "{what}: {returned:?}");
        let withdrawn = Office::withdraw(&s.office, &s.lead, s.cases[0], "架空の事情による。", s.press()).await;
        assert!(matches!(withdrawn, Err(OfficeError::Suspended(_))), "{what}: {withdrawn:?}");
        assert!(matches!(s.office.precheck(&s.call, &BTreeMap::new()), Err(OfficeError::Suspended(_))), "{what}");
        assert!(matches!(s.office.start_page(&s.lead, &s.call, None).await, Err(OfficeError::Suspended(_))), "{what}");
        s.pass(1).await.unwrap();
        assert!(s.office.precheck(&s.other, &BTreeMap::new()).is_ok(), "{what}");
        let found = s.office.unaccepted_editions(&s.officer).unwrap();
        assert_eq!(found.iter().map(|e| (e.call.clone(), e.number, e.in_force)).collect::<Vec<_>>(), [(s.call.clone(), 2, true)], "{what}");
        assert!(!found[0].problems.ja.is_empty() && found[0].problems.en.is_some(), "{what}");
        assert_eq!(s.office.front_desk(&s.officer).await.unwrap().unaccepted, found, "{what}");
        let page = s.office.guideline_page(&s.officer).await.unwrap();
        assert_eq!(page.unaccepted, found, "{what}");
        assert!(page.calls.iter().flat_map(|c| &c.editions).filter(|e| !e.accepted).count() == 1, "{what}");
        s.office.run_jobs().await;
    }
}

#[tokio::test]
async fn what_was_done_under_it_can_be_read_and_taken_away() {
    for (what, text) in stricter() {
        let s = scene().await;
        s.office.published_before(&s.call, 2, &text, None).await;
        s.start_again().await;
        let page = s.office.office_case(&s.officer, s.cases[0]).await;
        assert!(page.as_ref().is_ok_and(|p| p.dossier.title == "切削工程の短縮"), "{what}: {page:?}");
        let audit = s.office.audit_case(&s.auditor, s.cases[0]).await.unwrap();
        assert_eq!(audit.acts.len(), 1, "{what}");
        assert!(s.office.audit_call(&s.auditor, &s.call).await.is_ok(), "{what}");
        let whole = s.office.export_case(&s.auditor, s.cases[0]).await;
        assert!(whole.is_ok(), "{what}: {whole:?}");
        assert!(s.office.desk_home(&s.lead).await.is_ok_and(|home| home.applications.len() == 2), "{what}");
        let tasks = s.office.task_list(&s.lead, s.cases[0]).await;
        assert!(tasks.is_ok(), "{what}: {:?}", tasks.err());
        assert!(s.office.store().verify(None).await.unwrap().is_sound(), "{what}");
        s.office.run_jobs().await;
    }
}

#[tokio::test]
async fn an_amended_edition_sets_the_call_going_again() {
    let s = scene().await;
    let [(_, text), ..] = stricter();
    s.office.published_before(&s.call, 2, &text, None).await;
    s.start_again().await;
    let third = programme().replace("第1回・第1版", "第1回・第3版");
    let file = ProgrammeFile { path: PROGRAMME.replace(".md", ".3.md"), text: third };
    let loaded = s.office.load_programmes(&[file], &words()).await.unwrap();
    assert!(matches!(&loaded[..], [Loaded::Published { number: 3, .. }]), "{loaded:?}");
    s.pass(0).await.unwrap();
    let found = s.office.unaccepted_editions(&s.officer).unwrap();
    assert_eq!(found.iter().map(|e| (e.number, e.in_force)).collect::<Vec<_>>(), [(2, false)]);
    s.start_again().await;
    assert!(s.office.precheck(&s.call, &BTreeMap::new()).is_ok());
    s.office.run_jobs().await;
}

/// The repository's words with one more line in each text: another digest.
fn later_words() -> Words {
    let now = words();
    let dictionary = Dictionary::parse(&format!("{}\n改訂の注記。\n", now.dictionary.source())).unwrap();
    let library = Library::parse(&format!("{}\n改訂の注記。\n", now.library.source()), &dictionary).unwrap();
    Words { dictionary, library }
}

#[tokio::test]
async fn an_edition_keeps_the_words_that_it_was_published_with() {
    let s = scene().await;
    let (then, later) = (words().pinned(), later_words());
    assert!(then.dictionary != later.pinned().dictionary && then.definitions != later.pinned().definitions);
    let unpinned = programme().replace("回: r7-1", "回: r8-8").replace("番号: G7-1", "番号: G8-8");
    let old = CallId::parse("go-tech/r8-8").unwrap();
    s.office.published_before(&old, 1, &unpinned, None).await;
    s.office.restore_editions(&later).await.unwrap();
    let read_with = |call: &CallId| s.office.edition_in_force(call).unwrap().dictionary().digest();
    assert_eq!(read_with(&s.call), then.dictionary, "as published");
    assert_eq!(read_with(&old), later.pinned().dictionary, "nothing on record: with what there is");
    let on_record = |call: &CallId| s.office.published_call(call).unwrap().editions[0].read_with;
    assert_eq!((on_record(&s.call), on_record(&old)), (Some(then), None), "nothing is invented");
    let second = programme().replace("第1回・第1版", "第1回・第2版");
    let file = ProgrammeFile { path: PROGRAMME.replace(".md", ".2.md"), text: second };
    s.office.load_programmes(&[file], &later).await.unwrap();
    let acts = s.office.audit_call(&s.auditor, &s.call).await.unwrap().acts;
    let hashes = |n: usize| acts[n].details.iter().filter(|d| d.digest).map(|d| d.value.ja.clone()).skip(1).collect::<Vec<_>>();
    assert_eq!(hashes(0), [then.dictionary.to_string(), then.definitions.to_string()]);
    assert_eq!(hashes(1), [later.pinned().dictionary.to_string(), later.pinned().definitions.to_string()]);
    let acts = s.office.audit_call(&s.auditor, &old).await.unwrap().acts;
    assert!(acts[0].details.iter().any(|d| d.value.ja.contains("記録なし")), "{:?}", acts[0].details);
    s.office.restore_editions(&words()).await.unwrap();
    assert_eq!(read_with(&s.call), later.pinned().dictionary, "the second edition pinned the later ones");
    s.office.run_jobs().await;
}

#[tokio::test]
async fn words_that_are_gone_are_not_replaced_by_others() {
    let s = scene().await;
    let pin = words().pinned();
    s.office.store().change(banso_store::Change::erase_content(pin.definitions, "誤って消去")).await.unwrap();
    s.office.restore_editions(&later_words()).await.unwrap();
    let found = s.office.unaccepted_editions(&s.officer).unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|e| e.problems.ja.contains(&pin.definitions.to_string())), "{found:?}");
    assert!(matches!(s.pass(0).await, Err(OfficeError::Suspended(_))));
    assert!(s.office.office_case(&s.officer, s.cases[0]).await.is_ok());
    s.office.run_jobs().await;
}

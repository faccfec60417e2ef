//! The course of the work as a browser without scripts sees it: incidents, progress, orders, stops, corrections, at both desks.

use banso_office::testing::stage::Stage;
use banso_web::testing::Visitor;

async fn visitor(stage: &Stage, login: &str) -> Visitor {
    Visitor::signed_in(&stage.office, login).await
}

#[tokio::test]
async fn what_happens_on_the_way_is_told_and_answered() {
    let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
    let case = stage.decided(0).await;
    stage.wait_days(30);
    let (office, apply) = (format!("/office/cases/{case}/project/work"), format!("/apply/cases/{case}/project/work"));
    let (mut officer, mut director, mut firm) =
        (visitor(&stage, "officer").await, visitor(&stage, "director").await, visitor(&stage, "firm-0").await);
    let day = |n: i32| stage.today().plus_days(n).to_string();
    firm.get(&format!("/apply/cases/{case}/project")).await.is(200).holds_together().has("/project/work");
    firm.get(&apply).await.is(200).holds_together().has("事故・遅延を報告する").has("遂行状況を報告する");
    firm.get(&format!("{apply}?lang=en")).await.is(200).holds_together().has("Report an incident");
    firm.get(&format!("{apply}?lang=ja")).await;
    visitor(&stage, "firm-1").await.get(&apply).await.is(404);
    let incident = format!("{apply}/incident");
    firm.send(&apply, &incident, &[("incident-what", "遅れ"), ("incident-due", "2月30日")]).await.is(422).holds_together().has("2月30日");
    firm.send(&apply, &incident, &[("incident-what", "")]).await.is(422).holds_together().has("incident-what-wrong");
    firm.send(&apply, &incident, &[("incident-what", "部材の納期が遅れています。"), ("incident-due", &day(200))]).await.is(303);
    let shown = officer.get(&office).await;
    let number = shown.is(200).holds_together().has("指示待ち").has("部材の納期").hidden("asked").to_owned();
    assert!(number.is_empty(), "nothing was asked for yet");
    let instruction = format!("{office}/instruction");
    officer.send(&office, &instruction, &[("instruct-what", "x")]).await.is(422).holds_together().has("報告を選んで");
    officer.send(&office, &instruction, &[("instruct-incident", "1"), ("instruct-what", "期間の延長を認める。")]).await.is(303);
    firm.get(&apply).await.is(200).holds_together().has("期間の延長を認める。").has("指示済");
    let perform = format!("{office}/performance");
    officer.send(&office, &perform, &[("perform-what", "試作"), ("perform-due", &day(30))]).await.is(403);
    director.send(&office, &perform, &[("perform-what", ""), ("perform-due", &day(30))]).await.is(422).holds_together();
    director.send(&office, &perform, &[("perform-what", "試作を始めること。"), ("perform-due", &day(30))]).await.is(303);
    firm.get(&apply).await.is(200).holds_together().has("遂行命令").has("報告待ち");
    let progress = format!("{apply}/progress");
    let wrong = [("progress-on", "2月30日"), ("spent-0", "百円"), ("progress-what", "x")];
    firm.send(&apply, &progress, &wrong).await.is(422).holds_together().has("百円").has("2月30日");
    firm.send(&apply, &progress, &[("progress-on", &day(0)), ("progress-what", "")]).await.is(422).holds_together();
    let good = [("progress-on", day(0)), ("spent-0", "１００万円".to_owned()), ("progress-what", "試作を始めました。".to_owned())];
    let good: Vec<(&str, &str)> = good.iter().map(|(n, v)| (*n, v.as_str())).collect();
    firm.send(&apply, &progress, &good).await.is(303);
    officer.get(&office).await.is(200).holds_together().has("試作を始めました。").has("1,000,000円").has("報告済");
    stage.settle().await;
}

#[tokio::test]
async fn a_stop_is_asked_for_decided_ordered_and_lifted() {
    let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
    let case = stage.decided(0).await;
    let (office, apply) = (format!("/office/cases/{case}/project/work"), format!("/apply/cases/{case}/project/work"));
    let (mut director, mut firm) = (visitor(&stage, "director").await, visitor(&stage, "firm-0").await);
    let today = stage.today().to_string();
    let stop = format!("{apply}/discontinuation");
    firm.send(&apply, &stop, &[("stop-on", &today), ("stop-reason", "x")]).await.is(422).holds_together().has("中止か廃止か");
    let asked = [("stop-manner", "suspend"), ("stop-on", today.as_str()), ("stop-reason", "受注先の倒産（架空）のため。")];
    firm.send(&apply, &stop, &asked).await.is(303);
    firm.get(&apply).await.is(200).holds_together().has("承認を待っています");
    let page = director.get(&office).await;
    let number = page.is(200).holds_together().has("受注先の倒産").hidden("asked").to_owned();
    director.send(&office, &format!("{office}/discontinuation/refusal"), &[("asked", &number)]).await.is(422).holds_together();
    visitor(&stage, "officer").await.get(&office).await.is(200).holds_together().has("交付決定権者の承認を待っています");
    let approval = [("asked", number.as_str()), ("stop-conditions", "再開を届け出ること。")];
    director.send(&office, &format!("{office}/discontinuation/approval"), &approval).await.is(303);
    firm.get(&apply).await.is(200).holds_together().has("事業を再開する");
    director.send(&office, &format!("{office}/lifting"), &[("lift-reason", "x")]).await.is(409);
    firm.send(&apply, &format!("{apply}/resumption"), &[("resume-reason", "")]).await.is(422).holds_together();
    firm.send(&apply, &format!("{apply}/resumption"), &[("resume-reason", "受注先が決まったため。")]).await.is(303);
    director.send(&office, &format!("{office}/suspension"), &[("suspend-reason", "条件に違反したため。")]).await.is(303);
    firm.get(&apply).await.is(200).holds_together().has("一時停止が命じられています");
    firm.send(&apply, &format!("{apply}/resumption"), &[("resume-reason", "x")]).await.is(409);
    director.get(&format!("{office}?lang=en")).await.is(200).holds_together().has("Lift the order");
    director.get(&format!("{office}?lang=ja")).await;
    director.send(&office, &format!("{office}/lifting"), &[("lift-reason", "措置が確認できたため。")]).await.is(303);
    director.send(&office, &format!("{office}/correction"), &[("correct-note-1", "x"), ("correct-due", "2099-03-31")]).await.is(422);
    stage.settle().await;
}

#[tokio::test]
async fn a_correction_is_ordered_of_a_report() {
    let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
    let case = stage.reported(0).await;
    let office = format!("/office/cases/{case}/project/work");
    let mut director = visitor(&stage, "director").await;
    director.get(&office).await.is(200).holds_together().has("是正を命ずる");
    let correction = format!("{office}/correction");
    director.send(&office, &correction, &[("correct-due", "2099-03-31")]).await.is(422).holds_together().has("是正の内容");
    let points = [("correct-place-1", "1-001"), ("correct-note-1", "日誌を補うこと。"), ("correct-due", "2099-03-31")];
    director.send(&office, &correction, &points).await.is(303);
    director.get(&office).await.is(200).holds_together().has("補正・是正中");
    stage.settle().await;
}

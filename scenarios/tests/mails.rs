//! Mails leave the house by a command: the real binary hands each over, and tries again when the command does not take it on.

#[cfg(test)]
mod tests {
    use banso_scenarios::{Application, Firm, Stage, eventually};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_mail_that_is_not_taken_on_is_handed_over_again() {
        let mut stage = Stage::on_sqlite();
        let (taken, tried) = (stage.folder().join("taken.eml"), stage.folder().join("tried"));
        let script = stage.folder().join("hand-over");
        let lines = [
            format!("if [ ! -e {0} ]; then touch {0}; echo the mail server is away >&2; exit 75; fi", tried.display()),
            format!("cat > {0}.part && mv {0}.part {0}", taken.display()),
        ];
        std::fs::write(&script, lines.join("\n")).unwrap();
        let command = format!("sh {} -t -i", script.display());
        stage.setup = stage.setup.clone().with(&["--mail-command", &command, "--mail-from", "office@example.jp"]);
        let server = stage.start();
        let officer = stage.account("officer", "officer", None);
        let mut lead = stage.account("lead", "applicant", Some(Firm::LEAD)).visit(&server).await;
        let application = Application::start(&mut lead, "test-1", Firm::LEAD, "架空の微細加工の高度化").await;
        application.try_consortium(&mut lead).await.unwrap();
        let tasks = lead.get(&application.path).await;
        lead.submit(&tasks.form("/members/2/invitation").set("email", "uni@banso.invalid")).await.expect_status(200);
        let mail = eventually("the mail to be taken on", async || std::fs::read_to_string(&taken).ok()).await;
        assert!(mail.contains("To: uni@banso.invalid") && mail.contains("From: office@example.jp"), "{mail}");
        assert!(tried.exists() && stage.mails().is_empty(), "the outbox is for mails that no command takes");
        let mut officer = officer.visit(&server).await;
        let sent = async || officer.get("/office/mails").await.text().contains("送信済").then_some(());
        eventually("the mail to count as sent", sent).await;
        assert!(server.log().contains("the mail server is away"), "{}", server.log());
        server.stop();
    }
}

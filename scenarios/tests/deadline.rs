//! The server is killed while applications are handed in: zero receipts without their record, zero records without their files.
//! A few seconds of it here; `bench/deadline` plays the whole hour and measures it.

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use banso_scenarios::{Deaths, Stage, check_handed_in, clients, hour};

    #[tokio::test(flavor = "multi_thread")]
    async fn no_receipt_without_its_record_on_sqlite() {
        killed_while_handing_in(&Stage::on_sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_receipt_without_its_record_on_postgres() {
        if let Some(stage) = Stage::on_postgres().await {
            killed_while_handing_in(&stage).await;
        }
    }

    async fn killed_while_handing_in(stage: &Stage) {
        let clients = clients(stage, 3).await;
        let life = Duration::from_millis(100)..Duration::from_millis(900);
        let deaths = Deaths { seed: rand::random(), count: 5, life, calm: Duration::from_secs(1) };
        let (server, handed, _) = hour(stage, &clients, &deaths).await;
        assert!(handed.len() >= clients.len(), "only {} were handed in", handed.len());
        println!("{} handed in", handed.len());
        check_handed_in(&server, &clients, &handed).await;
        server.stop();
        stage.verify();
    }
}

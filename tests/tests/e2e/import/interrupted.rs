//! Collectors that are busy, and imports that are cut off: nothing is missing, and nothing is there
//! twice.

use std::time::Duration;

use super::{
    gate::{Gate, Manner},
    *,
};

/// As often as a batch is tried.
const TRIES_MAX_COUNT: usize = 12;
/// Lines of the longest batch.
const BATCH_MAX_LINES: usize = 1_000;
/// Lines of the main session's transcript that say something.
const MAIN_LINES: usize = 4;

impl Projects {
    /// With so many lines in the main session's transcript that say something.
    fn of_lines(count: usize) -> Self {
        let projects = Self::of_the_run();
        let more = (MAIN_LINES..count).map(|number| {
            let entry = json!({
                "type": "assistant", "uuid": format!("more {number}"),
                "timestamp": "2020-11-20T12:00:00Z",
                "message": {"id": format!("m{number}"), "role": "assistant", "model": "m",
                    "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1},
                    "content": [{"type": "text", "text": format!("answer {number}")}]},
            });
            format!("{entry}\n")
        });
        projects.append(&more.collect::<String>());
        projects
    }

    /// Begins an import that nobody waits for.
    fn begin(&self, endpoint: &str) -> tokio::process::Child {
        let mut command = tokio::process::Command::new(banyan_tests::harness::binary());
        command.args(["import", "claude-code"]).arg(self.0.path()).args(["--endpoint", endpoint]);
        command.env_clear().env("HOME", self.0.path()).kill_on_drop(true);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.spawn().expect("the binary")
    }
}

/// The tree, and how much each of its sessions said.
async fn all_of_it(client: &Client) -> (Vec<String>, Vec<Value>) {
    within("the view to be up to date", async {
        while !client.get("/metrics").await.text().contains("banyan_projection_lag_events 0\n") {}
    })
    .await;
    let tree = client.json(&path_of("/sessions", ROOT, "/tree")).await;
    let mut open = vec![&tree];
    let mut figures = Vec::new();
    while let Some(node) = open.pop() {
        figures.push(node["session"]["own"].clone());
        open.extend(node["children"].as_array().into_iter().flatten());
    }
    (self::tree(client).await, figures)
}

/// What an import that nothing disturbs makes of `projects`.
async fn undisturbed(projects: &Projects) -> (Vec<String>, Vec<Value>) {
    let banyan = Banyan::start().await;
    projects.import(&banyan).await;
    all_of_it(&banyan.client()).await
}

#[tokio::test]
async fn a_busy_collector_is_asked_again_when_it_says() {
    let (banyan, projects) = (Banyan::start().await, Projects::of_the_run());
    let manners = [
        Manner::Answers("429 Too Many Requests\r\nRetry-After: 1"),
        Manner::Answers("503 Service Unavailable\r\nRetry-After: 0"),
        Manner::Closes,
        Manner::LosesTheAnswer,
        Manner::Passes,
    ];
    let mut gate = Gate::before(banyan.address(), &manners);
    let (code, _, complained) = projects.run(&["--endpoint", &gate.endpoint]).await;
    assert_eq!(code, Some(0), "{complained}");
    let posts = gate.rest();
    assert_eq!(posts.iter().map(|post| post.1).collect::<Vec<_>>(), manners);
    let pauses: Vec<Duration> = posts.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert!(Duration::from_secs(1) <= pauses[0], "{pauses:?}");
    assert_eq!(all_of_it(&banyan.client()).await, undisturbed(&projects).await);
    banyan.verified().await;
}

#[tokio::test]
async fn whoever_is_busy_for_ever_is_given_up() {
    let (banyan, projects) = (Banyan::start().await, Projects::of_the_run());
    let busy = Manner::Answers("503 Service Unavailable\r\nRetry-After: 0");
    let mut gate = Gate::before(banyan.address(), &[busy]);
    let (code, said, complained) = projects.run(&["--endpoint", &gate.endpoint]).await;
    assert_eq!((code, said.as_str()), (Some(1), ""));
    assert!(complained.contains("goes on where this one stopped"), "{complained}");
    assert_eq!(gate.rest().len(), TRIES_MAX_COUNT);
    // As it says.
    projects.import(&banyan).await;
    assert_eq!(all_of_it(&banyan.client()).await, undisturbed(&projects).await);
}

#[tokio::test]
async fn an_import_that_is_killed_is_gone_on_with() {
    // The first batch ends before the end of the main transcript is told, and in its midst.
    for lines in [BATCH_MAX_LINES, BATCH_MAX_LINES + 500] {
        let projects = Projects::of_lines(lines);
        let expected = undisturbed(&projects).await;
        for last in [Manner::Holds, Manner::HoldsTheAnswer] {
            let banyan = Banyan::start().await;
            let mut gate = Gate::before(banyan.address(), &[Manner::Passes, last]);
            let mut import = projects.begin(&gate.endpoint);
            while gate.post().await.1 != last {}
            import.kill().await.expect("it runs");
            projects.import(&banyan).await;
            let client = banyan.client();
            assert_eq!(all_of_it(&client).await, expected, "{lines} lines, {last:?}");
            assert_eq!(projects.import(&banyan).await["sent"], 0);
            banyan.verified().await;
        }
    }
}

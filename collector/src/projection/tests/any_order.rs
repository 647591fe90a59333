use proptest::prelude::*;

use super::{
    random::{any_events, cases},
    story::*,
};
use crate::log::{Commit, Entry};

/// The same events in another order, some of them again, cut into batches and runs.
#[derive(Clone, Debug)]
struct Delivery {
    entries: Vec<Entry>,
    /// Where a batch ends, and whether the collector is restarted there.
    cuts: Vec<(usize, bool)>,
}

fn deliveries() -> impl Strategy<Value = (Vec<Entry>, Delivery)> {
    any_events().prop_flat_map(|events| {
        let again = prop::collection::vec(prop::sample::select(events.clone()), 0..6);
        let delivered = again.prop_flat_map({
            let events = events.clone();
            move |again| Just([events.clone(), again].concat()).prop_shuffle()
        });
        let cuts = prop::collection::vec((0..40usize, any::<bool>()), 0..6);
        let delivery = (delivered, cuts).prop_map(|(entries, mut cuts)| {
            cuts.sort_unstable();
            Delivery { entries, cuts }
        });
        (Just(events), delivery)
    })
}

/// Everything that does not say where or when something was received.
async fn sessions(scene: &Scene) -> Vec<String> {
    let mut found = scene.texts(include_str!("sessions.sql")).await;
    let alerts = "select id || ' ' || rule || ' ' || severity || ' ' || created_at || message
                  from alert join session on no = session_no order by 1";
    found.extend(scene.texts(alerts).await);
    found
}

async fn deliver(delivery: &Delivery) -> Scene {
    let scene = Scene::new();
    let log = log(&delivery.entries);
    let mut rest = &log[..];
    let mut batches: Vec<&[std::sync::Arc<Commit>]> = Vec::new();
    for (at, restarts) in &delivery.cuts {
        let at = at.saturating_sub(log.len() - rest.len()).min(rest.len());
        let (batch, behind) = rest.split_at(at);
        rest = behind;
        batches.push(batch);
        if *restarts {
            scene.take_forgetful(&std::mem::take(&mut batches)).await;
        }
    }
    batches.push(rest);
    scene.take(&batches).await;
    scene
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_arrival_order_gives_the_same_trees((events, delivery) in deliveries()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (in_order, delivered) = runtime.block_on(async {
            let in_order = Scene::of(&events).await;
            let delivered = deliver(&delivery).await;
            assert_eq!(in_order.places().await, delivered.places().await);
            in_order.assert_figures_are_sums().await;
            delivered.assert_figures_are_sums().await;
            (sessions(&in_order).await, sessions(&delivered).await)
        });
        prop_assert_eq!(in_order, delivered);
    }
}

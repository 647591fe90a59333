//! The same spans in any order, in any batches, are the same trees.

use banyan_protocol::otlp::{Encoding, cut};
use proptest::prelude::*;

use super::*;
use crate::projection::tests::{random::cases, story::log};

macro_rules! capture {
    ($name:literal) => {
        include_bytes!(concat!("../../../../../tests/fixtures/otlp/", $name)).as_slice()
    };
}

/// What real exporters sent; the AI SDK's clock counts milliseconds.
const CAPTURES: [(Encoding, &[u8]); 7] = [
    (Encoding::Json, capture!("ai-sdk-7.0.173.traces.json")),
    (Encoding::Json, capture!("ai-sdk-7.0.173-legacy.traces.json")),
    (Encoding::Protobuf, capture!("langgraph-1.2.22.traces.bin")),
    (Encoding::Protobuf, capture!("openai-agents-0.24.0.traces.bin")),
    (Encoding::Protobuf, capture!("pydantic-ai-2.68.0.traces.bin")),
    (Encoding::Protobuf, capture!("strands-1.62.0.traces.bin")),
    (Encoding::Protobuf, capture!("traceloop-0.62.4.traces.bin")),
];

/// What must not depend on the order of arrival.
const WHOLE: &str = "
    select json_array(session.id, parent.id, session.agent_id, session.status, session.goal,
                      session.final_response, session.error, session.model, session.started_at,
                      session.ended_at, session.depth, session.sub_sessions, session.sub_events,
                      session.sub_tool_calls, session.sub_errors, session.sub_tokens,
                      session.activity_kind, session.activity_text, session.orphan)
    from session left join session as parent on parent.no = session.parent_no
    where session.known order by session.id";

const EVENTS: &str = "
    select json_array(session.id, event.event_id, event.kind, event.at, event.sequence,
                      json_extract(event.raw, '$.session_id'))
    from event join session on session.no = event.session_no
    order by session.id, event.event_id";

/// Spans of one trace: each has its parent among those before it.
fn traces() -> impl Strategy<Value = Vec<Build>> {
    let span = (any::<prop::sample::Index>(), 0_u8..8, any::<bool>());
    prop::collection::vec(span, 1..10).prop_map(|spans| {
        (1..)
            .zip(spans)
            .map(|(id, (above, kind, named))| {
                let parent =
                    if id == 1 { 0 } else { u8::try_from(above.index(id - 1)).unwrap() + 1 };
                let id = u8::try_from(id).unwrap();
                let span = match kind {
                    0..=2 => agent(id, parent, &format!("agent {id}")),
                    3 | 4 => tool(id, parent, "t"),
                    5 => tool(id, parent, "t").failed("no"),
                    6 => model(id, parent, u64::from(id)),
                    _ => plain(id, parent),
                };
                let conversation = json!({"gen_ai.conversation.id": format!("c{}", id % 3)});
                if named { span.and(conversation) } else { span }
            })
            .collect()
    })
}

/// The spans in an order, some of them twice, and where they are cut into batches.
fn deliveries() -> impl Strategy<Value = (Vec<Build>, Vec<Build>, Vec<bool>)> {
    traces().prop_flat_map(|spans| {
        let cuts = prop::collection::vec(any::<bool>(), 2 * spans.len());
        let twice: Vec<Build> = spans.iter().cloned().chain(spans.first().cloned()).collect();
        (Just(spans), Just(twice).prop_shuffle(), cuts)
    })
}

#[test]
fn any_order_and_any_batches_are_the_same_trees() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    proptest!(cases(60), |((spans, shuffled, cuts) in deliveries())| {
        runtime.block_on(async {
            let expected = Scene::of(&entries(&spans)).await;
            let entries = entries(&shuffled);
            let whole = Scene::of(&entries).await;
            for sql in [WHOLE, EVENTS] {
                assert_eq!(whole.texts(sql).await, expected.texts(sql).await, "{shuffled:?}");
            }
            whole.assert_figures_are_sums().await;

            let log = log(&entries);
            let mut batches = Vec::new();
            let mut rest = log.as_slice();
            while !rest.is_empty() {
                let more = cuts.iter().skip(rest.len()).take_while(|cut| !**cut).count();
                let (batch, behind) = rest.split_at((1 + more).min(rest.len()));
                batches.push(batch);
                rest = behind;
            }
            let cut = Scene::new();
            cut.take_forgetful(&batches).await;
            cut.assert_equals(&whole).await;
        });
    });
}

#[test]
fn captures_in_any_order_are_the_same_trees() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (encoding, body) in CAPTURES {
        let items = cut(Signal::Traces, encoding, &body.into()).unwrap().items;
        let entry = |bytes| Entry { source: Source::Otlp(Signal::Traces), bytes };
        let entries: Vec<Entry> = items.into_iter().map(entry).collect();
        let expected = runtime.block_on(Scene::of(&entries));
        proptest!(cases(6), |(shuffled in Just(entries).prop_shuffle())| {
            runtime.block_on(async {
                let scene = Scene::one_by_one(&shuffled).await;
                for sql in [WHOLE, EVENTS] {
                    assert_eq!(scene.texts(sql).await, expected.texts(sql).await);
                }
                scene.assert_figures_are_sums().await;
            });
        });
    }
}

//! Subtrees to take away.

use banyan_protocol::view::{Node, TreeView};

use super::{Voice, event, forest};
use crate::{ExportInput, ExportPage, ExportedSession};

impl ExportPage {
    /// Every kind of export, with a name for each.
    pub fn sample(chrome: &crate::Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        let page = |input| Self::new(chrome, &input);
        vec![
            ("export", page(input(&forest::group(voice), voice))),
            ("export-chain", page(input(&forest::deep(voice, 30), voice))),
        ]
    }
}

/// A tree of which the first session has a feed, and the others have not.
fn input(root: &Node, voice: Voice<'_>) -> ExportInput {
    let tree = tree(root);
    let (mut sessions, mut left) = (Vec::new(), vec![&tree]);
    while let Some(tree) = left.pop() {
        let items = if sessions.is_empty() { event::items(voice) } else { Vec::new() };
        let payload = |text: &str| format!("{{\n  \"goal\": \"{}\"\n}}", voice.say(text));
        sessions.push(ExportedSession {
            session: tree.session.clone(),
            payloads: items.iter().skip(1).map(|item| (item.key, payload("why"))).collect(),
            cut: !items.is_empty(),
            items,
        });
        left.extend(tree.children.iter().rev());
    }
    ExportInput { tree, sessions }
}

fn tree(node: &Node) -> TreeView {
    let children: Vec<TreeView> = node.branch.shown().iter().map(tree).collect();
    let shown = u64::try_from(children.len()).unwrap_or(u64::MAX);
    let omitted = node.session.children.saturating_sub(shown);
    TreeView { session: node.session.clone(), children, omitted }
}

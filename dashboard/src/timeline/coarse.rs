//! Parts of a bar as they can be seen: what is too narrow becomes one with its neighbours.

use super::{
    axis::{Axis, Units},
    parts::{Kind, Part},
};

/// Parts narrower than this are drawn together: 2 px where the chart is 1,000 px wide.
pub(crate) const FINEST: Units = Units(20);

/// A drawn part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) from: Units,
    pub(crate) to: Units,
}

/// Narrow parts, being gathered.
#[derive(Clone, Copy, Debug)]
struct Heap {
    from: Units,
    to: Units,
    /// Microseconds of each kind, by its place in [`Kind::ALL`].
    micros: [i64; 4],
}

/// The blocks of `parts` on `axis`, none narrower than `least` unless its bar is. They are in
/// order, without gaps, and neighbours differ in kind.
pub(crate) fn blocks(parts: &[Part], axis: &Axis, least: Units) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut heap: Option<Heap> = None;
    for part in parts {
        let Some(span) = part.span.within(axis.range()) else { continue };
        let (from, to) = (axis.place(span.start), axis.place(span.end));
        if least.0 <= to.0 - from.0 {
            push_heap(&mut blocks, heap.take());
            push(&mut blocks, Block { kind: part.kind, from, to });
            continue;
        }
        let gathered = heap.get_or_insert(Heap { from, to, micros: [0; 4] });
        gathered.to = to;
        for (kind, micros) in Kind::ALL.into_iter().zip(&mut gathered.micros) {
            if kind == part.kind {
                *micros += span.length();
            }
        }
        if least.0 <= gathered.to.0 - gathered.from.0 {
            push_heap(&mut blocks, heap.take());
        }
    }
    if let Some(heap) = heap {
        push_rest(&mut blocks, heap.block());
    }
    blocks
}

impl Heap {
    /// All of it as what takes most of the time.
    fn block(self) -> Block {
        let most = Kind::ALL.into_iter().zip(self.micros).rev().max_by_key(|(_, micros)| *micros);
        let kind = most.map_or(Kind::Plain, |(kind, _)| kind);
        Block { kind, from: self.from, to: self.to }
    }
}

fn push(blocks: &mut Vec<Block>, block: Block) {
    match blocks.last_mut() {
        Some(last) if last.kind == block.kind => last.to = block.to,
        _ => blocks.push(block),
    }
}

fn push_heap(blocks: &mut Vec<Block>, heap: Option<Heap>) {
    if let Some(heap) = heap {
        push(blocks, heap.block());
    }
}

/// What is left at the end joins the block before it.
fn push_rest(blocks: &mut Vec<Block>, block: Block) {
    match blocks.last_mut() {
        Some(last) => last.to = block.to,
        None => blocks.push(block),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::Span, *};

    fn parts(list: &[(Kind, i64)]) -> Vec<Part> {
        let mut at = 0;
        list.iter()
            .map(|(kind, length)| {
                let span = Span::new(at, at + length);
                at = span.end;
                Part { kind: *kind, span }
            })
            .collect()
    }

    #[track_caller]
    fn check(list: &[(Kind, i64)], least: i64, expected: &[(Kind, i64, i64)]) {
        let axis = Axis::new(Span::new(0, 10_000), &[]);
        let found: Vec<_> = blocks(&parts(list), &axis, Units(least))
            .into_iter()
            .map(|block| (block.kind, block.from.0, block.to.0))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn narrow_parts_are_drawn_together() {
        use Kind::{Model, Tool, Wait};
        check(&[(Model, 100), (Tool, 100)], 20, &[(Model, 0, 100), (Tool, 100, 200)]);
        check(
            &[(Model, 100), (Tool, 9), (Wait, 12), (Model, 5), (Tool, 100)],
            20,
            &[(Model, 0, 100), (Wait, 100, 121), (Model, 121, 126), (Tool, 126, 226)],
        );
        check(&[(Model, 100), (Tool, 9)], 20, &[(Model, 0, 109)]);
        check(&[(Tool, 3), (Model, 4)], 20, &[(Model, 0, 7)]);
        check(&[], 20, &[]);
    }

    proptest! {
        #[test]
        fn blocks_cover_what_the_parts_cover(
            list in prop::collection::vec((0_usize..4, 1_i64..90), 1..60),
            least in 0_i64..200,
        ) {
            let list: Vec<_> = list.into_iter().map(|(kind, length)| (Kind::ALL[kind], length)).collect();
            let axis = Axis::new(Span::new(0, 3_000), &[]);
            let all = parts(&list);
            let blocks = blocks(&all, &axis, Units(least));
            let end = all.last().map_or(0, |part| part.span.end);
            prop_assert_eq!(blocks.first().map(|block| block.from), Some(Units(0)));
            prop_assert_eq!(blocks.last().map(|block| block.to), Some(axis.place(end)));
            for pair in blocks.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from);
                prop_assert_ne!(pair[0].kind, pair[1].kind);
            }
        }
    }
}

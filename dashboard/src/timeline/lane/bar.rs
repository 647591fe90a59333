//! The outline of a bar and how its parts fill it.

use super::{End, Fill, Label, Shape};
use crate::{
    format,
    timeline::{
        Span,
        axis::{Units, WIDTH},
        coarse::Block,
        parts::Kind,
    },
};

/// The narrowest bar: 3 px where the chart is 1,000 px wide.
const BAR_MIN_UNITS: i64 = 30;
/// A label needs this much beside its bar.
const LABEL_UNITS: i64 = 750;

/// Where a bar begins, where it bends into its thin tail, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    from: Units,
    bend: Units,
    to: Units,
    grows: bool,
}

impl Bar {
    /// From `from` to `to`, thin from `bend` on; made wide enough to be seen, inside the chart.
    pub(super) fn new(from: Units, bend: Units, to: Units, grows: bool) -> Self {
        let missing = (BAR_MIN_UNITS - (to.0 - from.0)).max(0);
        let right = (to.0 + missing).min(WIDTH.0);
        let left = from.0.min(right - BAR_MIN_UNITS.min(right));
        let is_thick = from < bend || from == to;
        let bend = if to <= bend { right } else { bend.0.clamp(left, right) };
        Self {
            from: Units(left),
            bend: Units(if is_thick { bend } else { left }),
            to: Units(right),
            grows,
        }
    }

    /// Its parts, by kind, in the order of the legend.
    pub(super) fn fills(self, blocks: &[Block]) -> Vec<Fill> {
        let mut fills: Vec<Fill> =
            Kind::ALL.into_iter().map(|kind| Fill { kind, shapes: Vec::new() }).collect();
        // A moment has no parts; it is shown all the same.
        let moment = [Block { kind: Kind::Model, from: self.from, to: self.to }];
        let blocks = if blocks.is_empty() { &moment } else { blocks };
        let last = blocks.len() - 1;
        for (at, block) in blocks.iter().enumerate() {
            let from = if at == 0 { self.from } else { block.from.max(self.from) };
            let to = if at == last { self.bend } else { block.to.min(self.bend) };
            if to <= from {
                continue;
            }
            let grows = self.grows && to == self.to;
            let shape = Shape { x: from, width: Units(to.0 - from.0), grows };
            if let Some(fill) = fills.iter_mut().find(|fill| fill.kind == block.kind) {
                fill.shapes.push(shape);
            }
        }
        fills.retain(|fill| !fill.shapes.is_empty());
        fills
    }

    /// The thin part.
    pub(super) fn tail(self) -> Option<Shape> {
        let width = Units(self.to.0 - self.bend.0);
        (Units(0) < width).then_some(Shape { x: self.bend, width, grows: self.grows })
    }

    /// Its right edge.
    pub(super) fn right(self) -> Units {
        self.to
    }

    /// Its left edge.
    pub(super) fn left(self) -> Units {
        self.from
    }

    /// How long `whole` took, where there is room for it beside the bar.
    pub(super) fn label(
        self,
        whole: Span,
        end: Option<End>,
        silence: Option<Shape>,
    ) -> Option<Label> {
        end?;
        let text = format::duration(whole.length());
        let right = silence.map_or(self.to.0, |silence| silence.x.0 + silence.width.0);
        if right + LABEL_UNITS <= WIDTH.0 {
            return Some(Label { x: Units(right), text, before: false });
        }
        (LABEL_UNITS <= self.from.0).then_some(Label { x: self.from, text, before: true })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bar(from: i64, bend: i64, to: i64) -> Bar {
        Bar::new(Units(from), Units(bend), Units(to), false)
    }

    fn block(kind: Kind, from: i64, to: i64) -> Block {
        Block { kind, from: Units(from), to: Units(to) }
    }

    /// `model 10+20`: the kind, the place and the width of each part, then `tail 10+20`.
    fn line(bar: Bar, blocks: &[Block]) -> String {
        let shape = |word: &str, shape: Shape| format!("{word} {}+{}", shape.x.0, shape.width.0);
        let fills = bar.fills(blocks);
        let fills = fills
            .iter()
            .flat_map(|fill| fill.shapes.iter().map(|one| shape(fill.kind.word(), *one)));
        fills.chain(bar.tail().map(|tail| shape("tail", tail))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parts_fill_the_bar_up_to_its_tail() {
        use Kind::{Model, Tool};
        let blocks = [block(Model, 100, 300), block(Tool, 300, 500), block(Model, 500, 900)];
        for (bend, expected) in [
            (900, "model 100+200 model 500+400 tool 300+200"),
            (400, "model 100+200 tool 300+100 tail 400+500"),
            (100, "tail 100+800"),
        ] {
            assert_eq!(line(bar(100, bend, 900), &blocks), expected);
        }
        // Too narrow to be seen, in the middle and at the edge.
        assert_eq!(line(bar(100, 101, 101), &[block(Tool, 100, 101)]), "tool 100+30");
        assert_eq!(line(bar(100, 100, 100), &[block(Tool, 100, 100)]), "tool 100+30");
        assert_eq!(line(bar(9_999, 10_000, 10_000), &[block(Tool, 9_999, 10_000)]), "tool 9970+30");
        assert_eq!(line(bar(10_000, 10_000, 10_000), &[]), "model 9970+30");
    }

    proptest! {
        /// AC-32: bars are inside the axis.
        #[test]
        fn bars_stay_inside(from in 0_i64..10_001, width in 0_i64..10_001, bend in 0_i64..10_001) {
            let to = (from + width).min(10_000);
            let bar = bar(from, bend.clamp(from, to), to);
            let fills = bar.fills(&[block(Kind::Model, from, to)]);
            let shapes = fills.iter().flat_map(|fill| fill.shapes.clone()).chain(bar.tail());
            let (mut left, mut right) = (i64::MAX, i64::MIN);
            for shape in shapes {
                left = left.min(shape.x.0);
                right = right.max(shape.x.0 + shape.width.0);
                prop_assert!(0 < shape.width.0);
            }
            prop_assert!(0 <= left && right <= 10_000 && BAR_MIN_UNITS <= right - left);
            // Where it is wide enough, it is where the axis puts it.
            prop_assert!(to - from < BAR_MIN_UNITS || (left, right) == (from, to));
        }
    }
}

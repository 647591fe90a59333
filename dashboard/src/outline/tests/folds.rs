//! Siblings that share a row.

use super::*;

/// An open root `a` above `b` … `h`, of which `c` … `g` stand in one row.
fn folded(is_open: bool) -> ForestView {
    let mut root = open("a", 7, 0, ["b", "c", "d", "e", "f", "g", "h"].map(leaf).into());
    if let Branch::Open { folds, .. } = &mut root.branch {
        folds.push(Fold { members: 1..6, is_open });
    }
    forest(vec![root])
}

#[test]
fn siblings_share_a_row_that_opens() {
    let page = Link::forest();
    for (is_open, shown, href) in [
        (false, &["a", "b", "c~g", "h"][..], "/?open=a.c~g#n-c~g"),
        (true, &["a", "b", "c~g", "c", "d", "e", "f", "g", "h"], "/?open=a#n-c~g"),
    ] {
        let pieces = pieces(&folded(is_open), &page);
        let rows = rows(&pieces);
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), shown);
        let row = rows[2];
        assert_eq!((row.name().as_ref(), row.kids, &*row.class()), ("5 × coder", 5, "n fold"));
        assert_eq!(row.tokens.as_ref().map(|tokens| tokens.title.as_str()), Some("6,725 so far"));
        assert_eq!(row.href, href);
        assert_eq!(toggles(&pieces)["c~g"], href);
        let depth = pieces.iter().fold(0, |depth, piece| match piece {
            Piece::Row(_) | Piece::OpenList { .. } => depth + 1,
            Piece::CloseList | Piece::CloseRow => depth - 1,
            Piece::More(_) => depth,
        });
        assert_eq!(depth, 0);
    }
}

#[test]
fn without_a_page_a_row_of_several_leads_below_its_parent() {
    let forest = folded(false);
    let pieces = branch(&forest.roots[0], Sight::default());
    assert_eq!(toggles(&pieces)["c~g"], "/s/a/tree?open=a.c~g#n-c~g");
}

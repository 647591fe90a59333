use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::*;

#[path = "../../../build/style.rs"]
mod style;

#[test]
fn files_have_a_path_of_their_content() {
    let assets = Assets::new(&LogId::new("demo"));
    for name in ["banyan.css", "banyan.js", "icon.svg", "groups.css"] {
        let path = assets.path(name);
        let asset = assets.by_path.get(path.split('?').next().unwrap()).unwrap();
        assert!(path.contains(&hash(&asset.bytes)) && !asset.bytes.is_empty(), "{path}");
    }
    assert_eq!(assets.path("../Cargo.toml"), "");
}

#[test]
fn a_bundle_keeps_the_order_of_its_files() {
    let css = str::from_utf8(file("banyan.css")).unwrap();
    let at = |part| css.find(part).unwrap();
    assert!(at("color-scheme") < at(".tree{"));
    assert!(at(".tree{") < at("@media (max-width:1199px)"), "screens come after what they change");
}

#[test]
fn what_a_page_loads_is_within_its_budget() {
    let assets = Assets::new(&LogId::new("demo"));
    let (groups, theme) =
        (&assets.by_path[GROUPS].bytes, colour::theme_css(Accent::new(212, 13), 1, "demo"));
    let styles = travels(file("banyan.css")) + travels(groups) + travels(theme.as_bytes());
    for (what, size, most) in [
        ("scripts", travels(file("banyan.js")), 8_000),
        ("more for timelines", travels(file("timeline.js")), 2_000),
        ("style sheets", styles, 10_100),
    ] {
        assert!(size <= most, "{what}: {size} bytes of {most}");
    }
}

/// Bytes that travel of a file.
fn travels(bytes: &[u8]) -> usize {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap().len()
}

#[test]
fn styles_travel_without_what_only_people_read() {
    for (sheet, small) in [
        ("/* Why */\n\na > b , c { d: e  f; }\n\n/* open", "a>b,c{d:e f}"),
        (
            ".a :hover { width: calc(1px + (2px - 1%)*2) }",
            ".a :hover{width:calc(1px + (2px - 1%)*2)}",
        ),
        (
            "a { content: \"/* { \\\" ; \" / '' ; --b: url('a  b') }",
            "a{content:\"/* { \\\" ; \" / '';--b:url('a  b')}",
        ),
        (
            "@media (max-width: 9px) and (b) { a { b: c } }",
            "@media (max-width:9px) and (b){a{b:c}}",
        ),
        ("a { b: \"open", "a{b:\"open"),
    ] {
        assert_eq!(style::small(sheet), small);
    }
}

fn file(name: &str) -> &'static [u8] {
    FILES.iter().find(|(other, _)| *other == name).unwrap().1
}

#[test]
fn one_name_an_accent() {
    assert_eq!(worn("212-13-7.css"), Some((Accent::new(212, 13), 7)));
    for name in [
        "212-13-1",
        "212-13.css",
        "360-13-1.css",
        "212-14-1.css",
        "0212-13-1.css",
        "+2-1-1.css",
        "2-1-0.css",
        "2-1-01.css",
        "2-1-1-1.css",
        "a-b-c.css",
        "",
    ] {
        assert_eq!(worn(name), None, "{name}");
    }
}

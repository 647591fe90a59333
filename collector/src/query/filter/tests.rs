//! Queries, and what they are read as.

mod finding;

use std::fmt::Write as _;

use super::*;

/// A filter as one line: `[1 not status = failed|running]`.
fn line(filter: &Filter) -> String {
    let mut line = String::new();
    for Term { at, negated, condition, source: _ } in &filter.terms {
        let not = if *negated { "not " } else { "" };
        match condition {
            Condition::Text(pattern) => write!(line, "[{at} {not}{}]", text(pattern)),
            Condition::Key { key, operator, values } => {
                let sign = match operator {
                    Operator::Is => "=",
                    Operator::Above => ">",
                    Operator::AtLeast => ">=",
                    Operator::Below => "<",
                    Operator::AtMost => "<=",
                };
                let values: Vec<String> = values.iter().map(value).collect();
                write!(line, "[{at} {not}{} {sign} {}]", key.name(), values.join("|"))
            }
        }
        .unwrap();
    }
    line
}

fn text(pattern: &Pattern) -> String {
    format!("{:?}{}", pattern.text, if pattern.prefix { "…" } else { "" })
}

fn value(value: &Value) -> String {
    match value {
        Value::Text(pattern) => text(pattern),
        Value::Number(number) => number.to_string(),
        Value::Moment(Moment::At(at)) => at.to_rfc3339(),
        Value::Moment(Moment::Day(day)) => format!("day of {}", day.to_rfc3339()),
        Value::Moment(Moment::Ago(micros)) => format!("{micros} ago"),
        Value::Status(status) => format!("{status:?}"),
        Value::Trait(one) => format!("{one:?}"),
        Value::Part(part) => format!("{part:?}"),
        Value::Rule(rule) => format!("{rule:?}"),
        Value::Outcome(well) => format!("{well}"),
    }
}

/// AC-33
#[test]
fn queries_are_read() {
    for (query, expected) in [
        ("", ""),
        ("  \t ", ""),
        ("rounding", r#"[1 "rounding"]"#),
        ("exit 101", r#"[1 "exit"][6 "101"]"#),
        (r#""exit 101""#, r#"[1 "exit 101"]"#),
        (r#""a \"b\" \\ c""#, r#"[1 "a \"b\" \\ c"]"#),
        (r#""""#, r#"[1 ""]"#),
        ("migr*", r#"[1 "migr"…]"#),
        ("-draft", r#"[1 not "draft"]"#),
        ("- draft", r#"[1 "-"][3 "draft"]"#),
        ("--x", r#"[1 not "-x"]"#),
        ("a,b", r#"[1 "a,b"]"#),
        ("12:30", r#"[1 "12:30"]"#),
        ("C:x ->y", r#"[1 "C:x"][5 not ">y"]"#),
        ("status:failed", "[1 status = Failed]"),
        ("status:failed,running", "[1 status = Failed|Running]"),
        ("-status:timeout", "[1 not status = Timeout]"),
        ("  status:idle", "[3 status = Idle]"),
        ("agent:coder", r#"[1 agent = "coder"]"#),
        ("agent:cod*,tester", r#"[1 agent = "cod"…|"tester"]"#),
        (r#"agent:"a, b",c"#, r#"[1 agent = "a, b"|"c"]"#),
        ("id:agent:main:subagent:1", r#"[1 id = "agent:main:subagent:1"]"#),
        (r#"id:"urn:x y/1""#, r#"[1 id = "urn:x y/1"]"#),
        ("goal:🌳 x", r#"[1 goal = "🌳"][8 "x"]"#),
        ("model:claude-*", r#"[1 model = "claude-"…]"#),
        ("model:*", r#"[1 model = ""…]"#),
        ("err:panic", r#"[1 err = "panic"]"#),
        ("parent:p root:r under:u", r#"[1 parent = "p"][10 root = "r"][17 under = "u"]"#),
        ("depth:0,1", "[1 depth = 0|1]"),
        ("depth>=2", "[1 depth >= 2]"),
        ("group:7", "[1 group = 7]"),
        ("cost>1", "[1 cost > 1000000]"),
        ("cost:>1", "[1 cost > 1000000]"),
        ("cost:>=$0.25 cost<5", "[1 cost >= 250000][14 cost < 5000000]"),
        ("tok>10k", "[1 tok > 10000]"),
        ("tok:<=1.5M", "[1 tok <= 1500000]"),
        ("steps<3 events:0", "[1 steps < 3][9 events = 0]"),
        ("dur>90s dur<2h", "[1 dur > 90000000][9 dur < 7200000000]"),
        ("dur>5m", "[1 dur > 300000000]"),
        ("started:2026-11-20", "[1 started = day of 2026-11-20T00:00:00Z]"),
        ("ended<2026-11-20T10:00:00Z", "[1 ended < 2026-11-20T10:00:00Z]"),
        ("after:-24h", "[1 after = 86400000000 ago]"),
        ("before:2026-11-20", "[1 before = day of 2026-11-20T00:00:00Z]"),
        ("is:root,orphan -is:leaf", "[1 is = Root|Orphan][16 not is = Leaf]"),
        ("has:failed has:alert", "[1 has = Failed][12 has = Alert]"),
        ("alert:loop,error_cascade", "[1 alert = Loop|ErrorCascade]"),
        ("pos>184467", "[1 pos > 184467]"),
        ("kind:tool.end tool:bash", r#"[1 kind = "operation.tool_end"][15 tool = "bash"]"#),
        ("kind:acme.*,thought", r#"[1 kind = "acme."…|"cognition.thought"]"#),
        ("ok:false -ok:true", "[1 ok = false][10 not ok = true]"),
    ] {
        assert_eq!(line(&parse(query).unwrap()), expected, "{query}");
    }
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (query, expected) in [
        ("knd:x", "unknown key (did you mean kind?) at 1"),
        ("a staus:x", "unknown key (did you mean status?) at 3"),
        ("é -xyzzy:x", "unknown key at 3"),
        ("status:faild", "unknown value (did you mean failed?) at 8"),
        ("status:failed,zzzzz", "unknown value at 15"),
        ("status:Failed", "unknown value (did you mean failed?) at 8"),
        ("is:rot", "unknown value (did you mean root?) at 4"),
        ("has:legs alert:x", "unknown value at 5"),
        ("ok:fals", "unknown value (did you mean false?) at 4"),
        ("agent>x", "this key cannot be compared by size at 1"),
        ("after>-24h", "this key cannot be compared by size at 1"),
        ("agent:", "a value is missing at 7"),
        ("agent: x", "a value is missing at 7"),
        ("agent:a,", "a value is missing at 9"),
        ("agent:,a", "a value is missing at 7"),
        ("cost>", "a value is missing at 6"),
        (r#"x "abc"#, "a quote is not closed at 3"),
        (r#"goal:"abc\""#, "a quote is not closed at 6"),
        ("cost>much", "the value must be dollars such as 0.25 at 6"),
        ("tok>10x", "the value must be a number such as 12 or 10k at 5"),
        ("depth:-1", "the value must be a number such as 12 or 10k at 7"),
        ("dur>5y", "the value must be a duration such as 90s, 5m or 2h at 5"),
        (
            "started>yesterday",
            "the value must be a time such as 2026-11-20, 2026-11-20T10:00:00Z or -24h at 9",
        ),
        ("under:x*", "the value must be a whole session id at 7"),
    ] {
        assert_eq!(parse(query).unwrap_err().to_string(), expected, "{query}");
    }
    let long = |text: &str, times| parse(&text.repeat(times)).map_err(|error| error.problem);
    assert!(long("x ", FILTER_MAX_TERMS).is_ok());
    assert_eq!(long("x ", FILTER_MAX_TERMS + 1), Err(Problem::TooLong));
    assert_eq!(long("x", FILTER_MAX_BYTES + 1), Err(Problem::TooLong));
    let values = format!("depth:1{}", ",1".repeat(FILTER_MAX_TERMS));
    assert_eq!(parse(&values).unwrap_err().problem, Problem::TooLong);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_at_a_place_inside_it(query in ".{0,60}") {
        match parse(&query) {
            Ok(filter) => for term in filter.terms {
                proptest::prop_assert!((1..=query.chars().count()).contains(&term.at));
            },
            Err(error) => {
                proptest::prop_assert!((1..=query.chars().count() + 1).contains(&error.at));
            }
        }
    }
}

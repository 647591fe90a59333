//! Figures as pages show them: short, with how far each can be trusted.

use banyan_protocol::view::{Exactness, Figures, SessionView};

use crate::format;

/// A figure: what is shown, and the sentence behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) text: String,
    pub(crate) title: String,
}

/// Marks a figure that is not exact: `≥ 412k`, `412k…`.
pub(crate) fn trusted(text: &str, exactness: Exactness) -> String {
    match exactness {
        Exactness::Exact => text.to_owned(),
        Exactness::Growing => format!("{text}…"),
        Exactness::Floor => format!("≥ {text}"),
    }
}

/// How far a figure can be trusted, in words behind the figure; few, because every row of a tree
/// says them.
const fn trust(exactness: Exactness) -> &'static str {
    match exactness {
        Exactness::Exact => "",
        Exactness::Growing => " so far",
        Exactness::Floor => " or more: not all said theirs",
    }
}

/// Tokens of `figures`; absent when no session said any.
pub(crate) fn tokens(figures: &Figures) -> Option<Figure> {
    let total = &figures.total;
    total.tokens.map(|tokens| Figure {
        text: trusted(&format::short(tokens), total.tokens_exactness),
        title: format!("{}{}", format::count(tokens), trust(total.tokens_exactness)),
    })
}

/// Cost of `figures`; absent when no session said any.
pub(crate) fn cost(figures: &Figures) -> Option<Figure> {
    let total = &figures.total;
    total.cost_usd.map(|cost| Figure {
        text: trusted(&format::money(cost), total.cost_exactness),
        title: format!("${}{}", dollars(cost.0), trust(total.cost_exactness)),
    })
}

/// Time between the first and the last event of `figures`.
pub(crate) fn span(figures: &Figures) -> Option<Figure> {
    let (first, last) = (figures.first_activity_at?, figures.last_activity_at?);
    Some(Figure {
        text: format::duration(last.since(first)),
        title: format!("{} to {}", format::date_time(first), format::date_time(last)),
    })
}

/// One cell of a tree row: `13 sub · 19h 35m`, how many of the sessions of `all` are below the
/// row's `own`, unless those are just its direct `children`, and the time of all of them.
pub(crate) fn reach(all: &Figures, own: u64, children: u64) -> Option<String> {
    let below = all.sessions.saturating_sub(own);
    let below = (children < below).then(|| format!("{} sub", format::short(below)));
    let parts: Vec<_> = below.into_iter().chain(span(all).map(|span| span.text)).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// One cell of a tree row: the session's own figure, and with everything below it.
pub(crate) fn both(
    session: &SessionView,
    figure: impl Fn(&Figures) -> Option<Figure>,
) -> Option<Figure> {
    let (own, subtree) = (figure(&session.own), figure(&session.subtree));
    if session.children == 0 {
        return own;
    }
    let subtree = subtree?;
    let own = own.unwrap_or(Figure { text: "–".to_owned(), title: "–".to_owned() });
    Some(Figure {
        text: format!("{} / {}", own.text, subtree.text),
        title: format!("{} / {}", own.title, subtree.title),
    })
}

/// Every digit of an amount in micro-dollars.
fn dollars(micros: i64) -> String {
    let size = micros.unsigned_abs();
    let sign = if micros < 0 { "-" } else { "" };
    let exact = format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000);
    exact.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use banyan_protocol::{MicroDollars, Timestamp, view::Total};

    use super::*;

    #[test]
    fn every_figure_says_how_far_to_trust_it() {
        let figures = |exactness| Figures {
            total: Total {
                tokens: Some(412_345),
                tokens_exactness: exactness,
                cost_usd: Some(MicroDollars(3_100_021)),
                cost_exactness: exactness,
            },
            ..Figures::default()
        };
        let cases = [
            (Exactness::Exact, "412k", "$3.10", "412,345", "$3.100021"),
            (Exactness::Growing, "412k…", "$3.10…", "412,345 so far", "$3.100021 so far"),
            (
                Exactness::Floor,
                "≥ 412k",
                "≥ $3.10",
                "412,345 or more: not all said theirs",
                "$3.100021 or more: not all said theirs",
            ),
        ];
        for (exactness, token_text, cost_text, token_title, cost_title) in cases {
            let figures = figures(exactness);
            let (tokens, cost) = (tokens(&figures).unwrap(), cost(&figures).unwrap());
            assert_eq!((tokens.text.as_str(), cost.text.as_str()), (token_text, cost_text));
            assert_eq!((tokens.title.as_str(), cost.title.as_str()), (token_title, cost_title));
        }
    }

    #[test]
    fn what_nobody_said_is_not_shown() {
        let figures = Figures::default();
        assert_eq!((tokens(&figures), cost(&figures), span(&figures)), (None, None, None));
    }

    #[test]
    fn a_span_runs_from_first_to_last_event() {
        let figures = Figures {
            first_activity_at: Some(Timestamp::from_micros(0)),
            last_activity_at: Some(Timestamp::from_micros(842_000_000)),
            ..Figures::default()
        };
        assert_eq!(span(&figures).unwrap().text, "14m 02s");
    }

    #[test]
    fn a_row_says_how_far_it_reaches() {
        let figures = |sessions, seconds: Option<i64>| Figures {
            sessions,
            first_activity_at: seconds.map(|_| Timestamp::from_micros(0)),
            last_activity_at: seconds.map(|seconds| Timestamp::from_micros(seconds * 1_000_000)),
            ..Figures::default()
        };
        let cases = [
            (figures(1, None), 0, None),
            (figures(1, Some(40)), 0, Some("40 s")),
            (figures(3, Some(40)), 2, Some("40 s")),
            (figures(14, Some(40)), 2, Some("13 sub · 40 s")),
            (figures(14, None), 2, Some("13 sub")),
        ];
        for (all, children, expected) in cases {
            assert_eq!(reach(&all, 1, children).as_deref(), expected);
        }
    }
}

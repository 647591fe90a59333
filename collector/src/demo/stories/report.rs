//! A market report: depth 4, a fact checker that never speaks, a reviewer who waits for a person.

use crate::demo::{
    agent::{Agent, Stage},
    dialect::Ending,
    line::Line::{Call, Decide, Doubt, Fail, Goal, Memory, Next, Service, Think, Unsure},
    manner::CAREFUL,
};

/// Plays the story from `at` on.
pub(super) fn play(stage: &mut Stage, at: u64) {
    let mut lead = Agent::root(stage, "orchestrator", CAREFUL, at);
    lead.start(
        stage,
        "Write a market report on heat pumps in Northern Europe, six pages, sources cited",
    );
    lead.perform(stage, &[
        Next("The report needs sales figures, subsidy rules and a view on installers. These are three separate searches, so I can run them side by side.", "spawn three researchers"),
    ]);
    let sales = sales(stage, &mut lead);
    lead.perform(stage, &[
        Decide("three researchers in parallel", &["one researcher, one topic after the other", "buy last year's analyst report"], "The topics hardly overlap, and parallel work takes a third of the time for the same tokens."),
        Memory("write", "report/outline", "1 market size, 2 subsidies, 3 installers, 4 outlook"),
    ]);
    let rules = subsidies(stage, &mut lead);
    let crews = installers(stage, &mut lead);
    lead.join(stage, &[sales, rules, crews]);
    lead.think(stage, "Sales and subsidies are solid. The installer chapter rests on one survey; the text has to say so.", 0.7, Some("hand the notes to the writer"));
    // The fact checker was announced, but its worker pool is full: it never speaks.
    let _never_speaks =
        lead.spawn(stage, "fact-checker", "Check every figure of the draft against its source");
    let writer = writer(stage, &mut lead);
    lead.join(stage, &[writer]);
    lead.ask(stage, "waiting for the editor in chief to approve the draft", 21_000);
    lead.perform(
        stage,
        &[Think("Approved with one change: the outlook now says 'likely' instead of 'certain'.")],
    );
    lead.end(stage, Ending::Completed("Report delivered: 6 pages, 23 sources. The installer chapter is marked as resting on a single survey."));
}

/// Depth 1 to 4: researcher, searcher, reader, table extractor.
fn sales(stage: &mut Stage, lead: &mut Agent) -> Agent {
    let mut researcher = lead
        .spawn(stage, "researcher", "Sales of heat pumps in NO, SE, FI, DK from 2019 to 2026")
        .wake(stage);
    researcher.perform(stage, &[
        Goal("Find a yearly series for each country from one publisher"),
        Next("National statistics use different definitions, so a European association is the better source.", "search the association's market reports"),
    ]);
    let mut searcher =
        researcher.spawn(stage, "web-searcher", "Find yearly sales by country").wake(stage);
    searcher.perform(
        stage,
        &[
            Call(
                "WebSearch",
                "heat pump sales by country 2019..2026 yearly series",
                "9 results; 2 with tables, 1 behind a login",
            ),
            Service("search.example", "GET", "/v2/query?q=heat+pump+sales+nordics", 200),
        ],
    );
    let mut reader =
        searcher.spawn(stage, "page-reader", "Read the two pages that have tables").wake(stage);
    reader.perform(stage, &[
        Call("WebFetch", "https://stats.example/heat-pumps/2026", "48 kB, 3 tables, last updated 2026-10-02"),
        Fail("WebFetch", "https://archive.example/hp/2021.pdf", "403 Forbidden: the archive wants a licence"),
        Think("The first page alone covers all four countries. The archive would only have confirmed 2019 and 2020."),
    ]);
    let mut extractor =
        reader.spawn(stage, "table-extractor", "Turn table 2 into a CSV with units").wake(stage);
    extractor.perform(stage, &[
        Call("Python", "pandas.read_html(page)[1].pipe(tidy)", "32 rows × 4 columns; units: thousand pieces"),
        Unsure("2023 for Finland is printed as 192 in the table and as 129 in the text. One of them has its digits swapped."),
        Doubt("Finland 2023: 192 or 129 thousand pieces?"),
        Call("WebFetch", "https://stats.example/heat-pumps/2023/fi", "129 thousand pieces, revised in March 2024"),
        Call("Write", "notes/sales.csv", "32 rows written"),
    ]);
    let extractor = extractor.end(
        stage,
        Ending::Completed(
            "notes/sales.csv: 32 rows. Finland 2023 corrected to 129, with the source.",
        ),
    );
    reader.join(stage, &[extractor]);
    let reader = reader.end(
        stage,
        Ending::Completed("One page read and tabulated, one refused by a licence wall."),
    );
    searcher.join(stage, &[reader]);
    let searcher =
        searcher.end(stage, Ending::Completed("All four countries are covered by one publisher."));
    researcher.join(stage, &[searcher]);
    researcher.perform(
        stage,
        &[
            Call("Python", "cagr(sales, 2019, 2026)", "NO 4.1 %, SE 6.8 %, FI 5.2 %, DK 11.9 %"),
            Memory(
                "write",
                "report/sales",
                "32 rows, growth 4.1–11.9 % a year, source stats.example",
            ),
        ],
    );
    researcher.end(
        stage,
        Ending::Completed(
            "A series of 32 rows for four countries; Denmark grows fastest with 11.9 % a year.",
        ),
    )
}

fn subsidies(stage: &mut Stage, lead: &mut Agent) -> Agent {
    let mut researcher = lead
        .spawn(stage, "researcher", "Subsidy rules in force in 2026, with dates of expiry")
        .wake(stage);
    researcher.perform(
        stage,
        &[
            Call("WebSearch", "varmepumpe tilskud 2026", "12 results, 3 of them official"),
            Call(
                "WebFetch",
                "https://energy.example/dk/tilskud-2026",
                "Pool of 600 M DKK, first come first served",
            ),
            Call("WebSearch", "värmepump bidrag 2026", "7 results"),
            Fail(
                "WebFetch",
                "https://energy.example/se/bidrag",
                "TLS error: certificate expired on 2026-11-02",
            ),
            Next(
                "The Swedish page is out, but the law itself is on another host.",
                "read the law instead of the summary",
            ),
            Call(
                "WebFetch",
                "https://law.example/se/sfs-2025-771",
                "30 % of labour, at most 50,000 SEK, until 2027-12-31",
            ),
            Call("Write", "notes/subsidies.md", "4 countries, 6 schemes"),
        ],
    );
    researcher
        .end(stage, Ending::Completed("Six schemes in four countries; two end within a year."))
}

fn installers(stage: &mut Stage, lead: &mut Agent) -> Agent {
    let mut researcher = lead
        .spawn(stage, "researcher", "Are there enough installers? Waiting times and training")
        .wake(stage);
    researcher.perform(stage, &[
        Call("WebSearch", "heat pump installer shortage nordics survey 2026", "4 results, one survey with its method"),
        Unsure("One survey with 212 answers is thin for a chapter."),
        Unsure("The survey was paid for by a maker of heat pumps; its waiting times may be too rosy."),
        Unsure("No second source says anything about waiting times at all."),
        Doubt("Whether waiting times of 5 weeks hold outside the capitals"),
        Decide("use the survey and say what it is", &["leave the chapter out", "call ten installers"], "Readers need the number, and they can weigh it when they know where it comes from."),
        Call("Write", "notes/installers.md", "1 survey, 3 caveats"),
    ]);
    researcher.end(
        stage,
        Ending::Completed(
            "Median waiting time 5 weeks, by a single survey of 212 firms; three caveats noted.",
        ),
    )
}

fn writer(stage: &mut Stage, lead: &mut Agent) -> Agent {
    let mut writer = lead.spawn(stage, "writer", "Turn the notes into six pages").wake(stage);
    writer.perform(stage, &[
        Memory("read", "report/outline", "4 chapters"),
        Call("Read", "notes/sales.csv", "32 rows"),
        Call("Read", "notes/subsidies.md", "6 schemes"),
        Call("Write", "report/draft.md", "2,914 words"),
        Next("Six pages are about 2,400 words. The second chapter repeats the table in prose and can go.", "have it cut by an editor"),
    ]);
    let mut editor =
        writer.spawn(stage, "editor", "Cut to 2,400 words without losing a figure").wake(stage);
    editor.perform(
        stage,
        &[
            Call("Edit", "report/draft.md", "-488 words"),
            Fail(
                "Python",
                "check_figures('report/draft.md')",
                "AssertionError: figure 3 is cited but no longer in the text",
            ),
            Call("Edit", "report/draft.md", "+21 words, figure 3 is back"),
            Call("Python", "check_figures('report/draft.md')", "all 9 figures cited and present"),
        ],
    );
    let editor = editor.end(stage, Ending::Completed("2,447 words, all nine figures in place."));
    writer.join(stage, &[editor]);
    writer
        .perform(stage, &[Call("Bash", "pandoc report/draft.md -o report/report.pdf", "6 pages")]);
    writer.end(stage, Ending::Completed("report/report.pdf, 6 pages."))
}

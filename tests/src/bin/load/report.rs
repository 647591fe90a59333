//! The table: figure, measured, target, and what else was seen.

/// Rows in the order in which they were measured; each is also printed at once to stderr.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    figure: String,
    measured: String,
    target: &'static str,
    met: Option<bool>,
    note: String,
}

impl Report {
    /// A figure with a target; `met` says whether it was reached.
    pub(crate) fn add(
        &mut self,
        figure: impl Into<String>,
        measured: String,
        (target, met): (&'static str, bool),
        note: String,
    ) {
        self.push(Row { figure: figure.into(), measured, target, met: Some(met), note });
    }

    /// A figure that is only told.
    pub(crate) fn tell(&mut self, figure: impl Into<String>, measured: String, note: String) {
        self.push(Row { figure: figure.into(), measured, target: "", met: None, note });
    }

    fn push(&mut self, row: Row) {
        eprintln!("{}", row.line());
        self.rows.push(row);
    }

    /// Prints the whole table as Markdown.
    pub(crate) fn print(&self) {
        println!("| figure | measured | target | met | seen with it |\n|---|---|---|---|---|");
        for row in &self.rows {
            println!("{}", row.line());
        }
    }
}

impl Row {
    fn line(&self) -> String {
        let met = match self.met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        format!("| {} | {} | {} | {met} | {} |", self.figure, self.measured, self.target, self.note)
    }
}

/// The middle value; of an even number the upper middle. 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

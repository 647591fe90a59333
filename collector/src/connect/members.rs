//! A JSON object as its members in their order, each as it was written.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Names and values.
#[derive(Clone, Debug, Default)]
pub(super) struct Members(pub Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl Members {
    /// Written with two spaces a level, behind `indent` spaces.
    pub(super) fn write(&self, indent: usize) -> String {
        let lines = self.0.iter().map(|(name, value)| {
            let name = serde_json::Value::from(name.as_str());
            format!("{:indent$}  {name}: {}", "", value.get())
        });
        block('{', &lines.collect::<Vec<_>>(), '}', indent)
    }
}

/// A list of values, each as it was written.
pub(super) fn list(values: &[Box<RawValue>], indent: usize) -> String {
    let lines = values.iter().map(|value| format!("{:indent$}  {}", "", value.get()));
    block('[', &lines.collect::<Vec<_>>(), ']', indent)
}

fn block(open: char, lines: &[String], close: char, indent: usize) -> String {
    if lines.is_empty() {
        return format!("{open}{close}");
    }
    format!("{open}\n{}\n{:indent$}{close}", lines.join(",\n"), "")
}

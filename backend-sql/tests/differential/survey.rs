//! The kinds of differences that a run finds, for when there are many.

use std::collections::BTreeMap;

use serde_json::Value;

use super::faults_of_answers::{self, Kind};
use super::known::Seen;

/// Each kind's number and its smallest example.
#[derive(Default)]
pub(crate) struct Survey(BTreeMap<String, (u64, String)>, BTreeMap<String, u64>);

impl Survey {
    pub(crate) fn add(&mut self, peer: &str, seen: &Seen<'_>, all: &[Value]) {
        let told = |answer: &Value| answer["message"].as_str().and_then(faults_of_answers::kind);
        if let (Some(ours), Some(theirs)) = (told(seen.ours), told(seen.theirs)) {
            self.pair(peer, ours, theirs);
        }
        let likes = all.iter().filter(|other| *other == seen.ours).count();
        let alike = all.iter().filter(|other| *other == seen.theirs).count();
        let side = match (likes, alike) {
            (_, 2..) => "BOTH",
            (1.., _) => "alone",
            _ => "all differ",
        };
        let kind = format!("{side} {peer} {}", kind(seen.ours, seen.theirs));
        let example = format!(
            "  {} {}\n  on {}\n  ours: {}\n  {peer}: {}\n  all: {all:?}",
            seen.call.action,
            seen.call.body,
            seen.table.create(""),
            seen.ours,
            seen.theirs
        );
        let (count, smallest) = self.0.entry(kind).or_insert_with(|| (0, example.clone()));
        *count += 1;
        if example.len() < smallest.len() {
            *smallest = example;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells of the pairs of faults, as they stand in `known.rs`.
    fn pair(&mut self, peer: &str, ours: Kind, theirs: Kind) {
        *self.1.entry(format!("{peer}: ({ours:?}, {theirs:?})")).or_default() += 1;
    }

    pub(crate) fn print(&self) {
        for (pair, count) in &self.1 {
            println!("-- {count} {pair}");
        }
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        println!("{} kinds of differences", all.len());
        for (kind, (count, example)) in all {
            let example: String = example.chars().take(3000).collect();
            println!("== {count} {kind}\n{example}");
        }
    }
}

fn kind(ours: &Value, theirs: &Value) -> String {
    let told = |answer: &Value| match answer.get("error") {
        None => "answers".to_owned(),
        Some(error) => {
            format!("{}: {}", error.as_str().unwrap_or(""), blurred(answer["message"].as_str().unwrap_or("")))
        }
    };
    if ours.get("error").is_some() || theirs.get("error").is_some() {
        let (one, two) = (told(ours), told(theirs));
        if one != two {
            return format!("| {one} | {two}");
        }
    }
    let members = |answer: &Value| answer.as_object().cloned().unwrap_or_default();
    let (one, two) = (members(ours), members(theirs));
    let differing: Vec<&String> = one
        .keys()
        .chain(two.keys().filter(|name| !one.contains_key(*name)))
        .filter(|name| one.get(*name) != two.get(*name))
        .collect();
    format!("members {differing:?}")
}

/// A message without what belongs to one call.
fn blurred(message: &str) -> String {
    let mut text = String::new();
    for word in message.split(' ') {
        let is_own = word.contains(['#', ':', '[', '{', '"', '\'']) && word.len() > 2 && !word.ends_with(':')
            || word.chars().any(|letter| letter.is_ascii_digit());
        text.push_str(if is_own { "_" } else { word });
        text.push(' ');
    }
    text.chars().take(150).collect()
}

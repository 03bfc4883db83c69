//! What the quickstart examples share: the tables, the view and the plans. Plans are values, so only how they are run
//! differs from one driver to the next.
//!
//! The programs read this workspace's own `Cargo.lock`, store every package and every dependency, and let a view count
//! the dependents of each package.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "programs share it as a module")]

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

// Each program names its driver `dynochemy`.
use crate::dynochemy::{Changes, Notice, Report, Solvent, Table, View};

/// A package of the lock file.
#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(name = "packages")]
pub struct Package {
    #[table(hash_key)]
    pub name: String,
    #[table(range_key)]
    pub version: String,
    /// Where it comes from; packages of the workspace come from nowhere.
    pub source: Option<String>,
    pub checksum: Option<String>,
}

/// That one package depends on another one.
#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(name = "dependencies", read_capacity = 1000, write_capacity = 1000, views("dependents"))]
pub struct Dependency {
    #[table(hash_key)]
    pub from: String,
    #[table(range_key)]
    pub to: String,
}

/// How many packages depend on one: the view.
#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(name = "dependents")]
pub struct Dependents {
    #[table(hash_key)]
    pub package: String,
    pub count: u64,
}

/// Counts the dependents of each package.
pub struct CountDependents;

impl View for CountDependents {
    const ID: &'static str = "dependents";
    type Source = Dependency;
    type Target = Dependents;

    fn add(&self, dependency: &Dependency, changes: &mut Changes<Dependents>) {
        changes.add(&dependency.to, Dependents::COUNT, 1);
    }
}

/// What the lock file holds.
pub struct Lock {
    packages: Vec<Package>,
    dependencies: Vec<Dependency>,
    text: String,
}

impl Lock {
    /// Reads the workspace's lock file.
    pub fn read() -> Result<Self, Box<dyn std::error::Error>> {
        #[derive(Deserialize)]
        struct File {
            package: Vec<Entry>,
        }
        #[derive(Deserialize)]
        struct Entry {
            #[serde(flatten)]
            package: Package,
            #[serde(default)]
            dependencies: Vec<String>,
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file: File = toml::from_str(&text)?;
        let mut versions: BTreeMap<&str, &str> = BTreeMap::new();
        for entry in &file.package {
            versions.insert(&entry.package.name, &entry.package.version);
        }
        let mut dependencies = Vec::new();
        for entry in &file.package {
            for dependency in &entry.dependencies {
                // "name", or "name version" where several versions are locked.
                let mut words = dependency.split(' ');
                let name = words.next().unwrap_or_default();
                let version = words.next().or_else(|| versions.get(name).copied()).unwrap_or_default();
                let from = format!("{} {}", entry.package.name, entry.package.version);
                dependencies.push(Dependency { from, to: format!("{name} {version}") });
            }
        }
        Ok(Self {
            packages: file.package.into_iter().map(|entry| entry.package).collect(),
            dependencies,
            text,
        })
    }

    /// The plan that makes the tables.
    pub fn tables(&self) -> Solvent {
        let mut solvent = Solvent::new();
        solvent.add(Package::create());
        solvent.add(Dependency::create());
        solvent.add(Dependents::create());
        solvent
    }

    /// The plan that deletes the tables.
    pub fn delete_tables(&self) -> Solvent {
        let mut solvent = Solvent::new();
        solvent.add(Package::delete_table());
        solvent.add(Dependency::delete_table());
        solvent.add(Dependents::delete_table());
        solvent
    }

    /// The plans that store everything, each of some hundreds of operations.
    pub fn plans(&self) -> Vec<Solvent> {
        let packages = self.packages.chunks(200).map(|packages| {
            let mut solvent = Solvent::new();
            for package in packages {
                solvent.add(package.put());
            }
            solvent
        });
        let dependencies = self.dependencies.chunks(200).map(|dependencies| {
            let mut solvent = Solvent::new();
            for dependency in dependencies {
                solvent.add(dependency.put());
            }
            solvent
        });
        packages.chain(dependencies).collect()
    }

    /// Prints the view's largest counts, what the plans took, and how the view compares with a count of its own.
    ///
    /// Fails where they differ.
    pub fn conclude(
        &self,
        mut view: Vec<Dependents>,
        report: &Report,
    ) -> Result<(), Box<dyn std::error::Error>> {
        println!("{} packages, {} dependencies\n", self.packages.len(), self.dependencies.len());
        view.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.package.cmp(&b.package)));
        println!("most depended upon");
        for Dependents { package, count } in view.iter().take(10) {
            println!("  {package:<32} {count:>4}");
        }
        println!("\n{report}\n");

        let in_view: BTreeMap<String, u64> = view.into_iter().map(|row| (row.package, row.count)).collect();
        let counted = count_by_lines(&self.text);
        let (sum, independent): (u64, u64) = (in_view.values().sum(), counted.values().sum());
        if in_view != counted {
            return Err(format!("the view ({sum}) differs from an independent count ({independent})").into());
        }
        println!(
            "the view agrees with an independent count of Cargo.lock: {sum} dependents of {} packages in the view, \
             {independent} of {} by counting lines",
            in_view.len(),
            counted.len()
        );
        Ok(())
    }
}

/// Counts the dependents of each package by looking at the lock file's lines alone.
fn count_by_lines(text: &str) -> BTreeMap<String, u64> {
    let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let mut versions: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        if line.starts_with("name = ") {
            name = quoted(line);
        } else if line.starts_with("version = ") && !name.is_empty() {
            versions.insert(std::mem::take(&mut name), quoted(line));
        }
    }
    let mut counts = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with(" \"")) {
        let dependency = quoted(line);
        let words: Vec<&str> = dependency.split(' ').collect();
        let version =
            words.get(1).map_or_else(|| versions[words[0]].clone(), |version| (*version).to_owned());
        *counts.entry(format!("{} {version}", words[0])).or_default() += 1;
    }
    counts
}

/// The server's URL, from the command line.
pub fn endpoint(program: &str) -> Result<String, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, url] if flag == "--endpoint" => Ok(url.clone()),
        _ => Err(format!("usage: {program} --endpoint URL, as in --endpoint http://127.0.0.1:8000")),
    }
}

/// A prefix for tables of this run's own.
pub fn prefix() -> String {
    format!("quickstart-{}-", std::process::id())
}

/// A bar that counts operations; it shows on a terminal only.
pub fn progress(plans: &[Solvent]) -> ProgressBar {
    let operations = plans.iter().map(Solvent::len).sum::<usize>();
    let bar = ProgressBar::new(operations as u64);
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} operations");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message("storing");
    bar
}

/// Shows how far a plan has come, before which so many operations were done.
pub fn show(bar: &ProgressBar, before: u64, notice: &Notice) {
    if let Notice::Progress(progress) = notice {
        bar.set_position(before + progress.ended as u64);
    }
}

//! What the compiler refuses, where, and with which advice.
//!
//! The programs in `does_not_compile/` say behind each line that is wrong what the error there must contain
//! (`//~ text`, or `//~^ text` for the line above; `//~? text` where the error stands elsewhere). Every error must be
//! expected, and every expectation met.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A text that an error must contain, and the line where it must stand, if at one.
#[derive(Debug)]
struct Expectation {
    line: Option<u64>,
    text: String,
}

/// An error of the compiler: its line in the program, if there, and all of its text.
#[derive(Debug)]
struct CompilerError {
    line: Option<u64>,
    text: String,
}

#[test]
fn what_is_wrong_does_not_compile_and_the_error_says_what_to_do() {
    let programs = programs();
    assert!(programs.len() > 3, "the programs are gone");
    let mut errors = check(&programs);
    let mut problems = String::new();
    for (name, source) in &programs {
        let mut errors = errors.remove(name).unwrap_or_default();
        for Expectation { line, text } in expectations(source) {
            let before = errors.len();
            errors.retain(|error| !error.text.contains(&text) || (line.is_some() && error.line != line));
            if errors.len() == before {
                let at = line.map(|line| format!(":{line}")).unwrap_or_default();
                writeln!(problems, "{name}.rs{at}: no error here says {text:?}").unwrap();
            }
        }
        for CompilerError { text, .. } in errors {
            writeln!(problems, "{name}.rs: unexpected:\n{text}").unwrap();
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

/// The programs, by name.
fn programs() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/does_not_compile");
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn expectations(source: &str) -> Vec<Expectation> {
    let mut expectations = Vec::new();
    for (number, line) in (1..).zip(source.lines()) {
        let Some((_, expectation)) = line.split_once("//~") else { continue };
        let (line, text) = match (expectation.strip_prefix('^'), expectation.strip_prefix('?')) {
            (Some(text), _) => (Some(number - 1), text),
            (_, Some(text)) => (None, text),
            _ => (Some(number), expectation),
        };
        expectations.push(Expectation { line, text: text.trim().to_owned() });
    }
    assert!(!expectations.is_empty(), "a program that expects no error");
    expectations
}

/// Checks all programs in one package of their own, with this workspace's versions, and gives the errors of each.
fn check(programs: &BTreeMap<String, String>) -> BTreeMap<String, Vec<CompilerError>> {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("does_not_compile");
    fs::create_dir_all(package.join("src/bin")).unwrap();
    for file in fs::read_dir(package.join("src/bin")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    for (name, source) in programs {
        fs::write(package.join(format!("src/bin/{name}.rs")), format!("{source}\nfn main() {{}}\n")).unwrap();
    }
    let manifest = format!(
        "[package]\nname = \"does-not-compile\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         dynochemy-core = {{ path = {core:?}, default-features = false }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n"
    );
    fs::write(package.join("Cargo.toml"), manifest).unwrap();
    fs::copy(core.join("../Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--keep-going", "--bins", "--message-format=json"])
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env_remove("RUSTFLAGS")
        .current_dir(&package)
        .output()
        .unwrap();
    let mut errors: BTreeMap<String, Vec<CompilerError>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let compiler = &message["message"];
        // The last errors of a program only sum up the others, and have no place.
        if compiler["level"] != "error" || compiler["spans"].as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        let program = message["target"]["name"].as_str().unwrap().to_owned();
        assert!(programs.contains_key(&program), "the library itself does not compile: {line}");
        let text = compiler["rendered"].as_str().unwrap().to_owned();
        errors.entry(program).or_default().push(CompilerError { line: line_of(compiler), text });
    }
    assert!(!errors.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    errors
}

/// The line of a program where an error stands, or where the macro was called that gave it.
fn line_of(error: &Value) -> Option<u64> {
    let primary = error["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let mut span = primary;
    while !span["file_name"].as_str()?.starts_with("src/bin/") {
        span = &span["expansion"]["span"];
    }
    span["line_start"].as_u64()
}

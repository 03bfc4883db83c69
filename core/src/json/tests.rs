//! Against serde_json: whatever one accepts the other must.

use super::*;
use proptest::prelude::*;

fn accepts(text: &[u8]) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().is_ok() && reader.end().is_ok()
}

#[test]
fn accepts_what_serde_json_accepts_and_nothing_else() {
    let texts: &[&[u8]] = &[
        b"{}",
        b"[]",
        b"[1,]",
        b"[,1]",
        b"{\"a\":1,}",
        b"{,}",
        b"{\"a\" 1}",
        b" { \"a\" : [ 1 , 2 ] } ",
        b"01",
        b"-",
        b"-0",
        b"1.",
        b".5",
        b"1e5",
        b"1e",
        b"1E+05",
        b"tru",
        b"true",
        b"null1",
        b"\"\\u12\"",
        b"\"\\u00e9\"",
        b"\"\\ud83d\\ude00\"",
        b"\"\\ud83d\"",
        b"\"\\ude00\"",
        b"\"\\x\"",
        b"\"a\nb\"",
        b"\"",
        b"\"\xff\"",
        b"",
        b"{",
        b"[",
        b"{\"a\"",
        b"1 2",
        b"[1 2]",
        b"{\"a\":1 \"b\":2}",
        b"{1:2}",
    ];
    for text in texts {
        let expected = serde_json::from_slice::<serde_json::Value>(text).is_ok();
        assert_eq!(accepts(text), expected, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn what_ends_plain_text_is_found_at_every_place_and_beside_any_other_character() {
    let mut specials: Vec<Vec<u8>> = (0..=0xFF).map(|byte| vec![byte]).collect();
    specials.extend(
        ["\\\"", "\\\\", "\\u00e9", "é", "\u{7f}", "\u{80}", "\u{10FFFF}", "\"\"", "!\"", "#\\"]
            .map(Vec::from),
    );
    for special in specials {
        for before in 0..20 {
            for filler in ["x", "!", "[", "é"] {
                let filler = filler.repeat(before);
                let text = [b"[\"", filler.as_bytes(), &special, filler.as_bytes(), b"\"]"].concat();
                let expected = serde_json::from_slice::<serde_json::Value>(&text).is_ok();
                assert_eq!(accepts(&text), expected, "{}", String::from_utf8_lossy(&text));
            }
        }
    }
}

#[test]
fn what_is_not_utf8_is_told_with_its_place() {
    let error = |text: &[u8]| {
        let mut reader = Reader::new(text);
        reader.skip().map(drop).and_then(|()| reader.end()).unwrap_err().to_string()
    };
    assert_eq!(error(b"\"ab\xff\""), "not UTF-8 at byte 3");
    assert_eq!(error(b"[1]\xff"), "not UTF-8 at byte 3");
    assert_eq!(error(b"[1\xff]"), "not UTF-8 at byte 2");
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    assert!(!accepts("[".repeat(100_000).as_bytes()));
    assert!(accepts(format!("{}{}", "[".repeat(100), "]".repeat(100)).as_bytes()));
}

proptest! {
    #[test]
    fn strings_come_back_unchanged(text in any::<String>()) {
        let mut out = Vec::new();
        write_string(&mut out, &text);
        prop_assert_eq!(serde_json::from_slice::<String>(&out).ok(), Some(text.clone()));
        prop_assert_eq!(Reader::new(&out).string().unwrap(), text);
    }

    #[test]
    fn damaged_texts_are_judged_as_serde_json_does(cut in 0usize..60, byte in any::<u8>()) {
        let mut text = br#"{"user":{"S":"a\"b\u00e9"},"n":[1.5e3,-0,null,true,{"x":{}}]}"#.to_vec();
        let at = cut % text.len();
        text[at] = byte;
        prop_assert_eq!(accepts(&text), serde_json::from_slice::<serde_json::Value>(&text).is_ok());
    }
}

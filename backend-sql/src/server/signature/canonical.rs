//! A request in the one form in which it is signed.

use std::fmt::Write as _;

use http::HeaderName;
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use super::{Authorization, SignatureFault};

const BODY_HASH: &str = "x-amz-content-sha256";

/// The hash of a request's canonical form, in hexadecimal digits.
///
/// The host must be among the signed headers, and so must all of AWS's own: who could change the target would have another
/// action carried out. What is told of the body must be true of it.
pub(super) fn digest(
    parts: &Parts,
    authorization: &Authorization<'_>,
    body: &[u8],
) -> Result<String, SignatureFault> {
    let names = authorization.signed_headers;
    let is_signed = |header: &str| names.split(';').any(|name| name == header);
    if !is_signed("host") {
        let message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
        return Err(SignatureFault::invalid(message));
    }
    let of_aws = parts.headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
    if let Some(name) = of_aws.into_iter().find(|name| !is_signed(name)) {
        let message = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
        return Err(SignatureFault::invalid(message));
    }
    if names.split(';').any(|name| !parts.headers.contains_key(name)) {
        return Err(SignatureFault::invalid(super::WRONG));
    }
    let hash = hexadecimal(&Sha256::digest(body));
    if parts.headers.get(BODY_HASH).is_some_and(|told| told.as_bytes() != hash.as_bytes()) {
        return Err(SignatureFault::invalid(super::WRONG));
    }
    let mut text = format!("{}\n{}\n{}\n", parts.method, path(parts.uri.path()), query(parts.uri.query()));
    for name in names.split(';') {
        text.push_str(name);
        text.push(':');
        for (index, value) in parts.headers.get_all(name).iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            let words = String::from_utf8_lossy(value.as_bytes());
            let mut words = words.split_ascii_whitespace();
            text.push_str(words.next().unwrap_or_default());
            for word in words {
                text.push(' ');
                text.push_str(word);
            }
        }
        text.push('\n');
    }
    write!(text, "\n{names}\n{hash}").expect("a string takes all that is written");
    Ok(hexadecimal(&Sha256::digest(text)))
}

/// What was encoded once in the request line is encoded again.
fn path(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes all that is written");
        }
    }
    encoded
}

/// Sorted, as it is encoded in the request line; what has no value gets an empty one.
fn query(query: Option<&str>) -> String {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(&str, &str)> = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all that is written");
        text
    })
}

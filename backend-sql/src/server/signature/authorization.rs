//! The header `authorization`, taken apart:
//! `AWS4-HMAC-SHA256 Credential=ID/20261122/eu-west-1/dynamodb/aws4_request, SignedHeaders=host;.., Signature=..`

use http::HeaderMap;
use http::header::{AUTHORIZATION, DATE};

use super::{ALGORITHM, SERVICE, SignatureFault, TERMINATOR};

/// Who signed what, when, and how.
#[derive(Debug)]
pub(super) struct Authorization<'a> {
    pub(super) access_key_id: &'a str,
    /// As in `20261122`.
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    service: &'a str,
    terminator: &'a str,
    /// Names in lower case, between semicolons.
    pub(super) signed_headers: &'a str,
    pub(super) signature: Vec<u8>,
    /// As in `20261122T151000Z`.
    pub(super) time: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header, and the one with the time.
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, SignatureFault> {
        let text = text_of(headers, AUTHORIZATION.as_str()).unwrap_or_default();
        if headers.get_all(AUTHORIZATION).iter().count() > 1 {
            return Err(SignatureFault::incomplete("There may be one 'Authorization' header only."));
        }
        let Some(members) = text.strip_prefix(ALGORITHM) else {
            let message =
                format!("Unsupported AWS 'algorithm': '{}'.", text.split(' ').next().unwrap_or_default());
            return Err(SignatureFault::incomplete(message));
        };
        let (mut credential, mut signature, mut signed_headers) = (None, None, None);
        for member in members.split(',') {
            match member.trim().split_once('=') {
                Some(("Credential", value)) => credential = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                _ => (),
            }
        }
        let time = text_of(headers, "x-amz-date").or_else(|| text_of(headers, DATE.as_str()));
        let (Some(credential), Some(signature), Some(signed_headers), Some(time)) =
            (credential, signature, signed_headers, time)
        else {
            let mut message = String::new();
            for (name, is_missing) in [
                ("Credential", credential.is_none()),
                ("Signature", signature.is_none()),
                ("SignedHeaders", signed_headers.is_none()),
            ] {
                if is_missing {
                    message += &format!("Authorization header requires '{name}' parameter. ");
                }
            }
            if time.is_none() {
                message +=
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
            }
            return Err(SignatureFault::incomplete(message + "Authorization=" + ALGORITHM));
        };
        if !is_basic_time(time) {
            return Err(SignatureFault::incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{time}'. See http://en.wikipedia.org/wiki/ISO_8601"
            )));
        }
        let parts: Vec<&str> = credential.split('/').collect();
        let &[access_key_id, date, region, service, terminator] = parts.as_slice() else {
            return Err(SignatureFault::incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
                 '{credential}'"
            )));
        };
        let signature = bytes(signature).ok_or_else(|| SignatureFault::invalid(super::WRONG))?;
        Ok(Self { access_key_id, date, region, service, terminator, signed_headers, signature, time })
    }

    /// That what was signed is a request to DynamoDB, on the day that it says.
    pub(super) fn check_scope(&self) -> Result<(), SignatureFault> {
        let Self { date, region, service, terminator, time, .. } = self;
        let mut message = String::new();
        if region.is_empty() {
            message += &format!("Credential should be scoped to a valid region, not '{region}'. ");
        }
        if *service != SERVICE {
            message += &format!("Credential should be scoped to correct service: '{SERVICE}'. ");
        }
        if *terminator != TERMINATOR {
            message += &format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. "
            );
        }
        if *date != &time[..8] {
            message += &format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != \
                 '{}', from '{time}'. ",
                &time[..8]
            );
        }
        if message.is_empty() { Ok(()) } else { Err(SignatureFault::invalid(message)) }
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// As `20261122T151000Z`.
fn is_basic_time(time: &str) -> bool {
    time.len() == 16
        && time.bytes().enumerate().all(|(index, byte)| match index {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}

/// What hexadecimal digits stand for.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}

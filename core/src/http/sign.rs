//! AWS Signature Version 4 for DynamoDB's requests.
//!
//! A request has always the same few headers, so that all of the canonical request but the date, the target and the
//! body's hash is laid out once; and the signing key, which holds for a day, is kept. The cryptography is that of
//! `aws-sigv4`, whose ready-made signing of HTTP requests the tests hold this against.
//!
//! See [Create a signed request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use super::CONTENT_TYPE;
use crate::credentials::Credentials;
use crate::moment::Moment;

const SECONDS_A_DAY: u64 = 86_400;

/// Signs requests to one host in one region, with one set of credentials.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    token: Option<HeaderValue>,
    /// The canonical request up to the date, from the date to the target, and from the target to the body's hash.
    canonical: [String; 3],
    signed_headers: &'static str,
    day: Mutex<Option<Arc<Day>>>,
}

/// What holds for one day.
struct Day {
    /// In days since the Unix epoch.
    number: u64,
    /// As in `20261122`.
    date: String,
    /// As in `20261122/eu-west-1/dynamodb/aws4_request`.
    scope: String,
    signing_key: Vec<u8>,
}

/// The headers that make a request a signed one.
pub(super) struct Signature {
    /// `x-amz-date`
    pub(super) date: HeaderValue,
    /// `authorization`
    pub(super) authorization: HeaderValue,
    /// `x-amz-security-token`
    pub(super) token: Option<HeaderValue>,
}

impl Signer {
    /// A signer, unless the credentials are none; the error tells which part of them.
    pub(super) fn new(host: &HeaderValue, region: &str, credentials: &Credentials) -> Result<Self, String> {
        check("access key id", &credentials.access_key_id)?;
        check("secret access key", &credentials.secret_access_key)?;
        let token = match &credentials.session_token {
            Some(token) => {
                check("session token", token)?;
                let mut token = HeaderValue::from_str(token).expect("it was checked to be visible ASCII");
                token.set_sensitive(true);
                Some(token)
            }
            None => None,
        };
        let host = host.to_str().expect("an endpoint's host is visible ASCII");
        let (token_line, signed_headers) = match &credentials.session_token {
            Some(token) => (
                format!("x-amz-security-token:{token}\n"),
                "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
            ),
            None => (String::new(), "content-type;host;x-amz-date;x-amz-target"),
        };
        let canonical = [
            format!("POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\nx-amz-date:"),
            format!("\n{token_line}x-amz-target:"),
            format!("\n\n{signed_headers}\n"),
        ];
        Ok(Self {
            credentials: credentials.clone(),
            region: region.to_owned(),
            token,
            canonical,
            signed_headers,
            day: Mutex::new(None),
        })
    }

    /// Signs a request to `target` (`DynamoDB_20120810.GetItem`), sent at `now`.
    pub(super) fn sign(&self, target: &HeaderValue, body: &[u8], now: Moment) -> Signature {
        let day = self.day(now.as_secs() / SECONDS_A_DAY);
        let seconds = now.as_secs() % SECONDS_A_DAY;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let date = format!("{}T{hour:02}{minute:02}{second:02}Z", day.date);

        let [before_date, before_target, before_hash] = &self.canonical;
        let mut canonical = Sha256::new();
        canonical.update(before_date);
        canonical.update(&date);
        canonical.update(before_target);
        canonical.update(target.as_bytes());
        canonical.update(before_hash);
        canonical.update(hexadecimal(&Sha256::digest(body)));

        let scope = &day.scope;
        let mut to_sign = Vec::with_capacity(192);
        for part in ["AWS4-HMAC-SHA256\n", &date, "\n", scope, "\n"] {
            to_sign.extend_from_slice(part.as_bytes());
        }
        to_sign.extend_from_slice(&hexadecimal(&canonical.finalize()));
        let signature = calculate_signature(&day.signing_key, &to_sign);

        let mut authorization = String::with_capacity(256);
        let (id, signed_headers) = (&self.credentials.access_key_id, self.signed_headers);
        write!(
            authorization,
            "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={signed_headers}, Signature={signature}"
        )
        .expect("writing to memory does not fail");
        let visible = "all its parts are visible ASCII";
        let mut authorization = HeaderValue::try_from(authorization).expect(visible);
        authorization.set_sensitive(true);
        Signature {
            date: HeaderValue::try_from(date).expect(visible),
            authorization,
            token: self.token.clone(),
        }
    }

    fn day(&self, number: u64) -> Arc<Day> {
        // A panic elsewhere cannot leave a day half made, so that a poisoned lock is as good as any.
        let mut kept = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some(day) if day.number == number => Arc::clone(day),
            _ => Arc::clone(kept.insert(Arc::new(Day::new(number, &self.region, &self.credentials)))),
        }
    }
}

impl std::fmt::Debug for Signer {
    /// Leaves the secrets out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("region", &self.region)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

impl Day {
    fn new(number: u64, region: &str, credentials: &Credentials) -> Self {
        let seconds = number * SECONDS_A_DAY;
        let date: String = Moment::from_secs(seconds).to_string()[..10].split('-').collect();
        let time = UNIX_EPOCH + Duration::from_secs(seconds);
        let key = generate_signing_key(&credentials.secret_access_key, time, region, "dynamodb");
        Self {
            number,
            scope: format!("{date}/{region}/dynamodb/aws4_request"),
            date,
            signing_key: key.as_ref().to_vec(),
        }
    }
}

/// Credentials are copied by hand, so that white space around them is a common mistake, and one that the service only
/// answers with a wrong signature.
fn check(what: &str, text: &str) -> Result<(), String> {
    match text.bytes().find(|byte| !byte.is_ascii_graphic()) {
        None => Ok(()),
        Some(byte) => Err(format!(
            "the {what} holds a character that none has (byte {byte:#04x}); was it copied with white space around it?"
        )),
    }
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

#[cfg(test)]
mod tests;

//! AWS Signature Version 4 for DynamoDB's requests.
//!
//! It is six HMACs over SHA-256, four of which make a key that holds for a day. A request has always the same few
//! headers, so that what stands before its target is hashed once a second, and its body, its target and the signature
//! are all that is left. The tests hold this against AWS's own crate, `aws-sigv4`.
//!
//! A signer knows nothing of actions: DynamoDB Streams has a host and targets of its own, but is the same service to
//! signatures.
//!
//! See [Create a signed request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, Mac as _};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use super::CONTENT_TYPE;
use crate::credentials::Credentials;
use crate::moment::Moment;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The service's name in signatures.
const SERVICE: &str = "dynamodb";
const SECONDS_A_DAY: u64 = 86_400;
const VISIBLE: &str = "all its parts are visible ASCII";

/// Signs requests to one host in one region, with one set of credentials.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    token: Option<HeaderValue>,
    /// The canonical request up to the date, from the date to the target, and from the target to the body's hash.
    canonical: [String; 3],
    signed_headers: &'static str,
    kept: Mutex<Option<Arc<Second>>>,
}

/// What holds for one day.
struct Day {
    /// In days since the Unix epoch.
    number: u64,
    /// As in `20261122`.
    date: String,
    /// As in `20261122/eu-west-1/dynamodb/aws4_request`.
    scope: String,
    /// The `authorization` header up to the signature.
    authorization: Vec<u8>,
    /// With the signing key.
    mac: Hmac<Sha256>,
}

/// What holds for one second.
struct Second {
    /// In seconds since the Unix epoch.
    number: u64,
    day: Arc<Day>,
    /// `x-amz-date`, as in `20261122T151000Z`.
    date: HeaderValue,
    /// Has read the canonical request up to the target.
    canonical: Sha256,
    /// Has read what is signed up to the canonical request's hash.
    mac: Hmac<Sha256>,
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
            kept: Mutex::new(None),
        })
    }

    /// Signs a request to `target` (`DynamoDB_20120810.GetItem`), sent at `now`.
    pub(super) fn sign(&self, target: &HeaderValue, body: &[u8], now: Moment) -> Signature {
        let second = self.second(now.as_secs());
        let mut canonical = second.canonical.clone();
        canonical.update(target.as_bytes());
        canonical.update(&self.canonical[2]);
        canonical.update(hexadecimal(&Sha256::digest(body).into()));
        let mut mac = second.mac.clone();
        mac.update(&hexadecimal(&canonical.finalize().into()));
        let signature = hexadecimal(&mac.finalize().into_bytes().into());

        let before = &second.day.authorization;
        let mut authorization = Vec::with_capacity(before.len() + signature.len());
        authorization.extend_from_slice(before);
        authorization.extend_from_slice(&signature);
        let mut authorization = HeaderValue::try_from(authorization).expect(VISIBLE);
        authorization.set_sensitive(true);
        Signature { date: second.date.clone(), authorization, token: self.token.clone() }
    }

    fn second(&self, number: u64) -> Arc<Second> {
        // A panic elsewhere cannot leave a second half made, so that a poisoned lock is as good as any.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(second) = &*kept
            && second.number == number
        {
            return Arc::clone(second);
        }
        let day = number / SECONDS_A_DAY;
        let day = match &*kept {
            Some(second) if second.day.number == day => Arc::clone(&second.day),
            _ => Arc::new(self.new_day(day)),
        };
        Arc::clone(kept.insert(Arc::new(self.new_second(number, day))))
    }

    fn new_day(&self, number: u64) -> Day {
        let date: String = Moment::from_secs(number * SECONDS_A_DAY).to_string()[..10].split('-').collect();
        let Credentials { access_key_id, secret_access_key, .. } = &self.credentials;
        let scope = format!("{date}/{}/{SERVICE}/aws4_request", self.region);
        let key = [date.as_str(), &self.region, SERVICE, "aws4_request"]
            .into_iter()
            .fold(format!("AWS4{secret_access_key}").into_bytes(), |key, part| {
                keyed(&key).chain_update(part).finalize().into_bytes().to_vec()
            });
        let authorization = format!(
            "{ALGORITHM} Credential={access_key_id}/{scope}, SignedHeaders={}, Signature=",
            self.signed_headers
        );
        Day { number, date, scope, authorization: authorization.into_bytes(), mac: keyed(&key) }
    }

    fn new_second(&self, number: u64, day: Arc<Day>) -> Second {
        let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
        let date = format!("{}T{hour:02}{minute:02}{second:02}Z", day.date);
        let [before_date, before_target, _] = &self.canonical;
        let canonical =
            Sha256::new().chain_update(before_date).chain_update(&date).chain_update(before_target);
        let mac = day.mac.clone().chain_update(format!("{ALGORITHM}\n{date}\n{}\n", day.scope));
        Second { number, day, date: HeaderValue::try_from(date).expect(VISIBLE), canonical, mac }
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

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("an HMAC takes keys of any length")
}

fn hexadecimal(bytes: &[u8; 32]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = [0; 64];
    for (two, byte) in out.chunks_exact_mut(2).zip(bytes) {
        two.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    out
}

#[cfg(test)]
mod tests;

//! Whether a request is signed (AWS Signature Version 4) by who may call.
//!
//! A server without credentials only looks whether there is a signature at all, since a client that forgets it is refused
//! by the service too. With credentials, the whole of it is checked, with the service's own words for what is wrong.
//! Signatures in the query string, which no SDK makes for DynamoDB, are none with credentials.
//!
//! See [Create a signed request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

mod authorization;
mod canonical;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dynochemy_core::{Credentials, Moment};
use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use sha2::Sha256;

use authorization::Authorization;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The service's name in signatures.
const SERVICE: &str = "dynamodb";
/// The end of a signature's scope.
const TERMINATOR: &str = "aws4_request";
/// How far a client's clock may be off.
const SKEW: Duration = Duration::from_secs(15 * 60);

const WRONG: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
    Access Key and signing method. Consult the service documentation for details.";

/// Why a request is refused: nothing in it helps to guess a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignatureFault {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl SignatureFault {
    fn missing() -> Self {
        Self::new("MissingAuthenticationTokenException", "Request is missing Authentication Token")
    }

    fn incomplete(message: impl Into<String>) -> Self {
        Self::new("IncompleteSignatureException", message)
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidSignatureException", message)
    }

    fn twofold() -> Self {
        Self::invalid(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        )
    }

    fn unknown() -> Self {
        Self::new("UnrecognizedClientException", "The security token included in the request is invalid.")
    }

    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// That there is a signature, whoever's, and only one.
pub(super) fn presented(parts: &Parts) -> Result<(), SignatureFault> {
    match (is_signed(&parts.headers), is_in_query(parts)) {
        (true, true) => Err(SignatureFault::twofold()),
        (false, false) => Err(SignatureFault::missing()),
        _ => Ok(()),
    }
}

fn is_in_query(parts: &Parts) -> bool {
    parts.uri.query().is_some_and(|query| query.contains("X-Amz-Algorithm="))
}

fn is_signed(headers: &HeaderMap) -> bool {
    headers.get(AUTHORIZATION).is_some_and(|value| value.as_bytes().trim_ascii().starts_with(b"AWS4-"))
}

/// Checks signatures that were made with one set of credentials.
pub(super) struct Verifier {
    credentials: Credentials,
    /// The signing key that was used last, and of which day and region: few clients are in several.
    kept: Mutex<Option<(String, Hmac<Sha256>)>>,
}

impl Verifier {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, kept: Mutex::default() }
    }

    /// Checks a request with the body that came in, before it is decompressed.
    pub(super) fn check(&self, parts: &Parts, body: &[u8], now: Moment) -> Result<(), SignatureFault> {
        if !is_signed(&parts.headers) {
            return Err(SignatureFault::missing());
        }
        if is_in_query(parts) {
            return Err(SignatureFault::twofold());
        }
        let authorization = Authorization::read(&parts.headers)?;
        if authorization.access_key_id != self.credentials.access_key_id {
            return Err(SignatureFault::unknown());
        }
        authorization.check_scope()?;
        check_time(authorization.time, now)?;
        let canonical = canonical::digest(parts, &authorization, body)?;
        let Authorization { date, region, time, .. } = authorization;
        let text = format!("{ALGORITHM}\n{time}\n{date}/{region}/{SERVICE}/{TERMINATOR}\n{canonical}");
        // Compares in constant time.
        let signed = self.signing_key(date, region).chain_update(text).verify_slice(&authorization.signature);
        signed.map_err(|_| SignatureFault::invalid(WRONG))
    }

    fn signing_key(&self, date: &str, region: &str) -> Hmac<Sha256> {
        let scope = format!("{date}/{region}");
        // The key is put in whole, so that a poisoned lock is as good as any.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((kept, key)) = &*kept
            && *kept == scope
        {
            return key.clone();
        }
        let secret = format!("AWS4{}", self.credentials.secret_access_key).into_bytes();
        let key = [date, region, SERVICE, TERMINATOR]
            .into_iter()
            .fold(secret, |key, part| keyed(&key).chain_update(part).finalize().into_bytes().to_vec());
        kept.insert((scope, keyed(&key))).1.clone()
    }
}

impl std::fmt::Debug for Verifier {
    /// Leaves the secrets out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("an HMAC takes keys of any length")
}

/// That a request was signed lately: a time is `20261122T151000Z`, so that earlier ones are less as texts too.
fn check_time(signed: &str, now: Moment) -> Result<(), SignatureFault> {
    let earliest = basic(Moment::from_nanos(now.as_nanos().saturating_sub(SKEW.as_nanos() as u64)));
    let latest = basic(now + SKEW);
    let now = basic(now);
    if *signed < *earliest {
        let message = format!("Signature expired: {signed} is now earlier than {earliest} ({now} - 15 min.)");
        return Err(SignatureFault::invalid(message));
    }
    if *signed > *latest {
        let message =
            format!("Signature not yet current: {signed} is still later than {latest} ({now} + 15 min.)");
        return Err(SignatureFault::invalid(message));
    }
    Ok(())
}

/// A moment as in ISO 8601's basic format.
fn basic(moment: Moment) -> String {
    let mut text: String =
        moment.to_string().split('.').next().unwrap_or_default().replace(['-', ':', 'Z'], "");
    text.push('Z');
    text
}

#[cfg(test)]
mod tests;

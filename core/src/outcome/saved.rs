//! Outcomes as they are saved: with the number of their format, and a digest that tells whether anyone has changed them, as
//! plans are (`solvent/saved.rs`). A fate that was changed by hand might send what was applied before.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Outcome, Report};
use crate::fingerprint::digest;
use crate::moment::Moment;
use crate::solvent::{Format, Solvent, check_saved};

#[derive(Serialize, Deserialize)]
#[serde(rename = "Outcome")]
struct Saved<'a> {
    #[serde(default)]
    format: Option<Format>,
    #[serde(default)]
    digest: Option<u64>,
    #[serde(default)]
    outcome: Option<Plain<'a>>,
}

/// The outcome itself.
struct Plain<'a>(Cow<'a, Outcome>);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Outcome")]
struct Form {
    plan: Solvent,
    report: Report,
    ended: Moment,
    failed: u32,
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digest = digest_of(self).ok_or_else(|| S::Error::custom("the outcome cannot be saved"))?;
        let outcome = Some(Plain(Cow::Borrowed(self)));
        Saved { format: Some(Format::CURRENT), digest: Some(digest), outcome }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { format, digest, outcome } = Saved::deserialize(deserializer)?;
        let outcome = outcome.map(|Plain(outcome)| outcome.into_owned());
        check_saved("outcome", "Outcome", format, digest, outcome, digest_of).map_err(D::Error::custom)
    }
}

fn digest_of(outcome: &Outcome) -> Option<u64> {
    digest::digest(|digest| Form::serialize(outcome, digest))
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Form::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Plain<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Form::deserialize(deserializer).map(|outcome| Self(Cow::Owned(outcome)))
    }
}

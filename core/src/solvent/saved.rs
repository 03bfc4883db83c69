//! Plans as they are saved: with the number of their format, and a digest that tells whether anyone has changed them.
//!
//! A plan that was changed by hand might send what was sent before under other tokens, or take one item for another, so it
//! is refused as it is read, before anything is sent. The digest is no protection against those who want to deceive.

use std::borrow::Cow;
use std::time::Duration;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Entry, Identity, Origin, Priority, Solvent};
use crate::fingerprint::digest;
use crate::many::Many;
use crate::table::Tables;

/// The format of the plans that are saved. Any change to what a plan holds of its operations makes another one.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename = "Solvent")]
struct Saved<'a> {
    // First, so that the plans of later versions are told before anything in them that is not known here.
    #[serde(default)]
    format: Option<Format>,
    #[serde(default)]
    digest: Option<u64>,
    #[serde(default)]
    plan: Option<Plain<'a>>,
}

/// The number of a format.
pub(crate) struct Format(u32);

impl Format {
    /// The one in which is saved.
    pub(crate) const CURRENT: Self = Self(FORMAT);
}

/// What was saved, where it is whole and nobody has changed it; else what is wrong with it.
pub(crate) fn check_saved<T>(
    what: &str,
    type_name: &str,
    format: Option<Format>,
    digest: Option<u64>,
    saved: Option<T>,
    digest_of: impl FnOnce(&T) -> Option<u64>,
) -> Result<T, String> {
    let article = if what == "outcome" { "an" } else { "a" };
    let missing = match (&format, digest, &saved) {
        (None, ..) => Some("has no `format`".to_owned()),
        (Some(Format(format)), ..) if *format != FORMAT => Some(format!("has the unknown format {format}")),
        (_, None, _) => Some("has no `digest`".to_owned()),
        (.., None) => Some(format!("has no `{what}`")),
        _ => None,
    };
    match (missing, saved) {
        (None, Some(saved)) if digest_of(&saved) == digest => Ok(saved),
        (None, _) => Err(format!(
            "the {what} was changed after it was saved, so its parts may not fit together; make a new one"
        )),
        (Some(missing), _) => Err(format!(
            "this is not {article} {what} that this library has saved: it {missing}; save the `{type_name}` itself by serde, \
             and read it as one"
        )),
    }
}

/// The plan itself.
struct Plain<'a>(Cow<'a, Solvent>);

/// What is saved of a plan.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Solvent")]
struct Form {
    tables: Tables,
    entries: Many<Entry>,
    deadline: Option<Duration>,
    #[serde(default)]
    barriers: Vec<u32>,
    #[serde(default)]
    priority: Priority,
    #[serde(default)]
    announces: bool,
    #[serde(skip, default = "Origin::outside")]
    origin: Origin,
    #[serde(skip)]
    identity: Identity,
}

impl Serialize for Solvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digest = digest_of(self).ok_or_else(|| S::Error::custom("the plan cannot be saved"))?;
        let plan = Some(Plain(Cow::Borrowed(self)));
        Saved { format: Some(Format::CURRENT), digest: Some(digest), plan }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Solvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { format, digest, plan } = Saved::deserialize(deserializer)?;
        let plan = plan.map(|Plain(plan)| plan.into_owned());
        check_saved("plan", "Solvent", format, digest, plan, digest_of).map_err(D::Error::custom)
    }
}

fn digest_of(plan: &Solvent) -> Option<u64> {
    digest::digest(|digest| Form::serialize(plan, digest))
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            newer if newer > FORMAT => Err(D::Error::custom(format!(
                "it was saved by a later version of the library: it has format {newer}, and this one knows formats \
                 up to {FORMAT}"
            ))),
            format => Ok(Self(format)),
        }
    }
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Form::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Plain<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Form::deserialize(deserializer).map(|plan| Self(Cow::Owned(plan)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ListTablesInput, PutItemInput};
    use crate::operation::Task;
    use crate::request::Request;

    #[test]
    fn a_plan_from_outside_cannot_smuggle_items_past_the_views() {
        let mut plan = Solvent::new();
        let _ = plan.add(ListTablesInput::default());
        let put = PutItemInput { table_name: "prefix-visits".to_owned(), ..PutItemInput::default() };
        plan.entries[0].task = Ok(Task::Call { request: Box::new(Request::from(put)) });
        // With a digest that fits, as one who wants to deceive would make it.
        let text = serde_json::to_string(&plan).unwrap();
        let read: Solvent = serde_json::from_str(&text).unwrap();
        let error = read.check().unwrap_err().to_string();
        assert!(error.contains("have operations of their own"), "{error}");
    }

    #[test]
    fn barriers_from_outside_stand_in_their_order_and_within_the_plan() {
        let mut plan: Solvent =
            [ListTablesInput::default(), ListTablesInput::default()].into_iter().collect();
        plan.barriers = vec![1, 2];
        assert_eq!(plan.check(), Ok(()));
        for barriers in [vec![2, 1], vec![3]] {
            plan.barriers = barriers;
            let error = plan.check().unwrap_err().to_string();
            assert!(error.contains("barriers stand in no order"), "{error}");
        }
    }
}

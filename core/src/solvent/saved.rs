//! Plans as they are saved: with the number of their format, and a digest that tells whether anyone has changed them.
//!
//! A plan that was changed by hand might send what was sent before under other tokens, or take one item for another, so it
//! is refused as it is read, before anything is sent. The digest is no protection against those who want to deceive.

use std::borrow::Cow;
use std::time::Duration;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Entry, Origin, Priority, Solvent};
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
    format: Format,
    #[serde(default)]
    digest: u64,
    #[serde(default)]
    plan: Option<Plain<'a>>,
}

#[derive(Default)]
struct Format(u32);

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
}

impl Serialize for Solvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digest = digest_of(self).ok_or_else(|| S::Error::custom("the plan cannot be saved"))?;
        let plan = Some(Plain(Cow::Borrowed(self)));
        Saved { format: Format(FORMAT), digest, plan }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Solvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { format, digest, plan } = Saved::deserialize(deserializer)?;
        let Some(Plain(plan)) = plan.filter(|_| format.0 == FORMAT) else {
            return Err(D::Error::custom(
                "this is not a plan that this library has saved: it has no `format`",
            ));
        };
        if digest_of(&plan) != Some(digest) {
            return Err(D::Error::custom(
                "the plan was changed after it was saved, so its parts may not fit together; make a new one",
            ));
        }
        Ok(plan.into_owned())
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
                "the plan was saved by a later version of the library: it has format {newer}, and this one knows formats \
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

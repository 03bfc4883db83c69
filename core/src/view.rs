//! Views: tables that are calculated from others and kept in step with them.
//!
//! A [`View`] says what one item of its source contributes to items of its target; the library does the rest. A write
//! to the source then reads the old item, and goes with the changes of every view in one transaction. This is the
//! form for one writer at a time: concurrent writers are detected by the source item's version (`dy_v`) and the write
//! is planned anew.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::expression::DocumentPath;
use crate::item::Item;
use crate::key::Key;
use crate::number::Number;
use crate::path::{Addend, Path, number};
use crate::table::{AcceptsKey, Description, Table};
use crate::value::AttributeValue;
use crate::wire::{self, ENTITY_ATTRIBUTE, WireError};

/// A table calculated from another one.
///
/// # What to know before using one
///
/// - Every writer of the source has to go through this library with the view registered: what another program writes is
///   not counted, and not noticed. Start with an empty source; items that were there before count from their next write
///   on. Counting them, verifying and repairing are to come.
/// - This form is made for one writer at a time. A second one is noticed by the item's version, and the write planned
///   anew, but many of them on the same items cost retries.
/// - Source items carry an attribute of the library's, `dy_v`; typed reads leave it out.
/// - Targets hold sums, from the first contribution on, also of 0. An item whose contributions have all been taken back
///   stays, with zeros; and targets are written
///   by their view alone.
/// - A write takes one consistent read and one transaction (which costs twice the write units) with the changes of all
///   views of the table; writes of one plan share transactions as far as they fit.
/// - Deleting the source's table leaves the target as it is: delete both.
/// - Every item of the source has to decode as `Source`, also after an update: a write after which one does not is
///   refused before it is sent.
///
/// ```
/// use dynochemy_core::{Changes, Table, View};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "visits", views("visits-per-user"))]
/// struct Visit {
///     #[table(hash_key)]
///     user: String,
///     #[table(range_key)]
///     time: u64,
/// }
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "visits_per_user")]
/// struct UserCount {
///     #[table(hash_key)]
///     user: String,
///     count: u64,
/// }
///
/// struct VisitsPerUser;
///
/// impl View for VisitsPerUser {
///     const ID: &'static str = "visits-per-user";
///     type Source = Visit;
///     type Target = UserCount;
///     fn add(&self, visit: &Visit, changes: &mut Changes<UserCount>) {
///         changes.add(&visit.user, UserCount::COUNT, 1);
///     }
/// }
/// ```
pub trait View: Send + Sync + 'static {
    /// Names the view for good; the source table declares it.
    const ID: &'static str;
    /// Goes up when the calculation changes.
    const VERSION: u32 = 1;
    /// The table that the view is calculated from.
    type Source: Table + DeserializeOwned;
    /// The table that holds the view.
    type Target: Table;

    /// What one item of the source contributes. It must depend on the item alone: when the item is replaced or deleted,
    /// the same contribution is taken back. It is called while the `Db` holds a lock, so it must not use the `Db`.
    fn add(&self, item: &Self::Source, changes: &mut Changes<Self::Target>);
}

/// What an item contributes to a view's target.
#[derive(Debug)]
pub struct Changes<T> {
    changes: BTreeMap<Key, BTreeMap<Cow<'static, str>, Number>>,
    problem: Option<WireError>,
    of: PhantomData<fn() -> T>,
}

/// Amounts to add to numbers, by item and attribute.
pub(crate) type TargetChanges = BTreeMap<Key, BTreeMap<Cow<'static, str>, Sum>>;

/// What is to be added to a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sum {
    pub(crate) amount: Number,
    /// Whether it was added to before, so that there is such an attribute, also where it is 0.
    pub(crate) is_there: bool,
}

impl<T: Table> Changes<T> {
    fn new() -> Self {
        Self { changes: BTreeMap::new(), problem: None, of: PhantomData }
    }

    /// Adds to a number of the target's item with this key, which is created where it does not exist, and so is the number:
    /// adding 0 makes it 0.
    pub fn add<Q, V>(&mut self, key: Q, path: Path<T, V>, amount: impl Addend<V>)
    where
        T::Keys: AcceptsKey<Q>,
    {
        let outcome = T::key(key).and_then(|key| {
            let DocumentPath { attribute, steps } = path.document_path();
            if !steps.is_empty() {
                return Err(WireError::new("a view adds to attributes at the top level").within(&attribute));
            }
            let amount = number(amount.addend()?).map_err(|error| error.within(&attribute))?;
            let sum = self.changes.entry(key).or_default().entry(attribute).or_default();
            *sum = sum.checked_add(amount.unwrap_or_default())?;
            Ok(())
        });
        if let Err(error) = outcome {
            self.problem.get_or_insert(error);
        }
    }
}

/// A view without its types: what a `Db` holds of it.
pub(crate) trait ErasedView: Send + Sync {
    fn id(&self) -> &'static str;
    fn source(&self) -> &'static Description;
    fn target(&self) -> &'static Description;
    /// Whether the target's keys are made from templates.
    fn target_is_made(&self) -> bool;
    /// Adds to `changes` what must be added to the target when `old` is replaced by `new`.
    fn change(
        &self,
        old: Option<&Item>,
        new: Option<&Item>,
        changes: &mut TargetChanges,
    ) -> Result<(), WireError>;
}

impl<V: View> ErasedView for V {
    fn id(&self) -> &'static str {
        V::ID
    }

    fn target_is_made(&self) -> bool {
        V::Target::ENTITY.name.is_some() || !V::Target::ENTITY.templates.is_empty()
    }

    fn source(&self) -> &'static Description {
        V::Source::DESCRIPTION
    }

    fn target(&self) -> &'static Description {
        V::Target::DESCRIPTION
    }

    fn change(
        &self,
        old: Option<&Item>,
        new: Option<&Item>,
        changes: &mut TargetChanges,
    ) -> Result<(), WireError> {
        for (item, negate) in [(old, true), (new, false)] {
            let Some(item) = item else { continue };
            // Items of other types in the same table are none of the view's.
            if let Some(entity) = V::Source::ENTITY.name
                && item.attribute(ENTITY_ATTRIBUTE)? != Some(AttributeValue::from(entity))
            {
                continue;
            }
            let mut contribution = Changes::new();
            self.add(&wire::decode(item)?, &mut contribution);
            if let Some(problem) = contribution.problem {
                return Err(problem);
            }
            for (key, amounts) in contribution.changes {
                let sums = changes.entry(key).or_default();
                for (attribute, amount) in amounts {
                    let sum = sums.entry(attribute).or_default();
                    sum.amount = sum.amount.checked_add(if negate { -amount } else { amount })?;
                    sum.is_there |= negate;
                }
            }
        }
        Ok(())
    }
}

//! The parts of a transaction: what becomes of a source item, and what its views add to their targets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::VERSION_ATTRIBUTE;
use super::standing::{Standing, next_attempt, standing};
use crate::api::{
    ReturnValuesOnConditionCheckFailure, TransactDelete, TransactPut, TransactUpdate, TransactWriteItem,
};
use crate::error::{CallError, Error, Rejection};
use crate::expression::{Condition, DocumentPath, UpdateAction, UpdateExpression};
use crate::item::Item;
use crate::key::Key;
use crate::machine::{Context, Effect};
use crate::moment::Moment;
use crate::number::Number;
use crate::operation::{MAX_ITEM_SIZE, Returns, Settled, Task, WriteOptions};
use crate::run::is_alive;
use crate::solvent::{Planned, PlannedOn};
use crate::value::{AttributeValue, Attributes, attributes_size};
use crate::view::{Sum, TargetChanges};
use crate::wire::WireError;

/// One source item's part of a transaction.
pub(super) struct SourceWrite {
    pub(super) action: TransactWriteItem,
    pub(super) planned: Planned,
    pub(super) version: String,
    /// Since when it may have been sent under its token.
    pub(super) sent: Moment,
    /// The old item, where it was counted.
    pub(super) counted: Option<Item>,
    pub(super) new: Option<Item>,
    pub(super) bytes: usize,
    /// What the operation ends with once it is applied.
    pub(super) settled: Settled,
}

/// What to do for an operation.
pub(super) enum Plan {
    Write(Box<SourceWrite>),
    /// Nothing: it has ended.
    End(Settled),
    /// Nothing: whether it was applied will never be known.
    GiveUp(CallError),
}

/// What to do with the source item of one operation.
pub(super) fn source_write(
    member: u32,
    old: Option<&Item>,
    token_used: Option<&CallError>,
    context: &mut Context<'_>,
) -> Result<Plan, Error> {
    let task = context.task(member);
    let returns = task.options().map(|options| options.returns).unwrap_or_default();
    let invalid = |problem| Error::Invalid { subject: task.subject(context.tables), problem };
    let entry = context.entry(member);
    let write = entry.write.as_ref().expect("a write that views follow is named when its run starts");
    let old_version =
        match old.map(|old| old.attribute(VERSION_ATTRIBUTE)).transpose().map_err(invalid)?.flatten() {
            Some(AttributeValue::S(version)) => Some(version),
            _ => None,
        };
    let standing = standing(member, old_version.as_deref(), token_used, context);
    match standing {
        Standing::Applied if returns == Returns::Nothing => return Ok(Plan::End(Settled::Done)),
        Standing::Applied => {
            let problem = WireError::new("an earlier attempt has applied it, and its answer is lost");
            return Err(Error::Unreadable { subject: task.subject(context.tables), problem });
        }
        Standing::Unknown(error) => return Ok(Plan::GiveUp(error)),
        Standing::NotApplied => context.effects.push(Effect::NotApplied(member)),
        Standing::Open => {}
    }
    if let Some(options) = task.options() {
        check_condition(member, options, old, context)?;
    }
    let on = match (old, &old_version) {
        (None, _) => PlannedOn::Absent,
        (Some(_), Some(version)) => PlannedOn::Version(version.clone()),
        (Some(_), None) => PlannedOn::Other,
    };
    let planned = next_attempt(write.planned.as_ref(), on, &standing, token_used.is_some());
    let sent = match (&standing, entry.sent) {
        (Standing::Open, Some(sent)) if is_alive(sent, context.now) => sent,
        _ => context.now,
    };
    let version = write.id.attempt(planned.attempt);
    let new = match task {
        Task::Put { item, size, .. } => {
            let version = AttributeValue::S(version.clone());
            let (item, grown) = item.with_attributes(&[(VERSION_ATTRIBUTE, &version)]).map_err(invalid)?;
            check_size((*size as usize).saturating_add_signed(grown)).map_err(invalid)?;
            Some(item)
        }
        Task::Update { key, update, .. } => {
            let mut attributes =
                old.map_or_else(|| Ok(key.attributes()), Item::attributes).map_err(invalid)?;
            update.apply(&mut attributes).map_err(|error| invalid(WireError::new(error.to_string())))?;
            attributes.insert(VERSION_ATTRIBUTE.to_owned(), AttributeValue::S(version.clone()));
            check_size(attributes_size(&attributes)).map_err(invalid)?;
            Some(Item::from_attributes(&attributes))
        }
        _ if old.is_none() && returns == Returns::Nothing => return Ok(Plan::End(Settled::Done)),
        _ if old.is_none() && entry.ambiguous && matches!(standing, Standing::Open) => {
            let problem =
                "an earlier run of the plan may have deleted the item, and its answer is lost".to_owned();
            let error = CallError::Unknown { rejection: None, problem };
            return Err(Error::Call { subject: task.subject(context.tables), error });
        }
        _ if old.is_none() => return Ok(Plan::End(Settled::Item(None))),
        _ => None,
    };
    let settled = settled(task, returns, old, new.as_ref()).map_err(invalid)?;
    let table_name = context.table_name(context.table_id(member));
    let hash = context.table(context.table_id(member)).keys.hash.name.clone();
    let condition_expression = Some(match (old, &old_version) {
        (None, _) => Condition::not_exists(hash),
        (Some(_), Some(version)) => Condition::equal(VERSION_ATTRIBUTE, AttributeValue::S(version.clone())),
        (Some(_), None) => {
            Condition::And(vec![Condition::exists(hash), Condition::not_exists(VERSION_ATTRIBUTE)])
        }
    });
    let bytes = new.as_ref().map_or(0, |item| item.as_bytes().len());
    let action = match (&new, task.key()) {
        (Some(item), _) => TransactWriteItem::Put(TransactPut {
            table_name,
            item: item.clone(),
            condition_expression,
            ..TransactPut::default()
        }),
        (None, Some(key)) => TransactWriteItem::Delete(TransactDelete {
            table_name,
            key: key.clone(),
            condition_expression,
            ..TransactDelete::default()
        }),
        (None, None) => return Ok(Plan::End(settled)),
    };
    let counted = old.filter(|_| old_version.is_some()).cloned();
    Ok(Plan::Write(Box::new(SourceWrite { action, planned, version, sent, counted, new, bytes, settled })))
}

/// Checks the operation's own condition on the item that it was planned on; the transaction holds on to that item.
fn check_condition(
    member: u32,
    options: &WriteOptions,
    old: Option<&Item>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let Some(condition) = &options.condition else { return Ok(()) };
    let subject = || context.task(member).subject(context.tables);
    let attributes = old.map_or_else(|| Ok(Attributes::new()), Item::attributes);
    let attributes = attributes.map_err(|problem| Error::Invalid { subject: subject(), problem })?;
    if condition.matches(&attributes) {
        return Ok(());
    }
    let mut rejection = Rejection::new("ConditionalCheckFailedException", "The conditional request failed");
    if options.on_failure == ReturnValuesOnConditionCheckFailure::AllOld {
        rejection.item = old.cloned();
    }
    Err(Error::Call { subject: subject(), error: CallError::Refused(Box::new(rejection)) })
}

/// What the operation answers.
fn settled(
    task: &Task,
    returns: Returns,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<Settled, WireError> {
    let named = |item: Option<&Item>| -> Result<Option<Item>, WireError> {
        let (Task::Update { update, .. }, Some(item)) = (task, item) else { return Ok(None) };
        let named = update.named(&item.attributes()?);
        Ok((!named.is_empty()).then(|| Item::from_attributes(&named)))
    };
    Ok(match returns {
        Returns::Nothing => Settled::Done,
        Returns::Old => Settled::Item(old.cloned()),
        Returns::New => Settled::Item(new.cloned()),
        Returns::UpdatedOld => Settled::Item(named(old)?),
        Returns::UpdatedNew => Settled::Item(named(new)?),
    })
}

fn check_size(size: usize) -> Result<(), WireError> {
    if size <= MAX_ITEM_SIZE {
        return Ok(());
    }
    Err(WireError::new(format!(
        "the item takes {size} bytes with its version, where at most {MAX_ITEM_SIZE} (400 KB) are allowed"
    )))
}

/// Adds to the sums of each view what it makes of one write.
pub(super) fn add_changes(
    member: u32,
    write: &SourceWrite,
    changes: &mut Vec<TargetChanges>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let source = &context.table(context.table_id(member)).name;
    for (index, view) in context.client.views_of(source).enumerate() {
        if changes.len() == index {
            changes.push(TargetChanges::new());
        }
        view.change(write.counted.as_ref(), write.new.as_ref(), &mut changes[index])
            .map_err(|problem| view_error(member, view.id(), problem.to_string(), context))?;
    }
    Ok(())
}

pub(super) fn view_error(member: u32, view: &str, problem: String, context: &Context<'_>) -> Error {
    Error::View { subject: context.task(member).subject(context.tables), view: view.to_owned(), problem }
}

/// Adds sums to one item of a target; `None` where that changes nothing.
pub(super) fn target_update(
    table_name: &str,
    key: Key,
    sums: BTreeMap<Cow<'static, str>, Sum>,
) -> Option<TransactWriteItem> {
    let actions: Vec<UpdateAction> = sums
        .into_iter()
        .filter(|(_, sum)| sum.amount != Number::ZERO || !sum.is_there)
        .map(|(name, sum)| UpdateAction::Add(DocumentPath::attribute(name), AttributeValue::N(sum.amount)))
        .collect();
    (!actions.is_empty()).then(|| {
        TransactWriteItem::Update(TransactUpdate {
            table_name: table_name.to_owned(),
            key,
            update_expression: UpdateExpression { actions },
            ..TransactUpdate::default()
        })
    })
}

//! Writes to a table together with the changes of the views that follow it, for one writer at a time.
//!
//! ```text
//! Read --GetItem/BatchGetItem--> Reading --all old items known--> Plan --TransactWriteItems--> Writing --> Done
//!  ^                              |    ^                                                         |
//!  |                              +----+ unprocessed keys, after a while                         |
//!  +------------------------- an item changed since it was read: all is planned anew ------------+
//! ```
//!
//! The transaction holds the source items, each on condition that its version (`dy_v`) is still the one that was read,
//! and the sums of what the views add to each target. It goes under a token, so that it is sent again after a lost
//! answer without being applied twice. An old item without a version was never counted, so nothing is taken back for
//! it. A transaction that is rejected for one member is taken apart, so that only the culprit fails. What is made of a write
//! that may have been applied is in [`standing`].

mod standing;
mod writes;

use std::collections::BTreeMap;

use super::{Context, Effect, Next};
use crate::api::{
    BatchGetItemInput, GetItemInput, KeysAndAttributes, ReturnConsumedCapacity, TransactWriteItem,
    TransactWriteItemsInput,
};
use crate::error::{CallError, Rejection, mismatched_answer};
use crate::item::{Item, Items};
use crate::key::Key;
use crate::moment::Moment;
use crate::operation::Settled;
use crate::request::{Request, Response};
use crate::solvent::Planned;
use crate::view::TargetChanges;
use crate::wire::WireError;

use standing::{is_lost, is_uncertain};
use writes::{Plan, add_changes, source_write, target_update, view_error};

/// The attribute of source items that names the write that made them.
pub(crate) const VERSION_ATTRIBUTE: &str = "dy_v";
/// The most bytes of items in one transaction: 4 MB with some room for keys and conditions.
const MAX_TRANSACTION_BYTES: usize = 4 * 1024 * 1024 - 256 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ViewWrite {
    members: Vec<u32>,
    state: State,
    /// The old items that were read so far.
    old: BTreeMap<u32, Option<Item>>,
    /// What the planned writes end with once they are applied.
    answers: Vec<Settled>,
    /// How often the items were read again in vain.
    tries: u32,
    /// What the service said where another transaction had gone under the token.
    token_used: Option<CallError>,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Read { not_before: Option<Moment> },
    Reading,
    Plan,
    Writing,
    Done,
}

impl ViewWrite {
    pub(crate) fn new(members: Vec<u32>) -> Self {
        Self {
            members,
            state: State::Read { not_before: None },
            old: BTreeMap::new(),
            answers: Vec::new(),
            tries: 0,
            token_used: None,
        }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.members
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        match self.state {
            State::Read { not_before: Some(until) } if context.now < until => Next::Wait(Some(until)),
            State::Read { .. } => {
                // What was read for another transaction is as good: if it has changed since, the version tells.
                // Not where it is to tell whether an attempt was applied.
                for member in
                    self.members.iter().filter(|member| self.tries == 0 && !is_lost(**member, context))
                {
                    if let Some(old) = context.slots.old(*member) {
                        self.old.insert(*member, old.clone());
                    }
                }
                if self.old.len() == self.members.len() {
                    self.state = State::Plan;
                    return self.next(context);
                }
                self.state = State::Reading;
                Next::send(0, self.read_request(context))
            }
            State::Reading | State::Writing => Next::Wait(None),
            State::Plan => match self.plan(context) {
                Some(transaction) => {
                    self.state = State::Writing;
                    Next::send(0, Request::TransactWriteItems(transaction))
                }
                None => {
                    self.state = State::Done;
                    Next::Done
                }
            },
            State::Done => Next::Done,
        }
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        match (&self.state, answer) {
            (State::Reading, Ok(Response::GetItem(answer))) if self.members.len() == 1 => {
                let task = context.task(self.members[0]);
                let key = answer
                    .item
                    .as_ref()
                    .map(|item| context.table(context.table_id(self.members[0])).keys.extract(item));
                match key.transpose() {
                    Ok(key) if key.is_none() || key.as_ref() == task.key() => {
                        self.old.insert(self.members[0], answer.item);
                        self.state = State::Plan;
                    }
                    Ok(_) => self.fail_all(&unreadable(&WireError::new("it has another key")), context),
                    Err(problem) => self.fail_all(&unreadable(&problem), context),
                }
            }
            (State::Reading, Ok(Response::BatchGetItem(answer))) => {
                let Some(table) = self.members.first().map(|first| context.table_id(*first)) else {
                    return;
                };
                let name = context.table_name(table);
                let mut found: BTreeMap<Key, Item> = BTreeMap::new();
                for item in answer.responses.get(&name).into_iter().flat_map(Items::iter) {
                    match context.table(table).keys.extract(&item) {
                        Ok(key) => drop(found.insert(key, item)),
                        Err(problem) => return self.fail_all(&unreadable(&problem), context),
                    }
                }
                let known = self.old.len();
                let unprocessed = answer.unprocessed_keys.get(&name).map_or(&[][..], |keys| &keys.keys);
                for member in &self.members {
                    let Some(key) = context.task(*member).key() else { continue };
                    if !self.old.contains_key(member) && !unprocessed.contains(key) {
                        self.old.insert(*member, found.remove(key));
                    }
                }
                if self.old.len() == self.members.len() {
                    self.state = State::Plan;
                } else {
                    // A service that gives some each time is busy, and no reason to give up.
                    if self.old.len() > known {
                        self.tries = 0;
                    }
                    self.read_again(None, context);
                }
            }
            (State::Writing, Ok(Response::TransactWriteItems(_))) => {
                for (member, settled) in self.members.iter().zip(std::mem::take(&mut self.answers)) {
                    context.settle(*member, settled);
                }
                self.state = State::Done;
            }
            (State::Writing, Err(CallError::Refused(rejection))) => self.refused(*rejection, context),
            // Reading is rejected as a whole for a member whose key is not one of the table's.
            (State::Reading, Err(CallError::Refused(rejection)))
                if self.members.len() > 1 && rejection.may_be_one_members() =>
            {
                self.take_apart(context)
            }
            // The write itself was not sent.
            (State::Reading, Err(CallError::Unknown { problem, .. })) => {
                let problem = format!("its old item could not be read: {problem}");
                self.fail_all(&CallError::NotSent { problem }, context);
            }
            (_, Err(error)) => self.fail_all(&error, context),
            (_, Ok(answer)) => self.fail_all(&mismatched_answer(answer.action()), context),
        }
    }

    /// The transaction was not applied: because an item has changed, or because of something that will not pass.
    fn refused(&mut self, rejection: Rejection, context: &mut Context<'_>) {
        let failed = |code: &str| rejection.cancellation_reasons.iter().any(|reason| reason.code == code);
        let lost_race = failed("ConditionalCheckFailed") && !failed("ValidationError");
        let token_used = rejection.code == "IdempotentParameterMismatchException";
        if token_used {
            // Which writes were in that transaction is not known, unless it was this run's own and did not come about.
            let uncertain = self.members.iter().filter(|member| is_uncertain(**member, context));
            let begun: Vec<Effect> = uncertain.map(|member| Effect::Begun(*member)).collect();
            context.effects.extend(begun);
            let problem =
                "another attempt to write it, of an earlier run perhaps, has gone under its token".to_owned();
            let error = CallError::Refused(Box::new(rejection));
            let rejection = error.rejection().cloned().map(Box::new);
            self.token_used = Some(CallError::Unknown { rejection, problem });
            self.old.clear();
            self.read_again(Some(error), context);
        } else if lost_race {
            self.old.clear();
            self.read_again(Some(CallError::Refused(Box::new(rejection))), context);
        } else if self.members.len() > 1 && rejection.may_be_one_members() {
            self.take_apart(context);
        } else {
            let rejection = self.with_tables(rejection, context);
            self.fail_all(&CallError::Refused(Box::new(rejection)), context);
        }
    }

    /// Adds to a refusal which tables the transaction writes to, since the service does not tell whom it means.
    fn with_tables(&self, mut rejection: Rejection, context: &Context<'_>) -> Rejection {
        let Some(first) = self.members.first() else { return rejection };
        let source = context.table_id(*first);
        let views = context.client.views_of(&context.table(source).name);
        let targets = views.map(|view| {
            format!(
                " and, for view `{}`, to `{}`",
                view.id(),
                context.client.names.physical(&view.target().name)
            )
        });
        let targets: String = targets.collect();
        rejection.message += &format!(" (the write goes to `{}`{targets})", context.table_name(source));
        rejection
    }

    /// Reads what is not known after a while, unless that was in vain too often.
    fn read_again(&mut self, because: Option<CallError>, context: &mut Context<'_>) {
        self.tries += 1;
        if self.tries >= context.client.settings.attempts {
            let error = because.unwrap_or_else(|| {
                CallError::Refused(Box::new(Rejection::new(
                    "UnprocessedKeys",
                    "the old items could not be read",
                )))
            });
            return self.fail_all(&error, context);
        }
        self.state = State::Read { not_before: Some(context.backoff(self.tries)) };
    }

    fn take_apart(&mut self, context: &mut Context<'_>) {
        context.take_apart(&std::mem::take(&mut self.members));
        self.state = State::Done;
    }

    fn fail_all(&mut self, error: &CallError, context: &mut Context<'_>) {
        context.fail_calls(&std::mem::take(&mut self.members), error);
        self.state = State::Done;
    }

    /// A consistent read of the old items that are not known yet.
    fn read_request(&self, context: &Context<'_>) -> Request {
        let return_consumed_capacity = ReturnConsumedCapacity::Total;
        let table_name = context.table_name(context.table_id(self.members[0]));
        let missing = self.members.iter().filter(|member| !self.old.contains_key(member));
        let mut keys: Vec<Key> = missing.filter_map(|member| context.task(*member).key().cloned()).collect();
        if let Some(key) = keys.pop_if(|_| self.members.len() == 1) {
            return Request::GetItem(GetItemInput {
                table_name,
                key,
                consistent_read: true,
                return_consumed_capacity,
                ..GetItemInput::default()
            });
        }
        let keys = KeysAndAttributes { keys, consistent_read: true, ..KeysAndAttributes::default() };
        Request::BatchGetItem(BatchGetItemInput {
            request_items: [(table_name, keys)].into(),
            return_consumed_capacity,
        })
    }

    /// Plans the transaction of as many members as fit; the others leave the machine. `None` where none is left.
    fn plan(&mut self, context: &mut Context<'_>) -> Option<TransactWriteItemsInput> {
        self.answers.clear();
        let mut planned: Vec<u32> = Vec::new();
        let mut sources: Vec<TransactWriteItem> = Vec::new();
        let mut changes: Vec<TargetChanges> = Vec::new();
        let mut bytes = 0;
        let mut token: Option<String> = None;
        // The token under which all of them went before.
        let mut shared: Option<String> = None;
        let token_used = self.token_used.take();
        for member in std::mem::take(&mut self.members) {
            let old = self.old.remove(&member).flatten();
            let write = match source_write(member, old.as_ref(), token_used.as_ref(), context) {
                Ok(Plan::Write(write)) => *write,
                // Nothing to write: there is nothing to delete, or an earlier run has written it.
                Ok(Plan::End(settled)) => {
                    context.settle(member, settled);
                    continue;
                }
                Ok(Plan::GiveUp(error)) => {
                    context.fail_call(member, error);
                    context.effects.push(Effect::GivenUp(member));
                    continue;
                }
                Err(error) => {
                    context.fail(member, error);
                    continue;
                }
            };
            if planned.is_empty() {
                shared.clone_from(&write.planned.token);
            } else if write.planned.token != shared {
                context.effects.push(Effect::Again(member, old));
                continue;
            }
            let mut with = changes.clone();
            if let Err(error) = add_changes(member, &write, &mut with, context) {
                context.fail(member, error);
                continue;
            }
            let targets = with.iter().map(TargetChanges::len).sum::<usize>();
            let actions = sources.len() + 1 + targets;
            if actions > context.client.settings.transaction_actions
                || bytes + write.bytes > MAX_TRANSACTION_BYTES
            {
                if planned.is_empty() {
                    let problem = format!(
                        "the write touches {actions} items with its views, where a transaction has at most {}",
                        context.client.settings.transaction_actions
                    );
                    let source = &context.table(context.table_id(member)).name;
                    let view = context.client.views_of(source).next().map_or("", |view| view.id());
                    let error = view_error(member, view, problem, context);
                    context.fail(member, error);
                } else {
                    context.effects.push(Effect::Again(member, old));
                }
                continue;
            }
            changes = with;
            bytes += write.bytes;
            let token = token.get_or_insert_with(|| shared.clone().unwrap_or(write.version));
            let attempt = Planned { token: Some(token.clone()), ..write.planned };
            context.effects.push(Effect::Planned(member, Box::new(attempt), write.sent));
            sources.push(write.action);
            planned.push(member);
            self.answers.push(write.settled);
        }
        self.members = planned;
        let first = *self.members.first()?;
        let source = &context.table(context.table_id(first)).name;
        let mut transact_items = sources;
        for (view, changes) in context.client.views_of(source).zip(changes) {
            let table_name = context.client.names.physical(&view.target().name);
            transact_items
                .extend(changes.into_iter().filter_map(|(key, sums)| target_update(&table_name, key, sums)));
        }
        Some(TransactWriteItemsInput {
            transact_items,
            client_request_token: token,
            return_consumed_capacity: context.cost_of_write(context.table_id(first)),
            ..TransactWriteItemsInput::default()
        })
    }
}

fn unreadable(problem: &WireError) -> CallError {
    CallError::NotSent { problem: format!("its old item cannot be read: {problem}") }
}

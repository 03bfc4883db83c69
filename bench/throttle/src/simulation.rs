//! Clients of one backend, whose calls take time there and back: events in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::api::WriteRequest;
use dynochemy_core::{Action, CallError, Moment, Request, Response};
use dynochemy_sql::{Backend, SqlBackend};

use crate::load::START;
use crate::random::Random;

/// What takes its turn in a simulation.
pub trait Client {
    /// Does what there is to do now; the calls to be sent, by its own numbers for them.
    fn act(&mut self, now: Moment) -> Vec<(u64, Arc<Request>)>;
    /// Takes the answer of a call; `act` follows.
    fn answered(&mut self, call: u64, answer: Result<Response, CallError>, now: Moment);
    /// When to act again, where no answer comes before; none where it has ended or waits for an answer only.
    fn next(&self) -> Option<Moment>;
    fn is_done(&self) -> bool;
}

/// What is to happen to the backend while clients go on.
pub type Change = (Duration, Box<dyn Fn(&SqlBackend, Moment)>);

/// What was seen of one client.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Calls that write.
    pub requests: u64,
    /// Those with an error or an unprocessed item.
    pub refused: u64,
    pub items: u64,
    pub items_refused: u64,
    /// When the last answer came that something was written.
    pub last: Duration,
    /// Thousandths of units that were written, at every answer.
    units: Vec<(Duration, u64)>,
}

impl Seen {
    /// Units that were written between two times.
    pub fn units(&self, from: Duration, to: Duration) -> f64 {
        let within = self.units.iter().filter(|(at, _)| *at >= from && *at <= to);
        within.map(|(_, units)| *units as f64).sum::<f64>() / 1000.0
    }
}

enum Event {
    Act,
    Arrive(u64, Arc<Request>),
    Answer(u64, Arc<Request>, Box<Result<Response, CallError>>),
    Change(usize),
}

struct At {
    time: Moment,
    number: u64,
    client: usize,
    event: Event,
}

impl PartialEq for At {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for At {}

impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for At {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}

pub struct Simulation {
    pub backend: SqlBackend,
    pub clients: Vec<(Duration, Box<dyn Client>)>,
    pub changes: Vec<Change>,
    pub random: Random,
    /// Whether DescribeTable is answered.
    pub describes: bool,
}

impl Simulation {
    /// Runs until all clients have ended; what was seen of each. `watched` is told of every write that was applied.
    pub fn run(mut self, mut watched: impl FnMut(&WriteRequest, Duration)) -> Vec<Seen> {
        let mut seen = vec![Seen::default(); self.clients.len()];
        let mut events = Events::default();
        // When each client acts by itself next; an event of another time is out of date.
        let mut wakes: Vec<Option<Moment>> = vec![None; self.clients.len()];
        for (client, (start, _)) in self.clients.iter().enumerate() {
            events.push(START + *start, client, Event::Act);
            wakes[client] = Some(START + *start);
        }
        for (index, (at, _)) in self.changes.iter().enumerate() {
            events.push(START + *at, 0, Event::Change(index));
        }
        while let Some(At { time: now, client, event, .. }) = events.pop() {
            match event {
                Event::Change(index) => {
                    (self.changes[index].1)(&self.backend, now);
                    continue;
                }
                Event::Arrive(call, request) => {
                    let answer = if !self.describes && request.action() == Action::DescribeTable {
                        Err(CallError::NotSent { problem: "not allowed here".to_owned() })
                    } else {
                        self.backend.answer(&request, now)
                    };
                    let back = now + Duration::from_nanos(self.random.latency() / 2);
                    events.push(back, client, Event::Answer(call, request, Box::new(answer)));
                    continue;
                }
                Event::Answer(call, request, answer) => {
                    seen[client].look(&request, &answer, now.since(START), &mut watched);
                    self.clients[client].1.answered(call, *answer, now);
                }
                Event::Act if wakes[client] != Some(now) => continue,
                Event::Act => wakes[client] = None,
            }
            let actor = &mut self.clients[client].1;
            if actor.is_done() {
                continue;
            }
            for (call, request) in actor.act(now) {
                let there = now + Duration::from_nanos(self.random.latency() / 2);
                events.push(there, client, Event::Arrive(call, request));
            }
            let next = actor.next().map(|next| next.max(now));
            if let Some(next) = next.filter(|next| wakes[client] != Some(*next)) {
                events.push(next, client, Event::Act);
            }
            wakes[client] = next;
        }
        assert!(self.clients.iter().all(|(_, client)| client.is_done()), "every client ends");
        seen
    }
}

#[derive(Default)]
struct Events {
    heap: BinaryHeap<Reverse<At>>,
    pushed: u64,
}

impl Events {
    fn push(&mut self, time: Moment, client: usize, event: Event) {
        self.pushed += 1;
        self.heap.push(Reverse(At { time, number: self.pushed, client, event }));
    }

    fn pop(&mut self) -> Option<At> {
        self.heap.pop().map(|Reverse(at)| at)
    }
}

impl Seen {
    fn look(
        &mut self,
        request: &Request,
        answer: &Result<Response, CallError>,
        at: Duration,
        watched: &mut impl FnMut(&WriteRequest, Duration),
    ) {
        let lone;
        let writes: Vec<&WriteRequest> = match request {
            Request::BatchWriteItem(batch) => batch.request_items.values().flatten().collect(),
            Request::PutItem(put) => {
                lone = WriteRequest::PutRequest { item: put.item.clone() };
                vec![&lone]
            }
            _ => return,
        };
        self.requests += 1;
        self.items += writes.len() as u64;
        let Ok(response) = answer else {
            self.refused += 1;
            self.items_refused += writes.len() as u64;
            return;
        };
        let left: Vec<&WriteRequest> = match response {
            Response::BatchWriteItem(answer) => answer.unprocessed_items.values().flatten().collect(),
            _ => Vec::new(),
        };
        self.refused += u64::from(!left.is_empty());
        self.items_refused += left.len() as u64;
        for write in writes {
            if !left.contains(&write) {
                watched(write, at);
            }
        }
        // Of a table with indexes, what the table itself took.
        let on_table = response
            .consumed_capacity()
            .iter()
            .map(|consumed| consumed.table.map_or(consumed.capacity_units, |table| table.capacity_units));
        self.units.push((at, (on_table.sum::<f64>() * 1000.0) as u64));
        self.last = at;
    }
}

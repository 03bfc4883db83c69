//! Two servers under the same load: `bench-http OURS DYNOXIDE [ACTION]`, the programs' paths.
//!
//! 64 connections, each with a thread that sends its next call when the last one is answered, to one server at a time, in
//! turns. What counts is the server's CPU time, user's and system's, as the kernel tells it of all its threads; the
//! client's is nobody's concern here, and is kept small: requests are written before they are sent, answers hardly read.

mod load;
mod process;

use std::env;

use load::{Action, Client};
use process::{Process, Program};

/// The goal for the CPU time of a call, beside dynoxide's.
const GOAL: f64 = 0.5;
/// In one measurement, by all connections.
const CALLS: u64 = 19_200;

fn main() {
    let mut arguments = env::args().skip(1);
    let (Some(ours), Some(theirs)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: bench-http OURS DYNOXIDE [get | put]");
        std::process::exit(2);
    };
    let wanted = arguments.next();
    let rounds = env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(9);
    let programs = [Program::new(ours), Program::new(theirs)];
    let actions: Vec<Action> = Action::ALL
        .into_iter()
        .filter(|action| wanted.as_ref().is_none_or(|wanted| wanted == action.name()))
        .collect();
    idle(&programs, rounds);
    busy(&programs, &actions, rounds);
}

/// What it takes until the first answer, and in memory, before anything is stored.
fn idle(programs: &[Program; 2], rounds: usize) {
    let (mut times, mut sizes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..rounds {
        for (side, program) in programs.iter().enumerate() {
            let process = Process::start(program);
            times[side].push(process.started_after.as_secs_f64() * 1e3);
            sizes[side].push(process.resident() as f64 / 1e6);
        }
    }
    let ([our_time, their_time], [our_size, their_size]) = (times.map(median), sizes.map(median));
    println!("       start to first answer: ours {our_time:.1} ms, dynoxide {their_time:.1} ms (goal 20)");
    println!("       memory when idle: ours {our_size:.1} MB, dynoxide {their_size:.1} MB (goal 10)");
}

fn busy(programs: &[Program; 2], actions: &[Action], rounds: usize) {
    let servers = programs.each_ref().map(Process::start);
    let clients = servers.each_ref().map(|server| Client::connect(server.address()));
    for client in &clients {
        client.prepare();
    }
    for action in actions {
        let mut figures: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
        let mut rates: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
        for round in 0..=rounds {
            for side in 0..2 {
                let (server, client) = (&servers[side], &clients[side]);
                let before = server.cpu();
                let elapsed = client.run(*action, CALLS, round as u64);
                // The first round warms up.
                if round > 0 {
                    figures[side].push((server.cpu() - before).as_secs_f64() * 1e6 / CALLS as f64);
                    rates[side].push(CALLS as f64 / elapsed.as_secs_f64());
                }
            }
        }
        // The median of the rounds' ratios, since what else the machine does hits both sides of one round alike.
        let ratio = median(figures[0].iter().zip(&figures[1]).map(|(ours, theirs)| ours / theirs).collect());
        let [ours, theirs] = figures.map(median);
        let [our_rate, their_rate] = rates.map(median);
        let missed = if ratio <= GOAL { "" } else { "   (missed)" };
        let name = action.name();
        println!(
            "       {name}: ours {ours:.1} us of CPU and {our_rate:.0} calls a second, dynoxide {theirs:.1} us and \
             {their_rate:.0}{missed}"
        );
        println!("ratio server-{name}-cpu {ratio:.3} goal {GOAL}");
    }
    let sizes = servers.each_ref().map(|server| server.resident() as f64 / 1e6);
    println!("       memory after it: ours {:.1} MB, dynoxide {:.1} MB", sizes[0], sizes[1]);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

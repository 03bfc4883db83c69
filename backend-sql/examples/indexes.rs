//! Secondary indexes: a global one with several attributes in its key, a sparse one, a local one, a projection into a
//! smaller struct.
//!
//! `cargo run -p dynochemy-sql --example indexes`

use dynochemy_sql::{Db, Error, Projection, Solvent, Table};
use serde::{Deserialize, Serialize};

/// A match of a tournament.
#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(
    name = "matches",
    global_index(name = "by_round", hash("tournament", "region"), range("round", "score")),
    global_index(name = "disputed", hash = "disputed_by", projection(keys_only)),
    local_index(name = "by_score", range = "score", projection(include("region")))
)]
struct Match {
    #[table(hash_key)]
    player: String,
    #[table(range_key)]
    id: u64,
    tournament: String,
    region: String,
    round: String,
    score: u32,
    /// Few matches have it, and only they are in the index.
    disputed_by: Option<String>,
}

/// What the local index holds.
#[derive(Debug, PartialEq, Projection, Deserialize)]
#[table(of = "Match")]
struct Score {
    id: u64,
    score: u32,
    region: String,
}

/// What an index of keys holds.
#[derive(Debug, PartialEq, Projection, Deserialize)]
#[table(of = "Match")]
struct MatchKey {
    player: String,
    id: u64,
}

fn main() -> Result<(), Error> {
    let db = Db::builder().build()?;
    db.run(Match::create())?;

    let mut solvent = Solvent::new();
    for id in 0..40u64 {
        let disputed = id % 20 == 7;
        let played = Match {
            player: format!("player-{}", id % 4),
            id,
            tournament: "winter".to_owned(),
            region: if id % 2 == 0 { "eu" } else { "us" }.to_owned(),
            round: if id < 20 { "semifinal" } else { "final" }.to_owned(),
            score: 100 - id as u32,
            disputed_by: disputed.then(|| "referee".to_owned()),
        };
        solvent.add(played.put());
    }
    db.run(solvent)?;

    // All attributes of the hash key, then those of the range key from the left.
    let best = Match::BY_ROUND.query(("winter", "eu")).eq("final").ge(70).reverse();
    for played in db.run(best)? {
        println!("{:>3}  {} ({})", played.score, played.player, played.id);
    }
    assert_eq!(db.run(Match::BY_ROUND.query(("winter", "eu")).eq("final").count())?, 10);

    // A sparse index is a short list of what needs attention.
    let disputed = db.run(Match::DISPUTED.scan().project::<MatchKey>())?;
    assert_eq!(disputed.len(), 2);

    // A local index can be read consistently.
    let highest = Match::BY_SCORE.query("player-1").reverse().consistent().project::<Score>().first();
    assert_eq!(db.run(highest)?, Some(Score { id: 1, score: 99, region: "us".to_owned() }));
    Ok(())
}

//! Transactions, and what is sent again after a lost answer.

use super::*;

#[test]
fn a_transaction_that_would_go_past_a_view_is_refused() {
    let error = refusal(TransactWrite::new().with(Visit::delete(("u", 1))).with(Note::delete("n")));
    assert!(
        error.contains("visits-per-user") && error.contains("cannot be part of a transaction"),
        "{error}"
    );
    let error = refusal(TransactWrite::new().with(UserCount::delete("u")));
    assert!(error.contains("calculated"), "{error}");
}

#[test]
fn a_cancelled_transaction_tells_which_actions_were_the_causes() {
    let mut service = Service::default();
    run(&mut service, note("a", 1).put()).0.unwrap();
    let transaction = TransactWrite::new()
        .with(Note::check("n", Note::COUNT.eq(1)))
        .with(Note::update("m").add(Note::COUNT, 1).if_exists());
    let error = run(&mut service, transaction).0.unwrap_err();
    let [cause] = error.cancellations() else { panic!("{error}") };
    assert_eq!((cause.action, cause.reason.code.as_str()), (1, "ConditionalCheckFailed"));
    assert!(error.is_condition_failed() && error.effect() == Effect::NotApplied);
    assert_eq!(
        error.to_string(),
        "transaction on table `notes` was cancelled; nothing was applied; action 1, update on table `notes` (id = \
         \"m\"): ConditionalCheckFailed"
    );
    let transfer = TransactWrite::new()
        .with(Note::update("n").subtract(Note::COUNT, 1))
        .with(Note { id: "m".to_owned(), text: "b".to_owned(), count: 1 }.put().if_not_exists());
    assert_eq!(run(&mut service, transfer), (Ok(()), 1));
    assert_eq!(service.all::<Note>().iter().map(|note| note.count).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn what_cannot_be_applied_twice_is_sent_again_after_a_lost_answer_and_the_rest_is_not() {
    /// The first answer is lost after the service has done its part.
    fn lossy<P: Plan>(service: &mut Service, plan: P) -> (Result<P::Output, Error>, usize) {
        let mut now = START;
        let (mut run, finish) = client(|_| {}).start(plan, now).unwrap();
        let mut lost = false;
        let requests = drive_with(&mut run, &mut now, |request| {
            let answer = service.answer(request);
            if std::mem::replace(&mut lost, true) {
                return answer;
            }
            Err(CallError::Unknown { rejection: None, problem: "lost".to_owned() })
        });
        (finish(run.finish()), requests.len())
    }
    let mut service = Service::default();
    assert_eq!(lossy(&mut service, note("a", 1).put().return_new()), (Ok(note("a", 1)), 2));
    let count = TransactWrite::new().with(Note::update("n").add(Note::COUNT, 1));
    assert_eq!(lossy(&mut service, count), (Ok(()), 2));
    assert_eq!(service.all::<Note>()[0].count, 2, "once");
    assert_eq!(lossy(&mut service, Note::check("n", Note::COUNT.eq(2))), (Ok(()), 2));
    let unknown = |(result, requests): (Result<(), Error>, usize)| {
        assert_eq!((result.unwrap_err().effect(), requests), (Effect::Unknown, 1));
    };
    unknown(lossy(&mut service, note("b", 2).put().if_exists()));
    unknown(lossy(&mut service, Note::delete("m").condition(Note::COUNT.exists().not())));
    let (old, requests) = lossy(&mut service, note("c", 3).put().return_old());
    assert_eq!((old.unwrap_err().effect(), requests), (Effect::Unknown, 1));
    let (new, requests) = lossy(&mut service, Note::update("n").set(Note::TEXT, "d").return_new());
    assert_eq!((new.unwrap_err().effect(), requests), (Effect::Unknown, 1));
}

#[test]
fn transactions_that_the_service_would_refuse_are_not_sent() {
    assert!(refusal(TransactWrite::new()).contains("1 to 100 actions, not 0"));
    let twice = TransactWrite::new().with(Note::delete("n")).with(Note::check("n", Note::COUNT.exists()));
    assert!(refusal(twice).contains("an earlier one is on"));
    assert!(refusal(TransactWrite::new().with(Note::delete("n")).token("x".repeat(37))).contains("36"));
    assert!(refusal(TransactGet::new(Vec::<operation::Get<Note>>::new())).contains("not 0"));
}

#[test]
fn operations_keep_their_order_around_a_transaction_on_their_items() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    let _ = plan.add(note("a", 1).put());
    let _ =
        plan.add(TransactWrite::new().with(Note::update("n").add(Note::COUNT, 1)).with(Note::delete("m")));
    let seen = plan.add(Note::get("n"));
    let _ = plan.add(Note::update("m").add(Note::COUNT, 3));
    let (outcome, _) = run(&mut service, plan);
    assert_eq!(outcome.unwrap().take(seen), Ok(Some(note("a", 2))));
    assert_eq!(service.items.len(), 2);
}

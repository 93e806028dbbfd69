//! The writer: bounded in front, patient behind, and nothing lost between.

use crate::world::{Moody, beside, kept, row, until};
use sluice_config::StoreSpec;
use sluice_store::Writer;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use tokio::task::JoinHandle;

async fn start(capacity: usize) -> (std::sync::Arc<Moody>, Writer, JoinHandle<()>) {
    let ledger = Moody::over(&StoreSpec::Memory).await;
    let (writer, task) = Writer::start(ledger.clone(), capacity);
    (ledger, writer, beside(task))
}

async fn ended(task: JoinHandle<()>) {
    tokio::time::timeout(Duration::from_secs(10), task).await.unwrap().unwrap();
}

#[tokio::test]
async fn rows_are_written_in_batches() {
    let (ledger, writer, task) = start(2000).await;
    for number in 0..1200 {
        writer.permit().unwrap().send(row(number));
    }
    until(|| writer.counts().written == 1200).await;
    let counts = writer.counts();
    assert_eq!((counts.sent, counts.depth(), counts.failures), (1200, 0, 0));
    assert!(counts.batches <= 4, "{counts:?}");
    assert_eq!(kept(&*ledger).await, 1200);
    drop(writer);
    ended(task).await;
}

#[tokio::test]
async fn a_full_queue_gives_no_permit_and_a_dropped_one_gives_its_place_back() {
    let (_ledger, writer, _task) = start(2).await;
    let first = writer.permit().unwrap();
    let second = writer.permit().unwrap();
    assert!(writer.permit().is_none());
    drop(second);
    let second = writer.permit().unwrap();
    assert!(writer.permit().is_none());
    first.send(row(1));
    second.send(row(2));
    until(|| writer.counts().written == 2).await;
    assert!(writer.permit().is_some());
}

#[tokio::test]
async fn a_failing_ledger_is_tried_again_until_it_recovers() {
    let (ledger, writer, task) = start(3).await;
    ledger.fails.store(true, SeqCst);
    writer.permit().unwrap().send(row(1));
    until(|| writer.counts().failures >= 2).await;
    let mut waiting = 0;
    while let Some(permit) = writer.permit() {
        waiting += 1;
        permit.send(row(waiting + 1));
    }
    assert_eq!(waiting, 3, "what is in hand has left the queue, what comes after waits in it");
    let counts = writer.counts();
    assert_eq!((counts.written, counts.depth()), (0, 4));

    ledger.fails.store(false, SeqCst);
    until(|| writer.counts().written == 4).await;
    assert_eq!(kept(&*ledger).await, 4);
    assert!(writer.permit().is_some());
    drop(writer);
    ended(task).await;
}

#[tokio::test]
async fn closing_waits_for_every_permit_and_writes_everything() {
    let (ledger, writer, task) = start(600).await;
    let late = writer.permit().unwrap();
    for number in 0..550 {
        writer.permit().unwrap().send(row(number));
    }
    writer.close();
    until(|| writer.counts().written == 550).await;
    assert!(writer.permit().is_none(), "a closed writer gives no permit");
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(!task.is_finished(), "a call is still to be settled");
    late.send(row("late"));
    ended(task).await;
    assert_eq!(kept(&*ledger).await, 551);
}

#[tokio::test]
async fn closing_an_idle_writer_ends_it_at_once() {
    let (_ledger, writer, task) = start(1).await;
    writer.close();
    ended(task).await;
    assert!(writer.permit().is_none());
}

#[tokio::test]
async fn closing_flushes_through_a_ledger_that_fails_for_a_while() {
    let (ledger, writer, task) = start(10).await;
    ledger.fails.store(true, SeqCst);
    writer.permit().unwrap().send(row(1));
    drop(writer);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!task.is_finished());
    ledger.fails.store(false, SeqCst);
    ended(task).await;
    assert_eq!(kept(&*ledger).await, 1);
}

//! A simulator over writer and log: one seed decides who asks for what, with which idempotency keys, what goes wrong at
//! which call of the database, when the process dies, how the clock jumps. After every batch and every restart: what was
//! acknowledged is there once, receipts verify, and nothing is there that nobody asked for.
//!
//! `DOORSTEP_SCHEDULES=10000 cargo test -p desk simulator` runs so many; `DOORSTEP_SEED=N` runs one of them.

mod asks;
mod book;
mod world;

use crate::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use world::{Origin, Planted, World, lock};

/// So many where nobody says how many.
const SCHEDULES: u64 = 300;
/// Batches of a schedule, and the most commands of a batch.
const BATCHES: usize = 9;
const BATCH: usize = 6;

/// One of so many is verified whole at its end: that takes as long as half of a schedule.
const VERIFIED: u64 = 5;

/// Runs a schedule; panics where a promise is broken.
fn schedule(origin: &Origin, seed: u64, planted: Option<Planted>) -> u64 {
    let mut world = World::new(origin, seed, planted);
    for _ in 0..BATCHES {
        jump(&mut world);
        let mut asks: Vec<_> = (0..1 + world.dice.below(BATCH)).map(|_| world.ask()).collect();
        if world.dice.one_in(4) {
            // A browser that sends the same form twice.
            asks.push(world.dice.pick(&asks));
        }
        let armed = world.dice.one_in(2).then_some(40);
        world.arm(armed);
        let did = world.ask_all(&asks);
        let heard = !world.dice.one_in(8);
        world.account(&asks, &did, heard);
        if !world.is_dead() && world.dice.one_in(3) {
            sweep(&mut world);
        }
        if world.is_dead() || world.dice.one_in(6) {
            restart(&mut world);
        }
        if world.dice.one_in(2) {
            world.ask_again();
        }
        if world.is_dead() {
            restart(&mut world);
        }
    }
    world.arm(None);
    restart(&mut world);
    while !world.book.unanswered.is_empty() && !world.is_dead() {
        world.ask_again();
    }
    sweep(&mut world);
    world.stop();
    world.prove();
    if seed.is_multiple_of(VERIFIED) {
        world.verify();
    }
    world.book.size
}

/// Time goes on: mostly by hours, now and then by weeks, and sometimes the clock is set back.
fn jump(world: &mut World<'_>) {
    let hours = match world.dice.below(10) {
        0 => -30,
        1 => 24 * 40,
        _ => world.dice.below(72) as i64,
    };
    world.clock.set(Moment(world.clock.now().0 + hours * 3_600_000));
}

fn sweep(world: &mut World<'_>) {
    let swept = world.desk().sweep_now();
    world.tell(&format!("sweep: {swept:?}"));
    if matches!(swept, Err(Failure::Closed)) {
        world.wait_for_death();
    }
    world.account_for_sweep();
}

/// The end of the process, and the next one.
fn restart(world: &mut World<'_>) {
    world.stop();
    world.prove();
    let armed = world.dice.one_in(3).then_some(60);
    world.arm(armed);
    world.start();
    world.arm(None);
    world.account(&[], &[], true);
}

/// The first seed whose schedule breaks a promise, with what it said.
fn first_broken(seeds: std::ops::Range<u64>, planted: Option<Planted>) -> Option<u64> {
    let origin = Origin::found();
    let (next, found) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let broken: Mutex<Option<u64>> = Mutex::new(None);
    let workers = 4 * std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while !found.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let run = || schedule(&origin, seed, planted);
                    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
                        found.store(true, Ordering::Relaxed);
                        let mut broken = lock(&broken);
                        *broken = Some(broken.map_or(seed, |other| other.min(seed)));
                    }
                }
            });
        }
    });
    lock(&broken).take()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn whatever_goes_wrong_what_was_acknowledged_is_there_once_and_nothing_else() {
    let seeds = match number("DOORSTEP_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("DOORSTEP_SCHEDULES").unwrap_or(SCHEDULES),
    };
    if let Some(seed) = first_broken(seeds, None) {
        panic!("a promise is broken: DOORSTEP_SEED={seed} cargo test -p desk simulator");
    }
}

#[test]
fn a_seed_decides_everything() {
    let origin = Origin::found();
    for seed in 0..5 {
        assert_eq!(schedule(&origin, seed, None), schedule(&origin, seed, None), "seed {seed}");
    }
}

#[test]
fn an_acknowledgement_before_the_commit_is_found() {
    assert!(first_broken(0..50, Some(Planted::Early)).is_some());
}

#[test]
fn a_row_that_is_not_read_is_found() {
    assert!(first_broken(0..50, Some(Planted::Rows)).is_some());
}

//! Initialiser-like functions: thousands of safepoints in one straight line
//! and hundreds of references that come and go one or two at a time, as in
//! the functions that dominate real sections.

use super::body::Body;
use rand::RngExt;
use std::ops::RangeInclusive;

/// Name of the family.
pub(super) const NAME: &str = "giant";

/// Safepoints of one function.
const SAFEPOINTS: RangeInclusive<usize> = 1500..=4000;
/// Operations between two calls.
const WORK: RangeInclusive<usize> = 1..=4;
/// References that survive the falling phases.
const FLOOR: RangeInclusive<usize> = 80..=160;
/// References at which the rising phases turn.
const PEAK: RangeInclusive<usize> = 300..=700;

/// Emits one giant: the number of live references rises and falls between
/// floor and peak. Which reference dies is chosen evenly, so that after a
/// peak the survivors lie scattered over a long frame.
pub(super) fn emit(body: &mut Body<'_>) {
    let safepoints = body.pick(&SAFEPOINTS);
    let (mut floor, mut peak) = (body.pick(&FLOOR), body.pick(&PEAK));
    let mut rising = true;
    for _ in 0..safepoints {
        if rising && body.live.len() >= peak {
            rising = false;
            floor = body.pick(&FLOOR);
        } else if !rising && body.live.len() <= floor {
            rising = true;
            peak = body.pick(&PEAK);
        }
        let work = body.pick(&WORK);
        body.work(work);
        let more = body.pick(&(1..=2));
        let fewer = body.pick(&(0..=1));
        let (births, deaths) = if rising { (more, fewer) } else { (fewer, more) };
        let mut args = Vec::new();
        for _ in 0..deaths.min(body.live.len()) {
            let victim = body.rng.random_range(0..body.live.len());
            args.push(body.live.swap_remove(victim).value);
        }
        for _ in 1..births {
            let value = body.load_ref();
            body.adopt(value, 0);
        }
        match body.call(&args) {
            Some(value) if births > 0 => body.adopt(value, 0),
            Some(value) => body.store(value),
            None => {}
        }
    }
}

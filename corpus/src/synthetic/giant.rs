//! Initialiser-like functions: thousands of safepoints in one straight line
//! and hundreds of references that come and go one or two at a time, as in
//! the functions that dominate real sections.

use super::body::Body;
use cranelift_codegen::ir::Value;
use rand::RngExt;
use std::ops::RangeInclusive;

/// Name of the family.
pub(super) const NAME: &str = "giant";

/// Safepoints of one function.
const SAFEPOINTS: RangeInclusive<usize> = 1500..=4000;
/// Operations between two calls.
const OPERATIONS: RangeInclusive<usize> = 1..=4;
/// References that survive the falling phases.
const FLOOR: RangeInclusive<usize> = 80..=160;
/// References at which the rising phases turn.
const PEAK: RangeInclusive<usize> = 250..=600;
/// References live at once at the end, when everything is put together.
const FINALE: RangeInclusive<usize> = 1500..=2500;
/// References that come or go at a safepoint of the finale.
const FINALE_STEP: usize = 20;

/// Emits one giant: the number of live references rises and falls between
/// floor and peak, then rises steeply once and falls to none. All references
/// are equally likely to die next. Cranelift assigns slots from the end of the
/// function backwards, so the finale scatters the references of the whole
/// function over a frame several times their size, as in real modules.
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
        step(body, rising);
    }
    finale(body);
}

fn step(body: &mut Body<'_>, rising: bool) {
    let operations = body.pick(&OPERATIONS);
    body.operate(operations);
    let more = body.pick(&(1..=2));
    let fewer = body.pick(&(0..=1));
    let (births, deaths) = if rising { (more, fewer) } else { (fewer, more) };
    let args = victims(body, deaths);
    for _ in 1..births {
        birth(body);
    }
    match body.call(&args) {
        Some(value) if births > 0 => body.adopt(value, 0),
        Some(value) => body.store(value),
        None => {}
    }
}

fn finale(body: &mut Body<'_>) {
    let peak = body.pick(&FINALE);
    while body.live.len() < peak {
        for _ in 0..FINALE_STEP {
            birth(body);
        }
        body.call_helper();
    }
    while !body.live.is_empty() {
        for value in victims(body, FINALE_STEP) {
            body.store(value);
        }
        body.call_helper();
    }
}

fn birth(body: &mut Body<'_>) {
    let value = body.load_ref();
    body.adopt(value, 0);
}

/// Takes up to `count` references, all equally likely, for their last use.
fn victims(body: &mut Body<'_>, count: usize) -> Vec<Value> {
    let mut victims = Vec::new();
    while victims.len() < count && !body.live.is_empty() {
        let victim = body.rng.random_range(0..body.live.len());
        victims.push(body.live.swap_remove(victim).value);
    }
    victims
}

//! The part of WASI that the pinned modules use.

use super::{Host, HostFunction, u32_at};
use wasmtime::{Caller, Error, Memory, Result, Val};

const SUCCESS: i32 = 0;
const BAD_DESCRIPTOR: i32 = 8;
const NO_SUCH_FILE: i32 = 44;
const NOT_SUPPORTED: i32 = 52;

/// Standard input, output and error, and the folder that holds the files.
const FIRST_FILE: u32 = 4;
/// Every byte of what passes for random.
const RANDOM: u8 = 7;
const NANOSECONDS_PER_MS: u64 = 1_000_000;
/// A buffer in a list of buffers: address and length.
const BUFFER: usize = 8;

pub(super) fn function(name: &str) -> Option<HostFunction> {
    Some(match name {
        "fd_write" => |caller, args, results| answer(results, fd_write(caller, args)?),
        "fd_read" => |caller, args, results| answer(results, fd_read(caller, args)?),
        "fd_close" => |_, _, results| answer(results, SUCCESS),
        "path_open" => |caller, args, results| answer(results, path_open(caller, args)?),
        "random_get" => |caller, args, results| {
            let (address, length) = (u32_at(args, 0)?, u32_at(args, 1)?);
            bytes_at(caller, address, length)?.fill(RANDOM);
            answer(results, SUCCESS)
        },
        "clock_time_get" => |caller, args, results| {
            let now = caller.data_mut().now() * NANOSECONDS_PER_MS;
            bytes_at(caller, u32_at(args, 2)?, 8)?.copy_from_slice(&now.to_le_bytes());
            answer(results, SUCCESS)
        },
        "poll_oneoff" => |_, _, results| answer(results, NOT_SUPPORTED),
        "proc_exit" => |_, args, _| {
            let code = u32_at(args, 0)?;
            Err(Error::msg(format!("the module exits with code {code}")))
        },
        _ => return None,
    })
}

fn answer(results: &mut [Val], error: i32) -> Result<()> {
    results[0] = Val::I32(error);
    Ok(())
}

fn fd_write(caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<i32> {
    let mut written = 0;
    for (address, length) in buffers(caller, args)? {
        let bytes = bytes_at(caller, address, length)?.to_vec();
        caller.data_mut().output.extend(bytes);
        written += length;
    }
    put_u32(caller, u32_at(args, 3)?, written)
}

fn fd_read(caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<i32> {
    let file = u32_at(args, 0)?.checked_sub(FIRST_FILE);
    let mut read = 0;
    for (address, length) in buffers(caller, args)? {
        let host = caller.data_mut();
        let open = file.and_then(|file| host.open.get_mut(file as usize));
        let Some((name, position)) = open else {
            return Ok(BAD_DESCRIPTOR);
        };
        let content = host.files.get(name).map_or(&[][..], |text| text.as_bytes());
        let rest = &content[*position..];
        let part = rest[..rest.len().min(length as usize)].to_vec();
        *position += part.len();
        read += part.len() as u32;
        bytes_at(caller, address, part.len() as u32)?.copy_from_slice(&part);
    }
    put_u32(caller, u32_at(args, 3)?, read)
}

fn path_open(caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<i32> {
    let name = bytes_at(caller, u32_at(args, 2)?, u32_at(args, 3)?)?;
    let name = String::from_utf8_lossy(name).into_owned();
    let host = caller.data_mut();
    if !host.files.contains_key(&name) {
        return Ok(NO_SUCH_FILE);
    }
    host.open.push((name, 0));
    let descriptor = FIRST_FILE + (host.open.len() - 1) as u32;
    put_u32(caller, u32_at(args, 8)?, descriptor)
}

/// The buffers that arguments 1 and 2 list.
fn buffers(caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<Vec<(u32, u32)>> {
    let (address, count) = (u32_at(args, 1)?, u32_at(args, 2)?);
    let list = bytes_at(caller, address, count.saturating_mul(BUFFER as u32))?;
    let word = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    let pairs = list.chunks_exact(BUFFER);
    Ok(pairs.map(|b| (word(&b[..4]), word(&b[4..]))).collect())
}

fn put_u32(caller: &mut Caller<'_, Host>, address: u32, value: u32) -> Result<i32> {
    bytes_at(caller, address, 4)?.copy_from_slice(&value.to_le_bytes());
    Ok(SUCCESS)
}

fn bytes_at<'c>(
    caller: &'c mut Caller<'_, Host>,
    address: u32,
    length: u32,
) -> Result<&'c mut [u8]> {
    let memory = caller.get_export("memory").and_then(|e| e.into_memory());
    let memory: Memory = memory.ok_or_else(|| Error::msg("the module exports no memory"))?;
    let (start, length) = (address as usize, length as usize);
    let bytes = memory.data_mut(caller).get_mut(start..start + length);
    bytes.ok_or_else(|| Error::msg("an imported function is given an address outside memory"))
}

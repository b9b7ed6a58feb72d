//! The part of WASI that the pinned modules use.

use super::{Host, HostFunction, u32_at};
use wasmtime::{Caller, Error, Memory, Result, Val};

const SUCCESS: i32 = 0;
const BAD_DESCRIPTOR: i32 = 8;
const NO_SUCH_FILE: i32 = 44;
const NOT_SUPPORTED: i32 = 52;

/// The folder that holds the files; below are standard input, output and error.
const FOLDER: u32 = 3;
const FIRST_FILE: u32 = FOLDER + 1;
/// What the folder is called.
const FOLDER_NAME: &str = "/data";
/// Says of an open file that it is an ordinary one.
const REGULAR_FILE: u8 = 4;
/// Where that and the length are in what is known of a file, and how long all is.
const STAT_KIND: usize = 16;
const STAT_SIZE: usize = 32;
const STAT: u32 = 64;
/// Every byte of what passes for random.
const RANDOM: u8 = 7;
const NANOSECONDS_PER_MS: u64 = 1_000_000;
/// A buffer in a list of buffers: address and length.
const BUFFER: usize = 8;

pub(super) fn function(name: &str) -> Option<HostFunction> {
    Some(match name {
        "fd_write" => |caller, args, results| answer(results, fd_write(caller, args)?),
        "fd_read" => |caller, args, results| answer(results, fd_read(caller, args)?),
        "fd_pread" => |caller, args, results| answer(results, fd_pread(caller, args)?),
        "fd_filestat_get" => |caller, args, results| answer(results, stat(caller, args)?),
        "fd_prestat_get" => |caller, args, results| {
            if u32_at(args, 0)? != FOLDER {
                return answer(results, BAD_DESCRIPTOR);
            }
            let address = u32_at(args, 1)?;
            // A folder, and the length of its name.
            put_u32(caller, address, 0)?;
            answer(
                results,
                put_u32(caller, address + 4, FOLDER_NAME.len() as u32)?,
            )
        },
        "fd_prestat_dir_name" => |caller, args, results| {
            let name = bytes_at(caller, u32_at(args, 1)?, FOLDER_NAME.len() as u32)?;
            name.copy_from_slice(FOLDER_NAME.as_bytes());
            answer(results, SUCCESS)
        },
        "args_sizes_get" => |caller, args, results| {
            let arguments = &caller.data().arguments;
            let bytes: usize = arguments.iter().map(|a| a.len() + 1).sum();
            let count = arguments.len() as u32;
            put_u32(caller, u32_at(args, 0)?, count)?;
            answer(results, put_u32(caller, u32_at(args, 1)?, bytes as u32)?)
        },
        "args_get" => |caller, args, results| answer(results, args_get(caller, args)?),
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
    let Some(file) = file(caller, args)? else {
        return Ok(BAD_DESCRIPTOR);
    };
    let position = caller.data().open[file].1;
    let read = read_at(caller, args, file, position)?;
    caller.data_mut().open[file].1 += read as usize;
    put_u32(caller, u32_at(args, 3)?, read)
}

fn fd_pread(caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<i32> {
    let Some(file) = file(caller, args)? else {
        return Ok(BAD_DESCRIPTOR);
    };
    let position = args[3].i64().unwrap_or_default() as usize;
    let read = read_at(caller, args, file, position)?;
    put_u32(caller, u32_at(args, 4)?, read)
}

/// The open file that argument 0 says.
fn file(caller: &Caller<'_, Host>, args: &[Val]) -> Result<Option<usize>> {
    let file = u32_at(args, 0)?.checked_sub(FIRST_FILE);
    let file = file.map(|file| file as usize);
    Ok(file.filter(|&file| file < caller.data().open.len()))
}

/// Fills the buffers that arguments 1 and 2 list, and gives the bytes read.
fn read_at(
    caller: &mut Caller<'_, Host>,
    args: &[Val],
    file: usize,
    mut position: usize,
) -> Result<u32> {
    let mut read = 0;
    for (address, length) in buffers(caller, args)? {
        let rest = content(caller, file).get(position..).unwrap_or_default();
        let part = rest[..rest.len().min(length as usize)].to_vec();
        position += part.len();
        read += part.len() as u32;
        bytes_at(caller, address, part.len() as u32)?.copy_from_slice(&part);
    }
    Ok(read)
}

fn content<'c>(caller: &'c Caller<'_, Host>, file: usize) -> &'c [u8] {
    let host = caller.data();
    let text = host.files.get(&host.open[file].0);
    text.map_or(&[], |text| text.as_bytes())
}

fn stat(caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<i32> {
    let Some(file) = file(caller, args)? else {
        return Ok(BAD_DESCRIPTOR);
    };
    let size = content(caller, file).len() as u64;
    let stat = bytes_at(caller, u32_at(args, 1)?, STAT)?;
    stat.fill(0);
    stat[STAT_KIND] = REGULAR_FILE;
    stat[STAT_SIZE..STAT_SIZE + 8].copy_from_slice(&size.to_le_bytes());
    Ok(SUCCESS)
}

/// The arguments, each with a zero at its end, and the list of their addresses.
fn args_get(caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<i32> {
    let (mut list, mut address) = (u32_at(args, 0)?, u32_at(args, 1)?);
    for argument in caller.data().arguments.clone() {
        put_u32(caller, list, address)?;
        let bytes = [argument.as_bytes(), b"\0"].concat();
        let length = bytes.len() as u32;
        bytes_at(caller, address, length)?.copy_from_slice(&bytes);
        (list, address) = (list + 4, address + length);
    }
    Ok(SUCCESS)
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

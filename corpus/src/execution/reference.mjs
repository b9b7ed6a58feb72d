// Runs one execution under a JavaScript engine, with the same host functions as the
// lab has under Wasmtime: node --stack-size=16000 reference.mjs MODULE EXECUTION,
// the latter as JSON. Prints the hashes that executions.toml pins.
import fs from "node:fs";
import crypto from "node:crypto";

const [, , path, json] = process.argv;
const execution = JSON.parse(json);
const module = new WebAssembly.Module(fs.readFileSync(path), {
    builtins: ["js-string"],
    importedStringConstants: "'",
});

const output = crypto.createHash("sha256");
const calls = crypto.createHash("sha256");
let memory, half, readings = 0;
const open = [];
const FOLDER = 3;
const FIRST_FILE = FOLDER + 1;
const FOLDER_NAME = Buffer.from("/data");

const now = () => ++readings;
const view = () => new DataView(memory.buffer);
const bytes = (address, length) => new Uint8Array(memory.buffer, address, length);
const put = (address, value) => (view().setUint32(address, value, true), 0);
const buffers = (address, count) =>
    Array.from({ length: count }, (_, i) => [
        view().getUint32(address + 8 * i, true),
        view().getUint32(address + 8 * i + 4, true),
    ]);

function readAt(content, position, list, count) {
    let read = 0;
    for (const [address, length] of buffers(list, count)) {
        const part = content.subarray(position + read, position + read + length);
        bytes(address, part.length).set(part);
        read += part.length;
    }
    return read;
}

const wasi = {
    fd_write(_, list, count, result) {
        let written = 0;
        for (const [address, length] of buffers(list, count)) {
            output.update(bytes(address, length));
            written += length;
        }
        return put(result, written);
    },
    fd_read(descriptor, list, count, result) {
        const file = open[descriptor - FIRST_FILE];
        if (!file) return 8;
        const read = readAt(file.content, file.position, list, count);
        file.position += read;
        return put(result, read);
    },
    fd_pread(descriptor, list, count, position, result) {
        const file = open[descriptor - FIRST_FILE];
        if (!file) return 8;
        return put(result, readAt(file.content, Number(position), list, count));
    },
    fd_filestat_get(descriptor, address) {
        const file = open[descriptor - FIRST_FILE];
        if (!file) return 8;
        bytes(address, 64).fill(0);
        view().setUint8(address + 16, 4);
        view().setBigUint64(address + 32, BigInt(file.content.length), true);
        return 0;
    },
    fd_prestat_get(descriptor, address) {
        if (descriptor !== FOLDER) return 8;
        put(address, 0);
        return put(address + 4, FOLDER_NAME.length);
    },
    fd_prestat_dir_name: (_, address) => (
        bytes(address, FOLDER_NAME.length).set(FOLDER_NAME), 0
    ),
    args_sizes_get(count, length) {
        put(count, execution.arguments.length);
        return put(length, execution.arguments.reduce((sum, a) => sum + a.length + 1, 0));
    },
    args_get(list, address) {
        for (const argument of execution.arguments) {
            put(list, address);
            const text = Buffer.from(argument + "\0");
            bytes(address, text.length).set(text);
            [list, address] = [list + 4, address + text.length];
        }
        return 0;
    },
    fd_close: () => 0,
    path_open(_, __, address, length, ___, ____, _____, ______, result) {
        const name = Buffer.from(bytes(address, length)).toString();
        if (!(name in execution.files)) return 44;
        open.push({ content: Buffer.from(execution.files[name]), position: 0 });
        return put(result, FIRST_FILE + open.length - 1);
    },
    random_get: (address, length) => (bytes(address, length).fill(7), 0),
    clock_time_get: (_, __, result) =>
        (view().setBigUint64(result, BigInt(now()) * 1_000_000n, true), 0),
    poll_oneoff: () => 52,
};

function printUnit(unit) {
    if (unit >= 0xd800 && unit < 0xdc00) {
        half = unit;
        return;
    }
    output.update(half === undefined ? String.fromCharCode(unit) : String.fromCharCode(half, unit));
    half = undefined;
}

const known = {
    wasi_snapshot_preview1: wasi,
    bench: { start() {}, end() {} },
    spectest: { print_char: printUnit },
    __moonbit_time_unstable: {
        instant_now: () => ({ then: now() }),
        instant_elapsed_as_secs_f64: (instant) => (now() - instant.then) / 1000,
    },
    imports: { "performance.now": now, "Math.sin": Math.sin },
};

function note(name, values) {
    calls.update(name);
    for (const value of values) {
        if (typeof value !== "number" && typeof value !== "bigint") continue;
        const eight = Buffer.alloc(8);
        eight.writeDoubleLE(Number(value));
        calls.update(eight);
    }
}

const imports = { WebAssembly };
const [constants] = WebAssembly.Module.customSections(module, "string.consts");
if (constants) imports["string.const"] = JSON.parse(new TextDecoder().decode(constants));
for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function") continue;
    imports[from] ??= {};
    imports[from][name] = (...values) => {
        const implementation = known[from]?.[name];
        if (!implementation) throw new Error(`${from}.${name} is called`);
        note(name, values);
        return implementation(...values);
    };
}

const { exports } = new WebAssembly.Instance(module, imports);
memory = exports.memory;

/** Whether a parameter is an i64 only a call can tell. */
function call(name, values) {
    try {
        return exports[name](...values);
    } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        return exports[name](...values.map(BigInt));
    }
}

for (let i = 0; i < execution.times; i++) {
    for (const { function: name, arguments: values, results } of execution.calls) {
        const result = call(name, values);
        if (results.length > 0 && Number(result) !== results[0]) {
            throw new Error(`${name} gives ${result}`);
        }
    }
}
console.log(JSON.stringify([output.digest("hex"), calls.digest("hex")]));

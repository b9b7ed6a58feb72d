// Runs a module under its own JavaScript and writes down what passes between the two:
// node --stack-size=16000 record_trace.mjs WASM DRIVER INPUT TRACE. DRIVER runs the
// JavaScript, which is made to use the module WASM. Prints the first half of a trace's
// header and leaves its body in TRACE; the program that replays it draws both.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const [, , wasm, driver, input, trace] = process.argv;
const [CALL, RETURN, ENTER, ENTER_OBJECT, LEAVE] = [0, 1, 2, 3, 4];
const [NULL, UNDEFINED, FALSE, TRUE, NUMBER, BIGINT, STRING, OBJECT] = [0, 1, 2, 3, 4, 5, 6, 7];

// Stdout is for the header.
globalThis.console = new console.Console(process.stderr);
// The same trace every time: nothing is random, the clock advances by 1 ms at each
// reading, and no object dies.
Math.random = () => 0.5;
let readings = 0;
globalThis.Date = class extends Date {
    constructor(...values) {
        super(...(values.length > 0 ? values : [++readings]));
    }
    static now() {
        return ++readings;
    }
};
globalThis.WeakRef = class {
    constructor(object) {
        this.deref = () => object;
    }
};
globalThis.FinalizationRegistry = class {
    register() {}
    unregister() {}
};
// A timer is a number, as it is outside Node.js.
const { setTimeout } = globalThis;
globalThis.setTimeout = (...values) => Number(setTimeout(...values));

let body = Buffer.alloc(1 << 20);
let length = 0;

function room(more) {
    if (length + more <= body.length) return;
    const larger = Buffer.alloc(2 * (body.length + more));
    body.copy(larger);
    body = larger;
}

function byte(value) {
    room(1);
    body[length++] = value;
}

function varint(value) {
    for (; value >= 0x80; value = Math.floor(value / 0x80)) byte((value % 0x80) | 0x80);
    byte(value);
}

/** Objects, numbered as they first pass. */
const objects = new Map();

function number(object) {
    if (!objects.has(object)) objects.set(object, objects.size);
    return objects.get(object);
}

function write(value) {
    if (value === null) return byte(NULL);
    switch (typeof value) {
        case "undefined":
            return byte(UNDEFINED);
        case "boolean":
            return byte(value ? TRUE : FALSE);
        case "number":
            byte(NUMBER);
            room(8);
            length = body.writeDoubleLE(value, length);
            return;
        case "bigint":
            byte(BIGINT);
            room(8);
            length = body.writeBigInt64LE(value, length);
            return;
        case "string":
            byte(STRING);
            varint(value.length);
            room(2 * value.length);
            length += body.write(value, length, "utf16le");
            return;
        default:
            byte(OBJECT);
            varint(number(value));
    }
}

function writeAll(values) {
    varint(values.length);
    values.forEach(write);
}

function refuse(what) {
    console.error(`error: ${what}`);
    process.exit(1);
}

/** The module's functions as JavaScript is given them, and back. */
const given = new Map();
const own = new Map();
/** Whether a string function of the module's JavaScript runs. */
let unwritten = false;

const intoWasm = (value) => own.get(value) ?? value;

/** A value that comes from the module. A function is one of it unless it came from
 * JavaScript. */
const outOfWasm = (value) =>
    typeof value === "function" && !objects.has(value) ? give(value) : value;

function give(original, exported) {
    if (given.has(original)) return given.get(original);
    const wrapper = function (...values) {
        if (unwritten) return original(...values);
        // What is left out is undefined, what is too much is dropped.
        values.length = original.length;
        values = Array.from(values);
        if (exported === undefined) {
            byte(ENTER_OBJECT);
            varint(number(wrapper));
        } else {
            byte(ENTER);
            varint(exported + 1);
        }
        return enter(() => original(...values.map(intoWasm)), values);
    };
    Object.defineProperty(wrapper, "length", { value: original.length });
    given.set(original, wrapper);
    own.set(wrapper, original);
    return wrapper;
}

function enter(call, values) {
    writeAll(values);
    let result;
    try {
        result = call();
    } catch (error) {
        refuse(`the module throws, and no trace can hold that: ${error}`);
    }
    result = outOfWasm(result);
    byte(LEAVE);
    write(result);
    return result;
}

const imports = [];
const globals = [];
const exports = [];

function writtenDown(from, name, implementation) {
    const index = imports.push([from, name]) - 1;
    return (...values) => {
        values = values.map(outOfWasm);
        byte(CALL);
        varint(index);
        writeAll(values);
        let result;
        try {
            result = implementation(...values);
        } catch (error) {
            refuse(`${from}.${name} throws, and no trace can hold that: ${error}`);
        }
        byte(RETURN);
        write(result);
        return intoWasm(result);
    };
}

const STRING_FUNCTIONS = "wasm:js-string";
/** How many of the first parameters must be strings, lest the built-in function
 * traps. */
const STRINGS = {
    cast: 1, length: 1, charCodeAt: 1, substring: 1, intoCharCodeArray: 1, concat: 2, compare: 2,
};

/** A string function that the module brings along. Only calls at which the built-in
 * one would trap are written down. */
function stringFunction(name, implementation) {
    const written = writtenDown(STRING_FUNCTIONS, name, implementation);
    return (...values) => {
        const strings = values.slice(0, STRINGS[name] ?? 0);
        if (strings.some((value) => typeof value !== "string")) return written(...values);
        unwritten = true;
        try {
            return implementation(...values);
        } finally {
            unwritten = false;
        }
    };
}

const { Module, Instance, Global } = WebAssembly;
let module;
let instance;

const compile = (options) => (module ??= new Module(fs.readFileSync(wasm), options));

function instantiate(imported) {
    if (instance) refuse("the module is instantiated twice, and a trace holds one instance");
    const replaced = {};
    for (const { module: from, name, kind } of Module.imports(module)) {
        const value = imported[from][name];
        replaced[from] ??= {};
        replaced[from][name] = value;
        if (kind === "function" && from === STRING_FUNCTIONS) {
            replaced[from][name] = stringFunction(name, value);
        } else if (kind === "function") {
            replaced[from][name] = writtenDown(from, name, value);
        } else if (kind === "global") {
            globals.push([from, name]);
            write(value instanceof Global ? value.value : value);
        } else if (kind === "memory") {
            const read = () => refuse(`JavaScript reads ${from}.${name}, and no trace can hold that`);
            Object.defineProperty(value, "buffer", { get: read });
        } else {
            refuse(`it imports the ${kind} ${from}.${name}, and no trace can hold that`);
        }
    }
    byte(ENTER);
    varint(0);
    enter(() => void (instance = new Instance(module, replaced)), []);
    const wrapped = { ...instance.exports };
    for (const { name, kind } of Module.exports(module)) {
        if (kind !== "function") continue;
        wrapped[name] = give(instance.exports[name], exports.push(name) - 1);
    }
    return Object.setPrototypeOf({ exports: wrapped }, Instance.prototype);
}

WebAssembly.compile = WebAssembly.compileStreaming = async (_, options) => compile(options);
WebAssembly.instantiate = WebAssembly.instantiateStreaming = async (source, imported, options) => {
    if (source instanceof Module) return instantiate(imported);
    return { module: compile(options), instance: instantiate(imported) };
};
WebAssembly.Module = new Proxy(Module, { construct: (_, [, options]) => compile(options) });
WebAssembly.Instance = new Proxy(Instance, {
    construct: (_, [, imported]) => instantiate(imported),
});

const { run } = await import(pathToFileURL(driver));
await run(fs.readFileSync(input));
fs.writeFileSync(trace, body.subarray(0, length));
const engine = `V8 ${process.versions.v8}`;
process.stdout.write(JSON.stringify({ engine, imports, globals, exports }));

// Formats a Dart program.
import { formatWrapper, initSync } from "./dart_fmt.mjs";

export async function run(input) {
    const source = input.toString();
    const text = formatWrapper(initSync(new WebAssembly.Module()), source);
    if (text.length <= source.length) throw new Error("nothing was formatted");
}

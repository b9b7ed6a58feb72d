// Disassembles a class file.
import { disassemble } from "./jasm.js";

export async function run(input) {
    const text = await disassemble(input);
    if (!text.includes(".method")) throw new Error("no method was disassembled");
}

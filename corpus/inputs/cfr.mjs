// Decompiles a class file.
import { decompile } from "./cfr.js";

export async function run(input) {
    const source = async (name) => (name === "Program" ? input : null);
    const { Program: text } = await decompile("Program", { source });
    if (!text?.includes("int method0(")) throw new Error("no method was decompiled");
}

// kotlin-macro: runs the macro benchmarks of kotlin-wasm-benchmarks. They are not ours
// and wild.toml pins them; what is ours is this file, in place of their
// MacroBenchmarks.kt, which needs kotlinx-benchmark.
//
// Expected: each benchmark knows its result. The program throws where it gets another.
// It prints a line for each, with the sum of the results of those that tell them.

import macroBenchmarks.*

/** A benchmark of one size. */
fun repeated(name: String, benchmark: MacroBenchmark, times: Int) {
    var sum = 0L
    repeat(times) {
        val result = benchmark.benchmark()
        check(benchmark.verifyResult(result)) { "$name gives $result" }
        sum += if (result is Int) result else 1
    }
    println("$name: $times times, sum $sum")
}

/** A benchmark that takes its size. */
fun sized(name: String, benchmark: MacroBenchmark, size: Int) {
    check(benchmark.innerBenchmarkLoop(size)) { "$name of size $size is wrong" }
    println("$name: size $size")
}

fun main() {
    sized("cd", CD(), 100)
    sized("havlak", Havlak(), 1)
    repeated("json", Json(), 20)
    sized("nbody", NBody(), 250_000)
    sized("mandelbrot", Mandelbrot(), 500)
    repeated("coroutines, iteration", Coroutines.Iteration(), 1)
    repeated("coroutines, recursion", Coroutines.Recursion(), 1)
    repeated("bounce", Bounce(), 100)
    repeated("list", List(), 100)
    repeated("permute", Permute(), 100)
    repeated("queens", Queens(), 100)
    repeated("sieve", Sieve(), 100)
    repeated("storage", Storage(), 100)
    repeated("towers", Towers(), 100)
}

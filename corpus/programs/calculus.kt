// calculus: a parser of formulas, their derivatives, rules that rewrite trees, and a
// cache that forgets what was used least recently.
//
// Formulas are drawn from a seed. Each is written as text, parsed, differentiated by
// every variable and simplified.
//
// Expected: whatever is written is parsed into the same tree. A derivative has at every
// point, modulo a prime, the value that dual numbers a + b h, with h h = 0, give for the
// formula itself. The program throws where that is not so. It prints a line for the
// formulas of each depth, and then a checksum of all that was written.

const val PRIME = 1_000_003L
const val SEED = 10_431L
const val FORMULAS = 6
const val CACHED = 4_096
val DEPTHS = listOf(5, 10, 20, 40, 80, 160)
val VARIABLES = listOf("x", "y", "z")

sealed class Formula
data class Constant(val value: Long) : Formula()
data class Variable(val name: String) : Formula()
data class Sum(val left: Formula, val right: Formula) : Formula()
data class Product(val left: Formula, val right: Formula) : Formula()
data class Power(val base: Formula, val exponent: Long) : Formula()

val ZERO = Constant(0)
val ONE = Constant(1)

/** Draws formulas: long chains of operations with short branches. */
class Draw(private var state: Long) {
    fun next(below: Int): Int {
        state = state * 48_271 % 2_147_483_647
        return (state % below).toInt()
    }

    fun formula(depth: Int): Formula {
        if (depth == 0) return leaf()
        val inner = formula(depth - 1)
        return when (next(8)) {
            0 -> Power(inner, 2L + next(3))
            1, 2 -> Product(inner, leaf())
            3 -> Product(leaf(), inner)
            4, 5 -> Sum(inner, formula(next(minOf(depth, 4))))
            else -> Sum(leaf(), inner)
        }
    }

    private fun leaf(): Formula = when (next(4)) {
        0 -> Constant(2L + next(97))
        else -> Variable(VARIABLES[next(VARIABLES.size)])
    }
}

/** Reads sums of products of powers. */
class Parser(private val text: String) {
    private var at = 0

    fun all(): Formula = sum().also { check(at == text.length) { "something is left at $at" } }

    private fun sum(): Formula = chain('+', ::product, ::Sum)

    private fun product(): Formula = chain('*', ::power, ::Product)

    private fun chain(sign: Char, part: () -> Formula, join: (Formula, Formula) -> Formula): Formula {
        var left = part()
        while (skip(sign)) left = join(left, part())
        return left
    }

    private fun power(): Formula {
        val base = atom()
        return if (skip('^')) Power(base, word(Char::isDigit).toLong()) else base
    }

    private fun atom(): Formula = when {
        skip('(') -> sum().also { check(skip(')')) { "a bracket is open at $at" } }
        text[at].isDigit() -> Constant(word(Char::isDigit).toLong())
        else -> Variable(word(Char::isLetter))
    }

    private fun skip(sign: Char): Boolean = (at < text.length && text[at] == sign).also { if (it) at++ }

    private fun word(belongs: (Char) -> Boolean): String {
        val start = at
        while (at < text.length && belongs(text[at])) at++
        return text.substring(start, at)
    }
}

fun write(formula: Formula, to: StringBuilder) {
    fun pair(left: Formula, sign: Char, right: Formula) {
        to.append('(')
        write(left, to)
        to.append(sign)
        write(right, to)
        to.append(')')
    }
    when (formula) {
        is Constant -> to.append(formula.value)
        is Variable -> to.append(formula.name)
        is Sum -> pair(formula.left, '+', formula.right)
        is Product -> pair(formula.left, '*', formula.right)
        is Power -> pair(formula.base, '^', Constant(formula.exponent))
    }
}

/** What is written, once it is parsed into the same tree. */
fun written(formula: Formula): String {
    val text = StringBuilder().also { write(formula, it) }.toString()
    check(Parser(text).all() == formula) { "$text is parsed into another formula" }
    return text
}

/** Each rule gives a simpler formula, or null where it does not apply. */
val RULES: List<(Formula) -> Formula?> = listOf(
    { if (it is Sum && it.left == ZERO) it.right else null },
    { if (it is Sum && it.right == ZERO) it.left else null },
    { if (it is Sum && it.left is Constant && it.right is Constant) constant(it.left.value + it.right.value) else null },
    { if (it is Product && (it.left == ZERO || it.right == ZERO)) ZERO else null },
    { if (it is Product && it.left == ONE) it.right else null },
    { if (it is Product && it.right == ONE) it.left else null },
    { if (it is Product && it.left is Constant && it.right is Constant) constant(it.left.value * it.right.value) else null },
    { if (it is Power && it.exponent == 1L) it.base else null },
)

fun constant(value: Long) = Constant(value % PRIME)

fun simplified(formula: Formula): Formula {
    var best = when (formula) {
        is Sum -> Sum(simplified(formula.left), simplified(formula.right))
        is Product -> Product(simplified(formula.left), simplified(formula.right))
        is Power -> Power(simplified(formula.base), formula.exponent)
        else -> formula
    }
    while (true) best = RULES.firstNotNullOfOrNull { rule -> rule(best) } ?: return best
}

/** Keeps the answers to the questions that were asked last. */
class Cache<Q, A>(private val capacity: Int) {
    private val answers = LinkedHashMap<Q, A>()
    var hits = 0
        private set

    fun get(question: Q, answer: () -> A): A {
        val known = answers.remove(question)
        if (known != null) hits++
        val given = known ?: answer()
        answers[question] = given
        if (answers.size > capacity) answers.remove(answers.keys.first())
        return given
    }
}

class Differentiation(private val by: String) {
    val cache = Cache<Formula, Formula>(CACHED)

    fun of(formula: Formula): Formula = cache.get(formula) {
        when (formula) {
            is Constant -> ZERO
            is Variable -> if (formula.name == by) ONE else ZERO
            is Sum -> Sum(of(formula.left), of(formula.right))
            is Product -> Sum(Product(of(formula.left), formula.right), Product(formula.left, of(formula.right)))
            is Power -> Product(
                Product(Constant(formula.exponent), Power(formula.base, formula.exponent - 1)),
                of(formula.base),
            )
        }
    }
}

data class Dual(val value: Long, val slope: Long) {
    operator fun plus(other: Dual) = Dual((value + other.value) % PRIME, (slope + other.slope) % PRIME)

    operator fun times(other: Dual) =
        Dual(value * other.value % PRIME, (value * other.slope + slope * other.value) % PRIME)
}

fun value(formula: Formula, at: Map<String, Dual>): Dual = when (formula) {
    is Constant -> Dual(formula.value % PRIME, 0)
    is Variable -> at.getValue(formula.name)
    is Sum -> value(formula.left, at) + value(formula.right, at)
    is Product -> value(formula.left, at) * value(formula.right, at)
    is Power -> value(formula.base, at).let { base -> (1..formula.exponent).fold(Dual(1, 0)) { power, _ -> power * base } }
}

fun main() {
    val draw = Draw(SEED)
    val differentiations = VARIABLES.associateWith(::Differentiation)
    var checksum = 0L
    for (depth in DEPTHS) {
        var characters = 0
        repeat(FORMULAS) {
            val formula = draw.formula(depth)
            for ((variable, differentiation) in differentiations) {
                val derivative = simplified(differentiation.of(formula))
                val point = VARIABLES.associateWith { Dual(draw.next(1000).toLong(), if (it == variable) 1 else 0) }
                val (expected, found) = value(formula, point).slope to value(derivative, point).value
                check(expected == found) { "a derivative is $found and not $expected" }
                for (text in listOf(written(formula), written(derivative))) {
                    characters += text.length
                    checksum = text.fold(checksum) { sum, character -> (31 * sum + character.code) % PRIME }
                }
            }
        }
        val hits = differentiations.values.sumOf { it.cache.hits }
        println("depth $depth: $characters characters written, $hits answers from the caches so far")
    }
    println("checksum $checksum")
}

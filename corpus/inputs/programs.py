"""Makes the files program.dart and Program.java: programs that nobody runs, for a
formatter and a disassembler. `javac --release 17 Program.java` makes the class file.
Run it in its folder."""

import random
from pathlib import Path

SEED = 10431
CLASSES = 16
METHODS = 60
draw = random.Random(SEED)


def dart_expression(depth):
    if depth == 0:
        return draw.choice(["first", "second", "total", "1", "'text'", "items.length", "this"])
    a, b = dart_expression(depth - 1), dart_expression(depth - 1)
    return draw.choice([
        f"{a}+{b}",
        f"compute({a},{b},named:{dart_expression(depth - 1)})",
        f"[{a},{b},]",
        f"({a}==null?{b}:{dart_expression(depth - 1)})",
        f"{{'key':{a},'other':{b}}}",
        f"items.map((item)=>{a}).where((item)=>item!=null).toList()",
    ])


def dart_statement(depth):
    kind = draw.choice(["var", "if", "for", "return"]) if depth else "var"
    if kind == "var":
        return f"var value{draw.randrange(99)}={dart_expression(3)};"
    if kind == "return":
        return f"return {dart_expression(3)};"
    inner = dart_statement(depth - 1)
    if kind == "for":
        return f"for(var i=0;i<{draw.randrange(9)};i++){{{inner}}}"
    return f"if({dart_expression(1)}){{{inner}}}else{{{dart_statement(depth - 1)}}}"


def dart_class(i):
    body = "".join(dart_statement(3) for _ in range(4))
    return (
        f"/// The class number {i}.\nclass Class{i} extends Base{{final int field{i};"
        f"Class{i}(this.field{i});Object? method{i}(int first,{{String? second}}){{{body}}}}}\n"
    )


def java_expression(depth):
    if depth == 0:
        return draw.choice(["a", "b", "field", "1", "7", "text.length()"])
    a, b = java_expression(depth - 1), java_expression(depth - 1)
    operator = draw.choice(["+", "-", "*", "^"])
    return draw.choice([f"({a} {operator} {b})", f"Math.max({a}, {b})", f"(({a}) > ({b}) ? a : b)"])


def java_statement(depth):
    if depth == 0:
        return f"field += {java_expression(2)};"
    inner = java_statement(depth - 1)
    return draw.choice([
        f"if ({java_expression(1)} > 3) {{ {inner} }} else {{ {java_statement(depth - 1)} }}",
        f"for (int i{depth} = 0; i{depth} < a; i{depth}++) {{ {inner} }}",
        f"try {{ {inner} }} catch (RuntimeException e) {{ text = e.getMessage(); }}",
        f"switch (a % 3) {{ case 0: {inner} break; default: text += a; }}",
    ])


def java_method(i):
    body = " ".join(java_statement(2) for _ in range(2))
    return f"    int method{i}(int a, int b) {{ {body} return {java_expression(2)}; }}\n"


Path("program.dart").write_text("".join(map(dart_class, range(CLASSES))))
methods = "".join(map(java_method, range(METHODS)))
Path("Program.java").write_text(
    f'class Program {{\n    int field;\n    String text = "";\n{methods}}}\n'
)

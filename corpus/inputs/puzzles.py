"""Makes the files of the folder `puzzles`: input of our own in the formats that the
program of the execution `kotlin-puzzles` reads. Run it in its folder."""

import random
from pathlib import Path

SEED = 10431
draw = random.Random(SEED)


def day1():
    return [f"{draw.randrange(10000, 10400)}   {draw.randrange(10000, 10400)}" for _ in range(600)]


def day2():
    def report():
        level, step = draw.randrange(1, 60), draw.choice([1, -1])
        levels = [level]
        for _ in range(draw.randrange(4, 8)):
            level = max(1, level + step * draw.choice([0, 1, 1, 2, 2, 3, 3, 3]))
            levels.append(level)
        return " ".join(map(str, levels))

    return [report() for _ in range(600)]


def day3():
    def word():
        a, b = draw.randrange(1000), draw.randrange(1000)
        return draw.choice([f"mul({a},{b})", "do()", "don't()", "what()", "mul(4*", "?", f"mul[{a}]"])

    return ["".join(word() for _ in range(200)) for _ in range(6)]


def day4():
    return ["".join(draw.choice("XMAS") for _ in range(100)) for _ in range(100)]


def day5():
    order = draw.sample(range(11, 60), 49)
    rules = [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]
    draw.shuffle(rules)

    def update():
        pages = draw.sample(order, draw.choice([5, 7, 9, 11]))
        if draw.random() < 0.5:
            pages.sort(key=order.index)
        return ",".join(map(str, pages))

    return [f"{a}|{b}" for a, b in rules] + [""] + [update() for _ in range(150)]


def day6():
    """A way that turns right and leads outwards, so that it is long."""
    side = 60
    grid = [["."] * side for _ in range(side)]
    row = column = side // 2
    grid[row][column] = "^"
    down, right, length = -1, 0, 2
    while True:
        for _ in range(2):
            row, column = row + down * length, column + right * length
            if not (0 <= row + down < side and 0 <= column + right < side):
                return ["".join(row) for row in grid]
            grid[row + down][column + right] = "#"
            down, right = right, -down
        length += 2


def day7():
    def equation():
        numbers = [draw.randrange(1, 60) for _ in range(draw.randrange(3, 10))]
        value = numbers[0]
        for number in numbers[1:]:
            value = draw.choice([value + number, value * number, int(f"{value}{number}")])
        if draw.random() < 0.4:
            value += draw.randrange(1, 50)
        return f"{value}: {' '.join(map(str, numbers))}"

    return [equation() for _ in range(400)]


for day in [day1, day2, day3, day4, day5, day6, day7]:
    Path("puzzles", f"{day.__name__}.txt").write_text("\n".join(day()) + "\n")

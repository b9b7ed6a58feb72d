;; quadtree-life: Conway's Game of Life on an immutable quadtree (the data
;; structure of Gosper's HashLife, without its memoisation). A generation is
;; computed by recursion: the next state of a square's inner half comes from
;; that of four overlapping squares. Empty squares of one size, and equal squares of
;; 2 by 2 cells, are one shared object.
;;
;; Expected: the R-pentomino is stable from generation 1103 on, as 8 blocks,
;; 4 beehives, 4 blinkers, a ship, a boat, a loaf and 6 gliders on their way
;; out: 8*4 + 4*6 + 4*3 + 6 + 5 + 7 + 6*5 = 116 cells. The result is the
;; population at generation n: 116 for n = 1103.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  ;; A square of 2^level cells a side. At level 0 the population is the cell
  ;; and there are no parts.
  (rec
    (type $square (struct
      (field $level i32)
      (field $population i32)
      (field $nw (ref null $square)) (field $ne (ref null $square))
      (field $sw (ref null $square)) (field $se (ref null $square)))))
  (type $squares (array (mut (ref null $square))))

  (global $dead (ref $square)
    (struct.new $square
      (i32.const 0) (i32.const 0)
      (ref.null none) (ref.null none) (ref.null none) (ref.null none)))
  (global $alive (ref $square)
    (struct.new $square
      (i32.const 0) (i32.const 1)
      (ref.null none) (ref.null none) (ref.null none) (ref.null none)))
  ;; The empty square of each level.
  (global $empties (ref $squares) (array.new_default $squares (i32.const 32)))
  ;; The squares of level 1, by their cells as bits.
  (global $blocks (ref $squares) (array.new_default $squares (i32.const 16)))

  (func $population (param $square (ref null $square)) (result i32)
    (struct.get $square $population (local.get $square)))
  (func $level (param $square (ref null $square)) (result i32)
    (struct.get $square $level (local.get $square)))
  (func $nw (param $square (ref null $square)) (result (ref $square))
    (ref.as_non_null (struct.get $square $nw (local.get $square))))
  (func $ne (param $square (ref null $square)) (result (ref $square))
    (ref.as_non_null (struct.get $square $ne (local.get $square))))
  (func $sw (param $square (ref null $square)) (result (ref $square))
    (ref.as_non_null (struct.get $square $sw (local.get $square))))
  (func $se (param $square (ref null $square)) (result (ref $square))
    (ref.as_non_null (struct.get $square $se (local.get $square))))

  (func $empty (param $level i32) (result (ref $square))
    (local $part (ref $square))
    (if (i32.eqz (local.get $level)) (then (return (global.get $dead))))
    (if (ref.is_null (array.get $squares (global.get $empties) (local.get $level)))
      (then
        (local.set $part (call $empty (i32.sub (local.get $level) (i32.const 1))))
        (array.set $squares (global.get $empties) (local.get $level)
          (struct.new $square
            (local.get $level) (i32.const 0)
            (local.get $part) (local.get $part) (local.get $part) (local.get $part)))))
    (ref.as_non_null (array.get $squares (global.get $empties) (local.get $level))))

  (func $join
    (param $nw (ref $square)) (param $ne (ref $square))
    (param $sw (ref $square)) (param $se (ref $square))
    (result (ref $square))
    (local $level i32)
    (local $population i32)
    (local.set $level (call $level (local.get $nw)))
    (if (i32.eqz (local.get $level))
      (then
        (return_call $join_cells
          (local.get $nw) (local.get $ne) (local.get $sw) (local.get $se))))
    (local.set $level (i32.add (local.get $level) (i32.const 1)))
    (local.set $population
      (i32.add
        (i32.add (call $population (local.get $nw)) (call $population (local.get $ne)))
        (i32.add (call $population (local.get $sw)) (call $population (local.get $se)))))
    (if (i32.eqz (local.get $population)) (then (return_call $empty (local.get $level))))
    (struct.new $square
      (local.get $level) (local.get $population)
      (local.get $nw) (local.get $ne) (local.get $sw) (local.get $se)))

  (func $join_cells
    (param $nw (ref $square)) (param $ne (ref $square))
    (param $sw (ref $square)) (param $se (ref $square))
    (result (ref $square))
    (local $bits i32)
    (local $block (ref null $square))
    (local.set $bits
      (i32.or
        (i32.or
          (call $population (local.get $nw))
          (i32.shl (call $population (local.get $ne)) (i32.const 1)))
        (i32.or
          (i32.shl (call $population (local.get $sw)) (i32.const 2))
          (i32.shl (call $population (local.get $se)) (i32.const 3)))))
    (if (i32.eqz (local.get $bits)) (then (return_call $empty (i32.const 1))))
    (local.set $block (array.get $squares (global.get $blocks) (local.get $bits)))
    (if (ref.is_null (local.get $block))
      (then
        (local.set $block
          (struct.new $square
            (i32.const 1) (i32.popcnt (local.get $bits))
            (local.get $nw) (local.get $ne) (local.get $sw) (local.get $se)))
        (array.set $squares (global.get $blocks) (local.get $bits) (local.get $block))))
    (ref.as_non_null (local.get $block)))

  ;; The middle of a square, half as wide.
  (func $centre (param $square (ref $square)) (result (ref $square))
    (return_call $join
      (call $se (call $nw (local.get $square)))
      (call $sw (call $ne (local.get $square)))
      (call $ne (call $sw (local.get $square)))
      (call $nw (call $se (local.get $square)))))

  ;; A cell's next state from its own and its neighbours' number.
  (func $rule (param $cell (ref $square)) (param $neighbours i32) (result (ref $square))
    (select (result (ref $square))
      (global.get $alive)
      (global.get $dead)
      (i32.eq
        (i32.const 3)
        (i32.or (local.get $neighbours) (call $population (local.get $cell))))))

  ;; Level 2 to level 1: each inner cell has its eight neighbours at hand. The
  ;; cell itself is taken off the sum of the 3 by 3 cells around it.
  (func $next4 (param $s (ref $square)) (result (ref $square))
    (local $a (ref $square))
    (local $b (ref $square))
    (local $c (ref $square))
    (local $d (ref $square))
    (local $inner i32)
    (local.set $a (call $nw (local.get $s)))
    (local.set $b (call $ne (local.get $s)))
    (local.set $c (call $sw (local.get $s)))
    (local.set $d (call $se (local.get $s)))
    ;; The four cells in the middle are neighbours of each other.
    (local.set $inner
      (i32.add
        (i32.add (call $population (call $se (local.get $a)))
                 (call $population (call $sw (local.get $b))))
        (i32.add (call $population (call $ne (local.get $c)))
                 (call $population (call $nw (local.get $d))))))
    (return_call $join
      (call $rule
        (call $se (local.get $a))
        (i32.sub
          (i32.add
            (i32.add (call $population (local.get $a)) (local.get $inner))
            (i32.add (call $population (call $nw (local.get $b)))
                     (call $population (call $nw (local.get $c)))))
          (i32.shl (call $population (call $se (local.get $a))) (i32.const 1))))
      (call $rule
        (call $sw (local.get $b))
        (i32.sub
          (i32.add
            (i32.add (call $population (local.get $b)) (local.get $inner))
            (i32.add (call $population (call $ne (local.get $a)))
                     (call $population (call $ne (local.get $d)))))
          (i32.shl (call $population (call $sw (local.get $b))) (i32.const 1))))
      (call $rule
        (call $ne (local.get $c))
        (i32.sub
          (i32.add
            (i32.add (call $population (local.get $c)) (local.get $inner))
            (i32.add (call $population (call $sw (local.get $a)))
                     (call $population (call $sw (local.get $d)))))
          (i32.shl (call $population (call $ne (local.get $c))) (i32.const 1))))
      (call $rule
        (call $nw (local.get $d))
        (i32.sub
          (i32.add
            (i32.add (call $population (local.get $d)) (local.get $inner))
            (i32.add (call $population (call $se (local.get $b)))
                     (call $population (call $se (local.get $c)))))
          (i32.shl (call $population (call $nw (local.get $d))) (i32.const 1))))))

  ;; The inner half of a square one generation on. Each of its quadrants is
  ;; the inner half of a square put together from four of nine: those a
  ;; quarter as wide that lie around the centre, an eighth off the grid.
  (func $next (param $s (ref $square)) (result (ref $square))
    (local $a (ref $square))
    (local $b (ref $square))
    (local $c (ref $square))
    (local $d (ref $square))
    (local $n00 (ref $square))
    (local $n01 (ref $square))
    (local $n02 (ref $square))
    (local $n10 (ref $square))
    (local $n11 (ref $square))
    (local $n12 (ref $square))
    (local $n20 (ref $square))
    (local $n21 (ref $square))
    (local $n22 (ref $square))
    (if (i32.eqz (call $population (local.get $s)))
      (then (return_call $empty (i32.sub (call $level (local.get $s)) (i32.const 1)))))
    (if (i32.eq (call $level (local.get $s)) (i32.const 2))
      (then (return_call $next4 (local.get $s))))
    (local.set $a (call $nw (local.get $s)))
    (local.set $b (call $ne (local.get $s)))
    (local.set $c (call $sw (local.get $s)))
    (local.set $d (call $se (local.get $s)))
    (local.set $n00 (call $centre (local.get $a)))
    (local.set $n01
      (call $join
        (call $se (call $ne (local.get $a))) (call $sw (call $nw (local.get $b)))
        (call $ne (call $se (local.get $a))) (call $nw (call $sw (local.get $b)))))
    (local.set $n02 (call $centre (local.get $b)))
    (local.set $n10
      (call $join
        (call $se (call $sw (local.get $a))) (call $sw (call $se (local.get $a)))
        (call $ne (call $nw (local.get $c))) (call $nw (call $ne (local.get $c)))))
    (local.set $n11
      (call $join
        (call $se (call $se (local.get $a))) (call $sw (call $sw (local.get $b)))
        (call $ne (call $ne (local.get $c))) (call $nw (call $nw (local.get $d)))))
    (local.set $n12
      (call $join
        (call $se (call $sw (local.get $b))) (call $sw (call $se (local.get $b)))
        (call $ne (call $nw (local.get $d))) (call $nw (call $ne (local.get $d)))))
    (local.set $n20 (call $centre (local.get $c)))
    (local.set $n21
      (call $join
        (call $se (call $ne (local.get $c))) (call $sw (call $nw (local.get $d)))
        (call $ne (call $se (local.get $c))) (call $nw (call $sw (local.get $d)))))
    (local.set $n22 (call $centre (local.get $d)))
    (call $pause (local.get $s))
    (return_call $join
      (call $next
        (call $join
          (local.get $n00) (local.get $n01) (local.get $n10) (local.get $n11)))
      (call $next
        (call $join
          (local.get $n01) (local.get $n02) (local.get $n11) (local.get $n12)))
      (call $next
        (call $join
          (local.get $n10) (local.get $n11) (local.get $n20) (local.get $n21)))
      (call $next
        (call $join
          (local.get $n11) (local.get $n12) (local.get $n21) (local.get $n22)))))

  (global $computed (mut i32) (i32.const 0))

  ;; Stops in one of many small squares, all larger ones being half done.
  (func $pause (param $square (ref $square))
    (if (i32.ne (call $level (local.get $square)) (i32.const 3)) (then (return)))
    (global.set $computed (i32.add (global.get $computed) (i32.const 1)))
    (if (i32.eqz (i32.and (global.get $computed) (i32.const 4095)))
      (then (call $checkpoint))))

  ;; The same square in the middle of one twice as wide.
  (func $surround (param $s (ref $square)) (result (ref $square))
    (local $e (ref $square))
    (local.set $e (call $empty (i32.sub (call $level (local.get $s)) (i32.const 1))))
    (return_call $join
      (call $join
        (local.get $e) (local.get $e) (local.get $e) (call $nw (local.get $s)))
      (call $join
        (local.get $e) (local.get $e) (call $ne (local.get $s)) (local.get $e))
      (call $join
        (local.get $e) (call $sw (local.get $s)) (local.get $e) (local.get $e))
      (call $join
        (call $se (local.get $s)) (local.get $e) (local.get $e) (local.get $e))))

  ;;  .##.
  ;;  ##..
  ;;  .#..
  ;;  ....
  (func $r_pentomino (result (ref $square))
    (return_call $join
      (call $join
        (global.get $dead) (global.get $alive) (global.get $alive) (global.get $alive))
      (call $join
        (global.get $alive) (global.get $dead) (global.get $dead) (global.get $dead))
      (call $join
        (global.get $dead) (global.get $alive) (global.get $dead) (global.get $dead))
      (call $empty (i32.const 1))))

  (func (export "run") (param $n i32) (result i64)
    (local $world (ref $square))
    (local.set $world (call $surround (call $r_pentomino)))
    (block $end
      (loop $generations
        (br_if $end (i32.eqz (local.get $n)))
        ;; A margin of a quarter on each side, so that nothing gets lost.
        (if (i32.ne
              (call $population (call $centre (local.get $world)))
              (call $population (local.get $world)))
          (then (local.set $world (call $surround (local.get $world)))))
        (local.set $world (call $next (call $surround (local.get $world))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $generations)))
    (i64.extend_i32_u (call $population (local.get $world)))))

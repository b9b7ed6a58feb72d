;; bignum: n! in decimal, as a list of limbs of four digits, least significant
;; first. Multiplying recurses to the last limb and rebuilds the list on the
;; way back; all factorials divisible by a hundred are kept and checked again.
;;
;; Expected: 10^4 * digit sum + number of trailing zeros of n!. For n = 1000
;; the digit sum is 10539 (OEIS A004152), and Legendre's formula gives
;; 200 + 40 + 8 + 1 = 249 zeros: 105390249.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $limbs (struct (field $limb i32) (field $higher (ref null $limbs))))
  ;; The factorials kept so far.
  (type $kept (struct
    (field $value (ref $limbs))
    (field $digit_sum i64)
    (field $earlier (ref null $kept))))

  (global $base i32 (i32.const 10000))

  ;; number * factor + carry. The checkpoint lies at the most significant
  ;; limb, with one frame per limb above it.
  (func $multiply
    (param $number (ref null $limbs)) (param $factor i32) (param $carry i32) (param $pause i32)
    (result (ref null $limbs))
    (local $product i32)
    (if (ref.is_null (local.get $number))
      (then
        (if (local.get $pause) (then (call $checkpoint)))
        (if (i32.eqz (local.get $carry)) (then (return (ref.null none))))
        (return
          (struct.new $limbs
            (i32.rem_u (local.get $carry) (global.get $base))
            (call $multiply
              (ref.null none) (local.get $factor)
              (i32.div_u (local.get $carry) (global.get $base))
              (i32.const 0))))))
    (local.set $product
      (i32.add
        (i32.mul (struct.get $limbs $limb (local.get $number)) (local.get $factor))
        (local.get $carry)))
    (struct.new $limbs
      (i32.rem_u (local.get $product) (global.get $base))
      (call $multiply
        (struct.get $limbs $higher (local.get $number))
        (local.get $factor)
        (i32.div_u (local.get $product) (global.get $base))
        (local.get $pause))))

  (func $digit_sum (param $number (ref null $limbs)) (result i64)
    (local $limb i32)
    (local $sum i32)
    (if (ref.is_null (local.get $number)) (then (return (i64.const 0))))
    (local.set $limb (struct.get $limbs $limb (local.get $number)))
    (loop $digits
      (local.set $sum
        (i32.add (local.get $sum) (i32.rem_u (local.get $limb) (i32.const 10))))
      (br_if $digits
        (local.tee $limb (i32.div_u (local.get $limb) (i32.const 10)))))
    (i64.add
      (i64.extend_i32_u (local.get $sum))
      (call $digit_sum (struct.get $limbs $higher (local.get $number)))))

  ;; Trailing zeros of a number that is not zero.
  (func $zeros (param $number (ref $limbs)) (result i64)
    (local $limb i32)
    (local $zeros i64)
    (local.set $limb (struct.get $limbs $limb (local.get $number)))
    (if (i32.eqz (local.get $limb))
      (then
        (return
          (i64.add
            (i64.const 4)
            (call $zeros
              (ref.as_non_null (struct.get $limbs $higher (local.get $number))))))))
    (loop $digits
      (if (i32.eqz (i32.rem_u (local.get $limb) (i32.const 10)))
        (then
          (local.set $limb (i32.div_u (local.get $limb) (i32.const 10)))
          (local.set $zeros (i64.add (local.get $zeros) (i64.const 1)))
          (br $digits))))
    (local.get $zeros))

  ;; Traps unless every kept factorial still has the digits it had.
  (func $recheck (param $kept (ref null $kept))
    (if (ref.is_null (local.get $kept)) (then (return)))
    (if (i64.ne
          (call $digit_sum (struct.get $kept $value (local.get $kept)))
          (struct.get $kept $digit_sum (local.get $kept)))
      (then (unreachable)))
    (return_call $recheck (struct.get $kept $earlier (local.get $kept))))

  (func (export "run") (param $n i32) (result i64)
    (local $factorial (ref $limbs))
    (local $kept (ref null $kept))
    (local $i i32)
    (local $hundred i32)
    (local.set $factorial (struct.new $limbs (i32.const 1) (ref.null none)))
    (loop $factors
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $hundred (i32.eqz (i32.rem_u (local.get $i) (i32.const 100))))
      (local.set $factorial
        (ref.as_non_null
          (call $multiply
            (local.get $factorial) (local.get $i) (i32.const 0) (local.get $hundred))))
      (if (local.get $hundred)
        (then
          (local.set $kept
            (struct.new $kept
              (local.get $factorial)
              (call $digit_sum (local.get $factorial))
              (local.get $kept)))))
      (br_if $factors (i32.lt_u (local.get $i) (local.get $n))))
    (call $recheck (local.get $kept))
    (i64.add
      (i64.mul (i64.const 10000) (call $digit_sum (local.get $factorial)))
      (call $zeros (local.get $factorial)))))

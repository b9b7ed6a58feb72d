;; json: a generator, a recursive-descent parser and a serialiser. The text is
;; a byte array; the parsed value is a tree of objects, arrays, strings and
;; numbers. Each round parses the text, writes the tree out again, and looks
;; up members by name all over the tree.
;;
;; The document nests n levels of {"id": k, "tags": [...], "kids": [two more]}
;; with k counted from 1 in preorder; the innermost "kids" is null.
;;
;; Expected: the output equals the input byte for byte (the generator writes
;; no spaces; in every second round the parser gets the text with spaces
;; after each comma and colon), else a trap. There are m = 2^n - 1 objects, so
;; the ids sum to m (m+1) / 2; over forty rounds, for n = 8:
;; 40 * 255 * 256 / 2 = 1305600.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $bytes (array (mut i8)))
  (rec
    ;; A growing text.
    (type $buffer (struct (field $bytes (mut (ref $bytes))) (field $length (mut i32))))
    ;; null is JSON's null; true and false are i31.
    (type $number (struct (field $value i64)))
    (type $string (struct (field $bytes (ref $bytes))))
    (type $array (struct (field $items (ref null $items))))
    (type $items (struct (field $item eqref) (field $rest (ref null $items))))
    (type $object (struct (field $members (ref null $members))))
    (type $members (struct
      (field $name (ref $string))
      (field $value eqref)
      (field $rest (ref null $members)))))

  ;; The document's fixed parts; between 13 and 18, and from 18 to 65, lie what
  ;; comes before and after an id.
  (data $words "nulltruefalse\22id\22:,\22tags\22:[\22tag \5c\22\22,-17,true,false,[],{}],\22kids\22:")
  (data $name_id "id")
  (data $name_kids "kids")

  (global $next_id (mut i32) (i32.const 0))
  (global $visited (mut i32) (i32.const 0))

  ;; ---- Text ----

  (func $new_buffer (result (ref $buffer))
    (struct.new $buffer (array.new_default $bytes (i32.const 16)) (i32.const 0)))

  (func $put (param $out (ref $buffer)) (param $byte i32)
    (local $old (ref $bytes))
    (local $length i32)
    (local.set $old (struct.get $buffer $bytes (local.get $out)))
    (local.set $length (struct.get $buffer $length (local.get $out)))
    (if (i32.eq (local.get $length) (array.len (local.get $old)))
      (then
        (struct.set $buffer $bytes (local.get $out)
          (array.new_default $bytes (i32.shl (local.get $length) (i32.const 1))))
        (array.copy $bytes $bytes
          (struct.get $buffer $bytes (local.get $out)) (i32.const 0)
          (local.get $old) (i32.const 0)
          (local.get $length))))
    (array.set $bytes
      (struct.get $buffer $bytes (local.get $out)) (local.get $length) (local.get $byte))
    (struct.set $buffer $length (local.get $out)
      (i32.add (local.get $length) (i32.const 1))))

  ;; Part of the words' segment.
  (func $put_words (param $out (ref $buffer)) (param $from i32) (param $to i32)
    (local $words (ref $bytes))
    (local $i i32)
    (local.set $words
      (array.new_data $bytes $words
        (local.get $from) (i32.sub (local.get $to) (local.get $from))))
    (loop $next
      (call $put
        (local.get $out) (array.get_u $bytes (local.get $words) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $words))))))

  (func $put_number (param $out (ref $buffer)) (param $value i64)
    (if (i64.lt_s (local.get $value) (i64.const 0))
      (then
        (call $put (local.get $out) (i32.const 45))
        (local.set $value (i64.sub (i64.const 0) (local.get $value)))))
    (if (i64.ge_s (local.get $value) (i64.const 10))
      (then
        (call $put_number
          (local.get $out) (i64.div_s (local.get $value) (i64.const 10)))))
    (call $put
      (local.get $out)
      (i32.add
        (i32.const 48)
        (i32.wrap_i64 (i64.rem_s (local.get $value) (i64.const 10))))))

  ;; ---- Generator ----

  (func $generate (param $out (ref $buffer)) (param $levels i32)
    (if (i32.eqz (local.get $levels))
      (then (return_call $put_words (local.get $out) (i32.const 0) (i32.const 4))))
    (local.set $levels (i32.sub (local.get $levels) (i32.const 1)))
    (global.set $next_id (i32.add (global.get $next_id) (i32.const 1)))
    (call $put (local.get $out) (i32.const 123))
    (call $put_words (local.get $out) (i32.const 13) (i32.const 18))
    (call $put_number (local.get $out) (i64.extend_i32_u (global.get $next_id)))
    (call $put_words (local.get $out) (i32.const 18) (i32.const 65))
    (call $put (local.get $out) (i32.const 91))
    (call $generate (local.get $out) (local.get $levels))
    (call $put (local.get $out) (i32.const 44))
    (call $generate (local.get $out) (local.get $levels))
    (call $put (local.get $out) (i32.const 93))
    (call $put (local.get $out) (i32.const 125)))

  ;; The text with a space after each comma and colon (none is in a string).
  (func $spaced (param $text (ref $buffer)) (result (ref $buffer))
    (local $out (ref $buffer))
    (local $byte i32)
    (local $i i32)
    (local.set $out (call $new_buffer))
    (loop $next
      (local.set $byte
        (array.get_u $bytes
          (struct.get $buffer $bytes (local.get $text)) (local.get $i)))
      (call $put (local.get $out) (local.get $byte))
      (if (i32.or
            (i32.eq (local.get $byte) (i32.const 44))
            (i32.eq (local.get $byte) (i32.const 58)))
        (then (call $put (local.get $out) (i32.const 32))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next
        (i32.lt_u (local.get $i) (struct.get $buffer $length (local.get $text)))))
    (local.get $out))

  ;; ---- Parser ----

  (global $at (mut i32) (i32.const 0))

  ;; The next byte that is not a space, without taking it.
  (func $peek (param $text (ref $buffer)) (result i32)
    (local $byte i32)
    (loop $spaces
      (local.set $byte
        (array.get_u $bytes
          (struct.get $buffer $bytes (local.get $text)) (global.get $at)))
      (if (i32.eq (local.get $byte) (i32.const 32))
        (then
          (global.set $at (i32.add (global.get $at) (i32.const 1)))
          (br $spaces))))
    (local.get $byte))

  ;; Takes the next byte if it is that one.
  (func $take (param $text (ref $buffer)) (param $byte i32) (result i32)
    (if (i32.ne (call $peek (local.get $text)) (local.get $byte))
      (then (return (i32.const 0))))
    (global.set $at (i32.add (global.get $at) (i32.const 1)))
    (i32.const 1))

  (func $expect (param $text (ref $buffer)) (param $byte i32)
    (if (i32.eqz (call $take (local.get $text) (local.get $byte)))
      (then (unreachable))))

  (func $parse (param $text (ref $buffer)) (result eqref)
    (local $first i32)
    (local.set $first (call $peek (local.get $text)))
    (if (i32.eq (local.get $first) (i32.const 123))
      (then
        (call $expect (local.get $text) (i32.const 123))
        (return (struct.new $object (call $parse_members (local.get $text))))))
    (if (i32.eq (local.get $first) (i32.const 91))
      (then
        (call $expect (local.get $text) (i32.const 91))
        (return (struct.new $array (call $parse_items (local.get $text))))))
    (if (i32.eq (local.get $first) (i32.const 34))
      (then (return_call $parse_string (local.get $text))))
    (if (i32.le_u (local.get $first) (i32.const 57))
      (then (return_call $parse_number (local.get $text))))
    ;; A word, known by its first letter: null, true or false.
    (global.set $at
      (i32.add
        (global.get $at)
        (i32.add (i32.const 4) (i32.eq (local.get $first) (i32.const 102)))))
    (if (i32.eq (local.get $first) (i32.const 110)) (then (return (ref.null none))))
    (ref.i31 (i32.eq (local.get $first) (i32.const 116))))

  (func $parse_items (param $text (ref $buffer)) (result (ref null $items))
    (local $item eqref)
    (if (call $take (local.get $text) (i32.const 93)) (then (return (ref.null none))))
    (drop (call $take (local.get $text) (i32.const 44)))
    (local.set $item (call $parse (local.get $text)))
    (struct.new $items (local.get $item) (call $parse_items (local.get $text))))

  (func $parse_members (param $text (ref $buffer)) (result (ref null $members))
    (local $name (ref $string))
    (local $value eqref)
    (if (call $take (local.get $text) (i32.const 125)) (then (return (ref.null none))))
    (drop (call $take (local.get $text) (i32.const 44)))
    (drop (call $peek (local.get $text)))
    (local.set $name (call $parse_string (local.get $text)))
    (call $expect (local.get $text) (i32.const 58))
    (local.set $value (call $parse (local.get $text)))
    (struct.new $members
      (local.get $name) (local.get $value) (call $parse_members (local.get $text))))

  ;; Escapes stand for the byte after the backslash.
  (func $parse_string (param $text (ref $buffer)) (result (ref $string))
    (local $bytes (ref $bytes))
    (local $out (ref $buffer))
    (local $byte i32)
    (local.set $bytes (struct.get $buffer $bytes (local.get $text)))
    (local.set $out (call $new_buffer))
    (loop $next
      (global.set $at (i32.add (global.get $at) (i32.const 1)))
      (local.set $byte (array.get_u $bytes (local.get $bytes) (global.get $at)))
      (if (i32.ne (local.get $byte) (i32.const 34))
        (then
          (if (i32.eq (local.get $byte) (i32.const 92))
            (then
              (global.set $at (i32.add (global.get $at) (i32.const 1)))
              (local.set $byte
                (array.get_u $bytes (local.get $bytes) (global.get $at)))))
          (call $put (local.get $out) (local.get $byte))
          (br $next))))
    (global.set $at (i32.add (global.get $at) (i32.const 1)))
    (struct.new $string (call $trimmed (local.get $out))))

  ;; The buffer's bytes alone.
  (func $trimmed (param $buffer (ref $buffer)) (result (ref $bytes))
    (local $bytes (ref $bytes))
    (local.set $bytes
      (array.new_default $bytes (struct.get $buffer $length (local.get $buffer))))
    (array.copy $bytes $bytes
      (local.get $bytes) (i32.const 0)
      (struct.get $buffer $bytes (local.get $buffer)) (i32.const 0)
      (array.len (local.get $bytes)))
    (local.get $bytes))

  (func $parse_number (param $text (ref $buffer)) (result (ref $number))
    (local $negative i32)
    (local $value i64)
    (local $digit i32)
    (local.set $negative (call $take (local.get $text) (i32.const 45)))
    (loop $digits
      (local.set $digit (i32.sub (call $peek (local.get $text)) (i32.const 48)))
      (if (i32.lt_u (local.get $digit) (i32.const 10))
        (then
          (local.set $value
            (i64.add
              (i64.mul (local.get $value) (i64.const 10))
              (i64.extend_i32_u (local.get $digit))))
          (global.set $at (i32.add (global.get $at) (i32.const 1)))
          (br $digits))))
    (struct.new $number
      (select
        (i64.sub (i64.const 0) (local.get $value))
        (local.get $value)
        (local.get $negative))))

  ;; ---- Serialiser ----

  (func $write (param $value eqref) (param $out (ref $buffer))
    (if (ref.is_null (local.get $value))
      (then
        (global.set $visited (i32.add (global.get $visited) (i32.const 1)))
        (if (i32.eqz (i32.and (global.get $visited) (i32.const 15)))
          (then (call $checkpoint)))
        (return_call $put_words (local.get $out) (i32.const 0) (i32.const 4))))
    (if (ref.test (ref i31) (local.get $value))
      (then
        (if (i31.get_u (ref.cast (ref i31) (local.get $value)))
          (then
            (return_call $put_words (local.get $out) (i32.const 4) (i32.const 8))))
        (return_call $put_words (local.get $out) (i32.const 8) (i32.const 13))))
    (if (ref.test (ref $number) (local.get $value))
      (then
        (return_call $put_number
          (local.get $out)
          (struct.get $number $value (ref.cast (ref $number) (local.get $value))))))
    (if (ref.test (ref $string) (local.get $value))
      (then
        (return_call $write_string
          (ref.cast (ref $string) (local.get $value)) (local.get $out))))
    (if (ref.test (ref $array) (local.get $value))
      (then
        (call $put (local.get $out) (i32.const 91))
        (call $write_items
          (struct.get $array $items (ref.cast (ref $array) (local.get $value)))
          (local.get $out))
        (return_call $put (local.get $out) (i32.const 93))))
    (call $put (local.get $out) (i32.const 123))
    (call $write_members
      (struct.get $object $members (ref.cast (ref $object) (local.get $value)))
      (local.get $out))
    (call $put (local.get $out) (i32.const 125)))

  (func $write_items (param $items (ref null $items)) (param $out (ref $buffer))
    (if (ref.is_null (local.get $items)) (then (return)))
    (call $write (struct.get $items $item (local.get $items)) (local.get $out))
    (local.set $items (struct.get $items $rest (local.get $items)))
    (if (ref.is_null (local.get $items)) (then (return)))
    (call $put (local.get $out) (i32.const 44))
    (return_call $write_items (local.get $items) (local.get $out)))

  (func $write_members (param $members (ref null $members)) (param $out (ref $buffer))
    (if (ref.is_null (local.get $members)) (then (return)))
    (call $write_string (struct.get $members $name (local.get $members)) (local.get $out))
    (call $put (local.get $out) (i32.const 58))
    (call $write (struct.get $members $value (local.get $members)) (local.get $out))
    (local.set $members (struct.get $members $rest (local.get $members)))
    (if (ref.is_null (local.get $members)) (then (return)))
    (call $put (local.get $out) (i32.const 44))
    (return_call $write_members (local.get $members) (local.get $out)))

  (func $write_string (param $string (ref $string)) (param $out (ref $buffer))
    (local $bytes (ref $bytes))
    (local $byte i32)
    (local $i i32)
    (local.set $bytes (struct.get $string $bytes (local.get $string)))
    (call $put (local.get $out) (i32.const 34))
    (loop $next
      (if (i32.lt_u (local.get $i) (array.len (local.get $bytes)))
        (then
          (local.set $byte (array.get_u $bytes (local.get $bytes) (local.get $i)))
          (if (i32.or
                (i32.eq (local.get $byte) (i32.const 34))
                (i32.eq (local.get $byte) (i32.const 92)))
            (then (call $put (local.get $out) (i32.const 92))))
          (call $put (local.get $out) (local.get $byte))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next))))
    (call $put (local.get $out) (i32.const 34)))

  ;; ---- Checks ----

  (func $equal (param $x (ref $bytes)) (param $y (ref $bytes)) (result i32)
    (local $i i32)
    (if (i32.ne (array.len (local.get $x)) (array.len (local.get $y)))
      (then (return (i32.const 0))))
    (loop $next
      (if (i32.ne
            (array.get_u $bytes (local.get $x) (local.get $i))
            (array.get_u $bytes (local.get $y) (local.get $i)))
        (then (return (i32.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $x)))))
    (i32.const 1))

  (func $member (param $members (ref null $members)) (param $name (ref $bytes)) (result eqref)
    (if (call $equal
          (struct.get $string $bytes
            (struct.get $members $name (ref.as_non_null (local.get $members))))
          (local.get $name))
      (then (return (struct.get $members $value (local.get $members)))))
    (return_call $member (struct.get $members $rest (local.get $members)) (local.get $name)))

  ;; The ids of an object and all its kids.
  (func $sum_ids (param $value eqref) (param $id (ref $bytes)) (param $kids (ref $bytes))
    (result i64)
    (local $members (ref null $members))
    (local $items (ref $items))
    (if (ref.is_null (local.get $value)) (then (return (i64.const 0))))
    (local.set $members
      (struct.get $object $members (ref.cast (ref $object) (local.get $value))))
    (local.set $items
      (ref.as_non_null
        (struct.get $array $items
          (ref.cast (ref $array) (call $member (local.get $members) (local.get $kids))))))
    (i64.add
      (struct.get $number $value
        (ref.cast (ref $number) (call $member (local.get $members) (local.get $id))))
      (i64.add
        (call $sum_ids
          (struct.get $items $item (local.get $items)) (local.get $id) (local.get $kids))
        (call $sum_ids
          (struct.get $items $item (struct.get $items $rest (local.get $items)))
          (local.get $id) (local.get $kids)))))

  (func (export "run") (param $n i32) (result i64)
    (local $text (ref $buffer))
    (local $spaced (ref $buffer))
    (local $out (ref $buffer))
    (local $tree eqref)
    (local $round i32)
    (local $sum i64)
    (local.set $text (call $new_buffer))
    (global.set $next_id (i32.const 0))
    (call $generate (local.get $text) (local.get $n))
    (local.set $spaced (call $spaced (local.get $text)))
    (loop $rounds
      (global.set $at (i32.const 0))
      (local.set $tree
        (call $parse
          (select (result (ref $buffer))
            (local.get $spaced) (local.get $text)
            (i32.and (local.get $round) (i32.const 1)))))
      (local.set $out (call $new_buffer))
      (call $write (local.get $tree) (local.get $out))
      (if (i32.eqz
            (call $equal
              (call $trimmed (local.get $text)) (call $trimmed (local.get $out))))
        (then (unreachable)))
      (local.set $sum
        (i64.add
          (local.get $sum)
          (call $sum_ids
            (local.get $tree)
            (array.new_data $bytes $name_id (i32.const 0) (i32.const 2))
            (array.new_data $bytes $name_kids (i32.const 0) (i32.const 4)))))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (br_if $rounds (i32.lt_u (local.get $round) (i32.const 40))))
    (local.get $sum)))

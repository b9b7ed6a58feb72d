;; A function keeps a struct in a local while it resumes a continuation. The
;; continuation collects garbage twice, and allocates after each collection.

(module
  (type $box (struct (field i64)))
  (type $f (func (result i64)))
  (type $k (cont $f))
  (import "wasmtime" "gc" (func $gc))
  (elem declare func $inner)

  (func $inner (type $f)
    (call $gc)
    (drop (struct.new $box (i64.const 7)))
    (call $gc)
    (drop (struct.new $box (i64.const 7)))
    (i64.const 0))

  (func (export "run") (result i64)
    (local $kept (ref null $box))
    (local.set $kept (struct.new $box (i64.const 42)))
    (drop (resume $k (cont.new $k (ref.func $inner))))
    (struct.get $box 0 (local.get $kept))))

(assert_return (invoke "run") (i64.const 42))

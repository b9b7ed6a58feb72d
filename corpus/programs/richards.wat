;; richards: Martin Richards' operating-system simulation. Six tasks pass
;; packets through a priority scheduler: an idle task, a worker, two handlers
;; and two devices. After the version of Deutsch and Wolczko, but packets are
;; immutable, queues are immutable lists (appending copies), and a task's
;; `step` is a function reference that belongs to its subtype's state.
;;
;; Expected: the counts that the original prints for an idle task of 10000
;; steps, 23246 packets queued and 9297 holds, in each round. For two rounds:
;; 2 * (23246 * 1000 + 9297) = 46510594.
(module
  (import "lab" "checkpoint" (func $checkpoint))

  (type $data (array (mut i32)))
  (rec
    ;; A message; `owner` is where it goes, or where it came from.
    (type $packet (struct
      (field $owner i32)
      (field $work i32)
      (field $next_byte i32)
      (field $data (ref $data))))
    (type $queue (struct (field $packet (ref $packet)) (field $rest (ref null $queue))))

    ;; What a task does with a packet or none; gives the task to run next.
    (type $step (func (param (ref $task)) (param (ref null $packet)) (result (ref null $task))))

    (type $state (sub (struct)))
    (type $idle (sub final $state (struct (field $seed i32) (field $left i32))))
    (type $worker (sub final $state (struct (field $handler i32) (field $letter i32))))
    (type $handler (sub final $state (struct
      (field $to_do (ref null $queue))
      (field $devices (ref null $queue)))))
    (type $device (sub final $state (struct (field $pending (ref null $packet)))))

    (type $task (struct
      (field $id i32)
      (field $priority i32)
      (field $link (ref null $task))
      (field $step (ref $step))
      (field $state (mut (ref $state)))
      (field $queue (mut (ref null $queue)))
      ;; Bits of $runnable, $suspended and $held; 0 is running.
      (field $flags (mut i32)))))
  (type $tasks (array (mut (ref null $task))))

  (global $runnable i32 (i32.const 1))
  (global $suspended i32 (i32.const 2))
  (global $held i32 (i32.const 4))

  (global $idle_id i32 (i32.const 0))
  (global $worker_id i32 (i32.const 1))
  (global $handler_a i32 (i32.const 2))
  (global $handler_b i32 (i32.const 3))
  (global $device_a i32 (i32.const 4))
  (global $device_b i32 (i32.const 5))

  (global $tasks (ref $tasks) (array.new_default $tasks (i32.const 6)))
  (global $all (mut (ref null $task)) (ref.null none))
  (global $current (mut (ref null $task)) (ref.null none))
  (global $queued (mut i32) (i32.const 0))
  (global $holds (mut i32) (i32.const 0))

  ;; The queue with a packet at its end; the whole spine is copied.
  (func $append (param $queue (ref null $queue)) (param $packet (ref $packet))
    (result (ref $queue))
    (if (ref.is_null (local.get $queue))
      (then
        (if (i32.eqz (i32.and (global.get $queued) (i32.const 511)))
          (then (call $checkpoint)))
        (return (struct.new $queue (local.get $packet) (ref.null none)))))
    (struct.new $queue
      (struct.get $queue $packet (local.get $queue))
      (call $append (struct.get $queue $rest (local.get $queue)) (local.get $packet))))

  (func $task_of (param $id i32) (result (ref $task))
    (ref.as_non_null (array.get $tasks (global.get $tasks) (local.get $id))))

  (func $set_flag (param $task (ref null $task)) (param $flag i32)
    (struct.set $task $flags (local.get $task)
      (i32.or (struct.get $task $flags (local.get $task)) (local.get $flag))))

  ;; The more urgent of a task just made ready and the current one.
  (func $urgent (param $task (ref $task)) (result (ref null $task))
    (select (result (ref null $task))
      (local.get $task)
      (global.get $current)
      (i32.gt_s
        (struct.get $task $priority (local.get $task))
        (struct.get $task $priority (global.get $current)))))

  (func $hold_current (result (ref null $task))
    (global.set $holds (i32.add (global.get $holds) (i32.const 1)))
    (call $set_flag (global.get $current) (global.get $held))
    (struct.get $task $link (global.get $current)))

  (func $suspend_current (result (ref null $task))
    (call $set_flag (global.get $current) (global.get $suspended))
    (global.get $current))

  (func $release (param $id i32) (result (ref null $task))
    (local $task (ref $task))
    (local.set $task (call $task_of (local.get $id)))
    (struct.set $task $flags (local.get $task)
      (i32.and
        (struct.get $task $flags (local.get $task))
        (i32.xor (global.get $held) (i32.const -1))))
    (return_call $urgent (local.get $task)))

  ;; Sends a packet to a task, with the current one as its new owner.
  (func $send
    (param $to i32) (param $work i32) (param $next_byte i32) (param $data (ref $data))
    (result (ref null $task))
    (local $task (ref $task))
    (local $old (ref null $queue))
    (local.set $task (call $task_of (local.get $to)))
    (global.set $queued (i32.add (global.get $queued) (i32.const 1)))
    (local.set $old (struct.get $task $queue (local.get $task)))
    (struct.set $task $queue (local.get $task)
      (call $append
        (local.get $old)
        (struct.new $packet
          (struct.get $task $id (global.get $current))
          (local.get $work) (local.get $next_byte) (local.get $data))))
    (if (ref.is_null (local.get $old))
      (then
        (call $set_flag (local.get $task) (global.get $runnable))
        (return_call $urgent (local.get $task))))
    (global.get $current))

  ;; Releases one device or the other as a pseudo-random bit says.
  (func $idle_step (type $step)
    (local $state (ref $idle))
    (local $seed i32)
    (local $left i32)
    (local.set $state (ref.cast (ref $idle) (struct.get $task $state (local.get 0))))
    (local.set $seed (struct.get $idle $seed (local.get $state)))
    (local.set $left (i32.sub (struct.get $idle $left (local.get $state)) (i32.const 1)))
    (if (i32.eqz (local.get $left)) (then (return_call $hold_current)))
    (struct.set $task $state (local.get 0)
      (struct.new $idle
        (i32.xor
          (i32.shr_u (local.get $seed) (i32.const 1))
          (i32.mul (i32.and (local.get $seed) (i32.const 1)) (i32.const 0xd008)))
        (local.get $left)))
    (return_call $release
      (i32.add (global.get $device_a) (i32.and (local.get $seed) (i32.const 1)))))

  ;; Fills packets with four letters each and sends them to both handlers in
  ;; turn.
  (func $worker_step (type $step)
    (local $state (ref $worker))
    (local $data (ref $data))
    (local $handler i32)
    (local $letter i32)
    (local $i i32)
    (if (ref.is_null (local.get 1)) (then (return_call $suspend_current)))
    (local.set $state (ref.cast (ref $worker) (struct.get $task $state (local.get 0))))
    (local.set $handler
      (i32.sub
        (i32.add (global.get $handler_a) (global.get $handler_b))
        (struct.get $worker $handler (local.get $state))))
    (local.set $letter (struct.get $worker $letter (local.get $state)))
    (local.set $data (array.new_default $data (i32.const 4)))
    (loop $fill
      (local.set $letter (i32.add (local.get $letter) (i32.const 1)))
      (if (i32.gt_s (local.get $letter) (i32.const 26))
        (then (local.set $letter (i32.const 1))))
      (array.set $data (local.get $data) (local.get $i) (local.get $letter))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $i) (i32.const 4))))
    (struct.set $task $state (local.get 0)
      (struct.new $worker (local.get $handler) (local.get $letter)))
    (return_call $send
      (local.get $handler) (i32.const 1) (i32.const 0) (local.get $data)))

  ;; Hands the bytes of work packets out to device packets one by one, and a
  ;; used-up work packet back to the worker.
  (func $handler_step (type $step)
    (local $state (ref $handler))
    (local $to_do (ref null $queue))
    (local $devices (ref null $queue))
    (local $work (ref $packet))
    (local $device (ref $packet))
    (local $next_byte i32)
    (local $byte (ref $data))
    (local.set $state (ref.cast (ref $handler) (struct.get $task $state (local.get 0))))
    (local.set $to_do (struct.get $handler $to_do (local.get $state)))
    (local.set $devices (struct.get $handler $devices (local.get $state)))
    (if (i32.eqz (ref.is_null (local.get 1)))
      (then
        (if (struct.get $packet $work (local.get 1))
          (then
            (local.set $to_do
              (call $append (local.get $to_do) (ref.as_non_null (local.get 1)))))
          (else
            (local.set $devices
              (call $append (local.get $devices) (ref.as_non_null (local.get 1))))))
        (struct.set $task $state (local.get 0)
          (struct.new $handler (local.get $to_do) (local.get $devices)))))
    (if (ref.is_null (local.get $to_do)) (then (return_call $suspend_current)))
    (local.set $work (struct.get $queue $packet (local.get $to_do)))
    (local.set $next_byte (struct.get $packet $next_byte (local.get $work)))
    (if (i32.ge_s (local.get $next_byte) (i32.const 4))
      (then
        (struct.set $task $state (local.get 0)
          (struct.new $handler
            (struct.get $queue $rest (local.get $to_do)) (local.get $devices)))
        (return_call $send
          (struct.get $packet $owner (local.get $work))
          (i32.const 1) (local.get $next_byte)
          (struct.get $packet $data (local.get $work)))))
    (if (ref.is_null (local.get $devices)) (then (return_call $suspend_current)))
    (local.set $device (struct.get $queue $packet (local.get $devices)))
    (local.set $byte
      (array.new_fixed $data 1
        (array.get $data
          (struct.get $packet $data (local.get $work)) (local.get $next_byte))))
    (struct.set $task $state (local.get 0)
      (struct.new $handler
        (struct.new $queue
          (struct.new $packet
            (struct.get $packet $owner (local.get $work))
            (i32.const 1)
            (i32.add (local.get $next_byte) (i32.const 1))
            (struct.get $packet $data (local.get $work)))
          (struct.get $queue $rest (local.get $to_do)))
        (struct.get $queue $rest (local.get $devices))))
    (return_call $send
      (struct.get $packet $owner (local.get $device))
      (i32.const 0) (i32.const 0) (local.get $byte)))

  ;; Keeps a packet until released, then sends it back.
  (func $device_step (type $step)
    (local $pending (ref null $packet))
    (if (ref.is_null (local.get 1))
      (then
        (local.set $pending
          (struct.get $device $pending
            (ref.cast (ref $device) (struct.get $task $state (local.get 0)))))
        (if (ref.is_null (local.get $pending)) (then (return_call $suspend_current)))
        (struct.set $task $state (local.get 0) (struct.new $device (ref.null none)))
        (return_call $send
          (struct.get $packet $owner (local.get $pending))
          (struct.get $packet $work (local.get $pending))
          (struct.get $packet $next_byte (local.get $pending))
          (struct.get $packet $data (local.get $pending)))))
    (struct.set $task $state (local.get 0) (struct.new $device (local.get 1)))
    (return_call $hold_current))

  ;; Runs a task; one that waited for a packet and has it takes it along.
  (func $run_task (param $task (ref $task)) (result (ref null $task))
    (local $packet (ref null $packet))
    (local $queue (ref null $queue))
    (if (i32.eq
          (struct.get $task $flags (local.get $task))
          (i32.or (global.get $suspended) (global.get $runnable)))
      (then
        (local.set $queue (struct.get $task $queue (local.get $task)))
        (local.set $packet (struct.get $queue $packet (local.get $queue)))
        (local.set $queue (struct.get $queue $rest (local.get $queue)))
        (struct.set $task $queue (local.get $task) (local.get $queue))
        (struct.set $task $flags (local.get $task)
          (select
            (i32.const 0) (global.get $runnable) (ref.is_null (local.get $queue))))))
    (call_ref $step
      (local.get $task) (local.get $packet) (struct.get $task $step (local.get $task))))

  (func $schedule
    (local $flags i32)
    (global.set $current (global.get $all))
    (loop $next
      (if (ref.is_null (global.get $current)) (then (return)))
      (local.set $flags (struct.get $task $flags (global.get $current)))
      (global.set $current
        (if (result (ref null $task))
          (i32.or
            (i32.and (local.get $flags) (global.get $held))
            (i32.eq (local.get $flags) (global.get $suspended)))
          (then (struct.get $task $link (global.get $current)))
          (else (call $run_task (ref.as_non_null (global.get $current))))))
      (br $next)))

  (func $add_task
    (param $id i32) (param $priority i32) (param $step (ref $step)) (param $state (ref $state))
    (param $queue (ref null $queue)) (param $flags i32)
    (local $task (ref $task))
    (local.set $task
      (struct.new $task
        (local.get $id) (local.get $priority) (global.get $all)
        (local.get $step) (local.get $state) (local.get $queue) (local.get $flags)))
    (global.set $all (local.get $task))
    (array.set $tasks (global.get $tasks) (local.get $id) (local.get $task)))

  ;; A queue of so many empty packets of one owner.
  (func $packets (param $count i32) (param $owner i32) (param $work i32)
    (result (ref null $queue))
    (if (i32.eqz (local.get $count)) (then (return (ref.null none))))
    (struct.new $queue
      (struct.new $packet
        (local.get $owner) (local.get $work) (i32.const 0)
        (array.new_default $data (i32.const 4)))
      (call $packets
        (i32.sub (local.get $count) (i32.const 1)) (local.get $owner) (local.get $work))))

  (elem declare func $idle_step $worker_step $handler_step $device_step)

  (func $round (result i64)
    (local $ready i32)
    (local.set $ready (i32.or (global.get $suspended) (global.get $runnable)))
    (global.set $all (ref.null none))
    (global.set $queued (i32.const 0))
    (global.set $holds (i32.const 0))
    (call $add_task
      (global.get $idle_id) (i32.const 0) (ref.func $idle_step)
      (struct.new $idle (i32.const 1) (i32.const 10000))
      (ref.null none) (i32.const 0))
    (call $add_task
      (global.get $worker_id) (i32.const 1000) (ref.func $worker_step)
      (struct.new $worker (global.get $handler_a) (i32.const 0))
      (call $packets (i32.const 2) (global.get $worker_id) (i32.const 1))
      (local.get $ready))
    (call $add_task
      (global.get $handler_a) (i32.const 2000) (ref.func $handler_step)
      (struct.new $handler (ref.null none) (ref.null none))
      (call $packets (i32.const 3) (global.get $device_a) (i32.const 0))
      (local.get $ready))
    (call $add_task
      (global.get $handler_b) (i32.const 3000) (ref.func $handler_step)
      (struct.new $handler (ref.null none) (ref.null none))
      (call $packets (i32.const 3) (global.get $device_b) (i32.const 0))
      (local.get $ready))
    (call $add_task
      (global.get $device_a) (i32.const 4000) (ref.func $device_step)
      (struct.new $device (ref.null none)) (ref.null none) (global.get $suspended))
    (call $add_task
      (global.get $device_b) (i32.const 5000) (ref.func $device_step)
      (struct.new $device (ref.null none)) (ref.null none) (global.get $suspended))
    (call $schedule)
    (i64.extend_i32_u
      (i32.add
        (i32.mul (global.get $queued) (i32.const 1000))
        (global.get $holds))))

  (func (export "run") (param $rounds i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (call $round)))
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if $again (local.get $rounds)))
    (local.get $sum)))

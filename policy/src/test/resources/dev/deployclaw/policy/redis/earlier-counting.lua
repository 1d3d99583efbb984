-- What limits count by time: a bucket's debt (GCRA's, too), a window's units. The reference model
-- in Java is the definition. Whole numbers only, each below 2^53; times are microseconds.

local EXACT = 9007199254740992 -- 2^53
local NEVER = 2251799813685248 -- 2^51, some 71 years
local SLOTS = 16
local MONDAY = 259200000000 -- 1970 began on a Thursday; a week begins on a Monday

-- While a library loads there is no `math` and no `string`: the first call fetches them.
local ceil, floor, fmod, min, max, format, match, find
local function prepare()
  ceil, floor, fmod, min, max = math.ceil, math.floor, math.fmod, math.min, math.max
  format, match, find = string.format, string.match, string.find
end

-- a * b / m as whole part and rest. a < 2^52, b < 2^50, m < 2^42; a whole part above 2^53 is
-- approximate, which nothing here can tell from "more than enough".
local function divide(a, b, m)
  local product = a * b
  if product < EXACT then
    local rest = fmod(product, m)
    return (product - rest) / m, rest
  end
  local low = fmod(a, m)
  local whole, part, rest = (a - low) / m * b, 0, 0
  for shift = 4, 0, -1 do
    local limb = floor(b / 1024 ^ shift) % 1024
    local sum = rest * 1024 + low * limb
    rest = fmod(sum, m)
    part = part * 1024 + (sum - rest) / m
  end
  return whole + part, rest
end

-- Token bucket: a debt that drains; its fraction is in units of 1/window.

local function bucket(rule, debt, fraction, stamp)
  return {
    kind = 'tb', requests = rule.requests, window = rule.window,
    debt = debt, fraction = fraction, stamp = stamp,
  }
end

local function drained(b, now)
  local whole, rest = divide(now - b.stamp, b.requests, b.window)
  local debt, fraction = b.debt - whole, b.fraction - rest
  if fraction < 0 then
    debt, fraction = debt - 1, fraction + b.window
  end
  if debt < 0 then
    debt, fraction = 0, 0
  end
  return bucket(b, debt, fraction, now)
end

local function restated(b, rule)
  local up, rest = divide(b.fraction, rule.window, b.window)
  if rest > 0 then
    up = up + 1
  end
  if up == rule.window then
    return bucket(rule, b.debt + 1, 0, b.stamp)
  end
  return bucket(rule, b.debt, up, b.stamp)
end

local function bucket_held(b)
  return b.fraction > 0 and b.debt + 1 or b.debt
end

-- Time until `whole` tokens and the fraction have drained.
local function drain_time(b, whole)
  if whole == 0 and b.fraction == 0 then
    return 0
  end
  if b.requests == 0 then
    return NEVER
  end
  local micros, rest = divide(b.window, whole, b.requests)
  rest = rest + b.fraction
  local left = fmod(rest, b.requests)
  micros = micros + (rest - left) / b.requests
  return min(NEVER, left > 0 and micros + 1 or micros)
end

-- Sliding window: units by slot number, ascending, in two lists.

local function window(width)
  return { kind = 'sw', width = width, slots = {}, units = {}, held = 0 }
end

local function add(w, slot, units)
  local n = #w.slots
  if n > 0 and w.slots[n] == slot then
    w.units[n] = w.units[n] + units
  else
    w.slots[n + 1], w.units[n + 1] = slot, units
  end
  w.held = w.held + units
end

-- Without the slots that are wholly older than the window.
local function live(w, now)
  local oldest = floor(now / w.width) - SLOTS
  if not w.slots[1] or w.slots[1] >= oldest then
    return w
  end
  local copy = window(w.width)
  for i, slot in ipairs(w.slots) do
    if slot >= oldest then
      add(copy, slot, w.units[i])
    end
  end
  return copy
end

local function forgotten(w, slot)
  return (slot + SLOTS + 1) * w.width
end

-- Fixed window: units since it began.

local function fixed(rule, slot, units, stamp)
  return {
    kind = 'fw', requests = rule.requests, window = rule.window,
    slot = slot, held = units, stamp = stamp,
  }
end

local function fixed_slot(at, span)
  return floor((at + MONDAY) / span)
end

local function fixed_end(c)
  return (c.slot + 1) * c.window - MONDAY
end

-- A counter as a bucket of another rule: it holds the smaller of what both would.

local function replayed(w, rule, now)
  local b, alive = bucket(rule, 0, 0, 0), live(w, now)
  for i, slot in ipairs(alive.slots) do
    b = drained(b, min(now, (slot + 1) * alive.width))
    b.debt = b.debt + alive.units[i]
  end
  return drained(b, now)
end

local function bucket_under(c, rule, now)
  if not c then
    return bucket(rule, 0, 0, now)
  end
  if c.kind == 'sw' then
    return replayed(c, rule, now)
  end
  if c.kind == 'fw' then
    c = bucket(c, c.held, 0, c.stamp)
  end
  local own = drained(c, now)
  if c.requests == rule.requests and c.window == rule.window then
    return own
  end
  local kept, others = restated(own, rule), drained(restated(c, rule), now)
  if kept.debt < others.debt
    or (kept.debt == others.debt and kept.fraction < others.fraction) then
    return kept
  end
  return others
end

-- What a counter holds: read from and written to its text.

local function parsed(text)
  if not text then
    return nil
  end
  local requests, span, debt, fraction, stamp = match(text, '^tb (%d+) (%d+) (%d+) (%d+) (%d+)$')
  if requests then
    local rule = { requests = tonumber(requests), window = tonumber(span) }
    return bucket(rule, tonumber(debt), tonumber(fraction), tonumber(stamp))
  end
  local slot, units
  requests, span, slot, units, stamp = match(text, '^fw (%d+) (%d+) (%d+) (%d+) (%d+)$')
  if requests then
    local rule = { requests = tonumber(requests), window = tonumber(span) }
    return fixed(rule, tonumber(slot), tonumber(units), tonumber(stamp))
  end
  local w = window(tonumber(match(text, '^sw (%d+)')))
  for at, charged in string.gmatch(text, '(%d+):(%d+)') do
    add(w, tonumber(at), tonumber(charged))
  end
  return w
end

local function written(c)
  if c.kind == 'tb' then
    return format('tb %d %d %d %d %d', c.requests, c.window, c.debt, c.fraction, c.stamp)
  end
  if c.kind == 'fw' then
    return format('fw %d %d %d %d %d', c.requests, c.window, c.slot, c.held, c.stamp)
  end
  local parts = { format('sw %d', c.width) }
  for i, slot in ipairs(c.slots) do
    parts[i + 1] = format('%d:%d', slot, c.units[i])
  end
  return table.concat(parts, ' ')
end

-- The counter after the clock stepped back behind it, and whether it did.
local function rewound(c, now)
  if c.kind == 'tb' then
    if now >= c.stamp then
      return c, false
    end
    c.stamp = now
    return c, true
  end
  if c.kind == 'fw' then
    if now >= c.stamp then
      return c, false
    end
    return fixed(c, min(c.slot, fixed_slot(now, c.window)), c.held, now), true
  end
  local last, n = floor(now / c.width), #c.slots
  if n == 0 or c.slots[n] <= last then
    return c, false
  end
  local w = window(c.width)
  for i, slot in ipairs(c.slots) do
    add(w, min(slot, last), c.units[i])
  end
  return w, true
end

-- A debt that a fixed window's rule meets stays one until the window of its last charge is over.
local function read_fixed(c, rule, now)
  local slot = fixed_slot(now, rule.window)
  if c and c.kind == 'fw' and c.window == rule.window then
    return c.slot == slot and c or fixed(rule, slot, 0, now)
  end
  local over = c and c.kind == 'tb' and fixed_slot(c.stamp, rule.window) < slot
  local owed = bucket_under(c, rule, now)
  local held = bucket_held(owed)
  if held == 0 or over then
    return fixed(rule, slot, held, now)
  end
  return owed
end

-- The counter in the terms of a rule. A bucket that a window's rule reads stays one until a charge.
local function read(c, rule, now)
  if rule.kind == 'tb' then
    return bucket_under(c, rule, now)
  end
  if rule.kind == 'fw' then
    return read_fixed(c, rule, now)
  end
  local width = rule.window / SLOTS
  if c and c.kind == 'sw' and c.width == width then
    return live(c, now)
  end
  local owed = bucket_under(c, rule, now)
  return bucket_held(owed) == 0 and window(width) or owed
end

local function remaining(c, rule)
  return max(0, rule.capacity - (c.kind == 'tb' and bucket_held(c) or c.held))
end

-- The counter with a charge, in the form that the rule keeps.
local function plus(c, cost, rule, now)
  if c.kind == 'fw' then
    return fixed(rule, c.slot, c.held + cost, now)
  end
  if c.kind == 'tb' and rule.kind ~= 'sw' then
    c.debt = c.debt + cost
    return c
  end
  local w, held = c, 0
  if c.kind == 'tb' then
    w, held = window(rule.window / SLOTS), bucket_held(c)
  end
  add(w, floor(now / w.width), held + cost)
  return w
end

local function reset(c, now)
  if c.kind == 'tb' then
    return drain_time(c, c.debt)
  end
  if c.kind == 'fw' then
    return c.held == 0 and 0 or fixed_end(c) - now
  end
  local n = #c.slots
  return n == 0 and 0 or forgotten(c, c.slots[n]) - now
end

local function wait_for(c, cost, rule, now)
  if cost > rule.capacity then
    return NEVER
  end
  if c.kind == 'tb' then
    local over = c.debt + cost - rule.capacity
    return over < 0 and 0 or drain_time(c, over)
  end
  if c.kind == 'fw' then
    return c.held + cost <= rule.capacity and 0 or fixed_end(c) - now
  end
  local over, wait = c.held + cost - rule.capacity, 0
  for i, slot in ipairs(c.slots) do
    if over <= 0 then
      break
    end
    over, wait = over - c.units[i], forgotten(c, slot) - now
  end
  return wait
end

-- Until no rule finds anything in it: another rule than its own forgets a fixed window later.
local function lifetime(c, now)
  if c.kind ~= 'fw' then
    return reset(c, now)
  end
  local b = drained(bucket(c, c.held, 0, c.stamp), now)
  return max(reset(c, now), drain_time(b, b.debt))
end

-- Requests that are under way: a sorted set of their leases by end. A member is `units/id`; `#` has
-- the units of all of them as a score below zero, and `~` stands before what counted by time until
-- the limit became one of concurrency.

local TOTAL, BESIDE, AT_ONCE, MOST_LOOKED_AT = '#', '~', 1000, 64
local PROBE_TTL = 900000 -- milliseconds; longer than any probe token lives

local function whole(number)
  return format('%d', number)
end

local function units_of(member)
  return tonumber(match(member, '^%d+'))
end

local function is_wrong_type(reply)
  if type(reply) ~= 'table' or not reply.err then
    return false
  end
  assert(find(reply.err, 'WRONGTYPE', 1, true), reply.err)
  return true
end

local function set_total(key, c)
  redis.call('ZADD', key, whole(-c.total), TOTAL)
end

local function put_beside(key, old, c)
  if old then
    redis.call('ZREM', key, BESIDE .. old)
  end
  redis.call('ZADD', key, whole(-EXACT), BESIDE .. written(c))
end

-- Removes the leases that have ended.
local function drop_ended(key, c, now)
  local ended = redis.call('ZRANGEBYSCORE', key, '(0', whole(now))
  if not ended[1] then
    return
  end
  for _, member in ipairs(ended) do
    c.total = c.total - units_of(member)
  end
  redis.call('ZREMRANGEBYSCORE', key, '(0', whole(now))
  if c.total == 0 and not c.beside then
    redis.call('DEL', key)
  else
    set_total(key, c)
  end
end

-- Writes a counter that will be idle in `idle_in`; it vanishes then.
local function save(key, c, now, idle_in, probe)
  if probe then
    redis.call('SET', key, written(c), 'PX', PROBE_TTL)
  else
    local idle = ceil((now + (c.kind == 'fw' and lifetime(c, now) or idle_in)) / 1000)
    redis.call('SET', key, written(c), 'PXAT', whole(idle))
  end
end

-- The leases at a key, from its two lowest members.
local function leases(key, lowest, now)
  local c, at = { kind = 'cc', key = key, total = 0 }, 1
  local text = match(lowest[1], '^~(.*)$')
  if text then
    local aside, moved = rewound(parsed(text), now)
    if moved then
      put_beside(key, text, aside)
      text = written(aside)
    end
    c.beside, c.text, at = aside, text, 3
  end
  if lowest[at] == TOTAL then
    c.total = -tonumber(lowest[at + 1])
  end
  drop_ended(key, c, now)
  return c
end

local function last_end(c)
  local last = c.total > 0 and redis.call('ZRANGE', c.key, -1, -1, 'WITHSCORES') or {}
  return last[2] and tonumber(last[2])
end

local function lease_reset(c, now)
  local last = last_end(c)
  return last and last - now or 0
end

local function lease_wait(c, cost, rule, now)
  if cost > rule.capacity then
    return NEVER
  end
  local over = c.total + cost - rule.capacity
  if over <= 0 then
    return 0
  end
  local first = redis.call(
    'ZRANGEBYSCORE', c.key, '(0', '+inf', 'WITHSCORES', 'LIMIT', 0, MOST_LOOKED_AT)
  for i = 1, #first, 2 do
    over = over - units_of(first[i])
    if over <= 0 then
      return tonumber(first[i + 1]) - now
    end
  end
  return lease_reset(c, now)
end

local function sleeps_for(c, now)
  return c.kind == 'tb' and reset(drained(c, now), now) or max(0, lifetime(c, now))
end

-- Lets the set vanish once nothing in it counts.
local function expire_leases(c, now, probe)
  if probe then
    redis.call('PEXPIRE', c.key, PROBE_TTL)
    return
  end
  local last = last_end(c) or now
  if c.beside then
    last = max(last, now + sleeps_for(c.beside, now))
  end
  redis.call('PEXPIREAT', c.key, whole(ceil(last / 1000)))
end

-- Holds places for `count` requests, each with a lease of its own.
local function hold(c, charge, count, now, probe)
  assert(charge.lease ~= '', 'a request without a name for its lease')
  if c.fresh and c.beside then
    redis.call('DEL', c.key)
    put_beside(c.key, nil, c.beside)
  end
  local ends, added = whole(now + charge.rule.window), 0
  for first = 0, count - 1, AT_ONCE do
    local places = {}
    for i = first, min(first + AT_ONCE, count) - 1 do
      places[#places + 1] = ends
      places[#places + 1] = whole(charge.cost) .. '/' .. charge.lease .. ':' .. whole(i)
    end
    added = added + redis.call('ZADD', c.key, 'NX', unpack(places))
  end
  c.total, c.fresh = c.total + added * charge.cost, nil
  set_total(c.key, c)
  expire_leases(c, now, probe)
end

-- A counter by time beside leases of when its limit was one of concurrency: they take their share.

local function shared(c, rule, now)
  return { kind = 'shared', leases = c, counted = read(c.beside, rule, now) }
end

local function shared_wait(s, cost, rule, now)
  if cost > rule.capacity then
    return NEVER
  end
  if cost <= remaining(s.counted, rule) - s.leases.total then
    return 0
  end
  return max(lease_reset(s.leases, now), wait_for(s.counted, cost, rule, now))
end

local function charge_shared(s, charge, cost, now, probe)
  local c = s.leases
  s.counted = plus(s.counted, cost, charge.rule, now)
  if c.total == 0 then
    save(charge.key, s.counted, now, reset(s.counted, now), probe)
    return
  end
  put_beside(c.key, c.text, s.counted)
  c.beside, c.text = s.counted, written(s.counted)
  expire_leases(c, now, probe)
end

-- Gives places back; keys and members in pairs. Answers how many were still held.
local function release(keys, args)
  if not floor then
    prepare()
  end
  local released = 0
  for i, key in ipairs(keys) do
    local held = redis.pcall('ZREM', key, args[i])
    if not is_wrong_type(held) and held == 1 then
      released = released + 1
      local total = -tonumber(redis.call('ZSCORE', key, TOTAL)) - units_of(args[i])
      if total == 0 and redis.call('ZCARD', key) == 1 then
        redis.call('DEL', key)
      else
        set_total(key, { total = total })
      end
    end
  end
  return released
end

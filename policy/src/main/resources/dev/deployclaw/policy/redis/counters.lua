-- What limits count by time: a bucket's debt (GCRA's, too), a window's units. The reference model
-- in Java is the definition. Whole numbers only, each below 2^53; times are microseconds.

local EXACT = 9007199254740992 -- 2^53
local NEVER = 2251799813685248 -- 2^51, some 71 years
local SLOTS = 16
local MONDAY = 259200000000 -- 1970 began on a Thursday; a week begins on a Monday

-- While a library loads there is no `math` and no `string`: the first call fetches them.
local ceil, floor, fmod, min, max, format, match, find, sub, call, pcall
local function prepare()
  ceil, floor, fmod, min, max = math.ceil, math.floor, math.fmod, math.min, math.max
  format, match, find, sub = string.format, string.match, string.find, string.sub
  call, pcall = redis.call, redis.pcall
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
local function drain_micros(requests, span, whole, fraction)
  if whole == 0 and fraction == 0 then
    return 0
  end
  if requests == 0 then
    return NEVER
  end
  local micros, rest = divide(span, whole, requests)
  rest = rest + fraction
  local left = fmod(rest, requests)
  micros = micros + (rest - left) / requests
  if left > 0 then
    micros = micros + 1
  end
  return micros < NEVER and micros or NEVER
end

local function drain_time(b, whole)
  return drain_micros(b.requests, b.window, whole, b.fraction)
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

-- What a counter holds: read from and written to its text. The zeros before numbers put them where
-- counted.lua looks; without them, as earlier versions wrote, they mean the same.

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
    return format('tb %d %d %010d %013d %016d', c.requests, c.window, c.debt, c.fraction, c.stamp)
  end
  if c.kind == 'fw' then
    return format('fw %d %d %010d %010d %016d', c.requests, c.window, c.slot, c.held, c.stamp)
  end
  local parts = { format('sw %013d %010d', c.width, c.held) }
  for i, slot in ipairs(c.slots) do
    parts[i + 1] = format('%012d:%010d', slot, c.units[i])
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

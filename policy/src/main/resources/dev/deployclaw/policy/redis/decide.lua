-- Decides whether requests pass their limits. The constants stand above; the reference model in
-- Java is the definition. Whole numbers only, each below 2^53; times are microseconds.

local EXACT = 9007199254740992 -- 2^53
local NEVER = 2251799813685248 -- 2^51, some 71 years
local SLOTS = 16
local PROBE_TTL = 900000 -- milliseconds; longer than any probe token lives
local MOST_RULES = 10000
local DECIDED, NEED_EPOCH, NEED_RULE = 0, 1, 2

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

-- Copies the live slots into a window of `width`; none ends up after `now`.
local function resliced(w, width, now)
  local own = floor(now / w.width) - SLOTS
  local others = floor(now / width) - SLOTS
  local copy = window(width)
  for i, slot in ipairs(w.slots) do
    local moved = width == w.width and slot
      or floor(min(now, (slot + 1) * w.width - 1) / width)
    if slot >= own and moved >= others then
      add(copy, moved, w.units[i])
    end
  end
  return copy
end

local function forgotten(w, slot)
  return (slot + SLOTS + 1) * w.width
end

-- The two forms in each other's terms.

local function as_bucket(w, rule, now)
  local b = bucket(rule, 0, 0, 0)
  local live = resliced(w, w.width, now)
  for i, slot in ipairs(live.slots) do
    b = drained(b, min(now, (slot + 1) * live.width))
    b.debt = b.debt + live.units[i]
  end
  return drained(b, now)
end

local function as_window(b, width, now)
  local w = window(width)
  local held = bucket_held(drained(b, now))
  local slot = floor(b.stamp / width)
  if held > 0 and slot >= floor(now / width) - SLOTS then
    add(w, slot, held)
  end
  return w
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
  local w = window(tonumber(match(text, '^sw (%d+)')))
  for slot, units in string.gmatch(text, '(%d+):(%d+)') do
    add(w, tonumber(slot), tonumber(units))
  end
  return w
end

local function written(c)
  if c.kind == 'tb' then
    return format('tb %d %d %d %d %d', c.requests, c.window, c.debt, c.fraction, c.stamp)
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

local function read(c, rule, now)
  if rule.kind == 'sw' then
    local width = rule.window / SLOTS
    if not c then
      return window(width)
    end
    return c.kind == 'sw' and resliced(c, width, now) or as_window(c, width, now)
  end
  if not c then
    return bucket(rule, 0, 0, now)
  end
  if c.kind == 'sw' then
    return as_bucket(c, rule, now)
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

local function remaining(c, rule)
  return max(0, rule.capacity - (c.kind == 'tb' and bucket_held(c) or c.held))
end

local function plus(c, cost, now)
  if c.kind == 'tb' then
    c.debt = c.debt + cost
  else
    add(c, floor(now / c.width), cost)
  end
end

local function reset(c, now)
  if c.kind == 'tb' then
    return drain_time(c, c.debt)
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
  local over, wait = c.held + cost - rule.capacity, 0
  for i, slot in ipairs(c.slots) do
    if over <= 0 then
      break
    end
    over, wait = over - c.units[i], forgotten(c, slot) - now
  end
  return wait
end

-- The call.

-- Rules by their text, which never means anything else.
local rules, known = {}, 0

local function rule_of(text)
  if rules[text] then
    return rules[text]
  end
  local kind, requests, span, burst, cost, mode =
    match(text, '^(%l+) (%d+) (%d+) (%d+) (%d+) (%l+)$')
  assert(kind == 'tb' or kind == 'sw', 'not a rule: ' .. text)
  local rule = {
    kind = kind, requests = tonumber(requests), window = tonumber(span),
    cost = tonumber(cost), enforced = mode == 'enforce',
  }
  rule.capacity = kind == 'tb' and rule.requests > 0 and tonumber(burst) or rule.requests
  if known == MOST_RULES then
    rules, known = {}, 0
  end
  rules[text], known = rule, known + 1
  return rule
end

-- Where the list for this epoch starts: after `epochs length`.
local function mine(args)
  local i = 3
  while args[i] do
    if (args[i] == LISTED or find(args[i], LISTED, 1, true)) then
      return i + 2, i + 1 + tonumber(args[i + 1])
    end
    i = i + 2 + tonumber(args[i + 1])
  end
end

-- One tenant's charges; moves on to the next tenant. Each limit stands as `name key units rule`.
local function owner(keys, args, i, charges)
  local policy, count, line = keys[tonumber(args[i])], tonumber(args[i + 1]), args[i + 2]
  local fields = { FIELD .. '#' }
  for n = 1, count do
    fields[n + 1] = FIELD .. args[i - 1 + 4 * n]
  end
  local staged = redis.call('HMGET', policy, unpack(fields))
  line = staged[1] or line
  for n = 1, count do
    local at = i - 1 + 4 * n
    local text = staged[n + 1] or args[at + 3]
    if text == '' then
      return nil
    end
    local rule = rule_of(text)
    charges[#charges + 1] = {
      key = keys[tonumber(args[at + 1])], rule = rule, cost = tonumber(args[at + 2]) * rule.cost,
    }
  end
  if line == '' then
    return nil
  end
  return i + 3 + 4 * count, string.sub(line, 1, 7) == 'blocked'
end

local function clock(at)
  if at ~= '' then
    return tonumber(at), true
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2]), false
end

-- Writes a counter that will be idle in `idle_in`; it vanishes then.
local function save(key, c, now, idle_in, probe)
  if probe then
    redis.call('SET', key, written(c), 'PX', PROBE_TTL)
  else
    local idle = ceil((now + idle_in) / 1000)
    redis.call('SET', key, written(c), 'PXAT', format('%d', idle))
  end
end

-- Reads the counter of a charge, and how many of n requests it alone admits.
local function view(charge, n, now, probe)
  local stored, moved = parsed(redis.call('GET', charge.key)), false
  if stored then
    stored, moved = rewound(stored, now)
  end
  if moved then
    save(charge.key, stored, now, reset(stored, now), probe)
  end
  charge.counter = read(stored, charge.rule, now)
  charge.fits = min(n, floor(remaining(charge.counter, charge.rule) / charge.cost))
end

-- Arguments: requests, own clock or '', then a list for each epoch: `,epochs, length`, then
-- tenants: `policy-key limits line`, each followed by its limits: `name counter-key units rule`.
-- Answer: outcome, epoch, admitted, retry-after, then `fits remaining reset wait` for each limit.
local function decide(keys, args)
  if not floor then
    prepare()
  end
  local i, last = mine(args)
  if not i then
    return { NEED_EPOCH, EPOCH }
  end
  local n, charges, blocked = tonumber(args[1]), {}, false
  while i and i <= last do
    local stop
    i, stop = owner(keys, args, i, charges)
    blocked = blocked or stop
  end
  if not i then
    return { NEED_RULE, EPOCH }
  end
  local now, probe = clock(args[2])
  local admitted = blocked and 0 or n
  for _, charge in ipairs(charges) do
    view(charge, n, now, probe)
    if charge.rule.enforced then
      admitted = min(admitted, charge.fits)
    end
  end
  local answer, retry = { DECIDED, EPOCH, admitted, 0 }, blocked and NEVER or 0
  for _, charge in ipairs(charges) do
    local counter, rule = charge.counter, charge.rule
    local taken = min(charge.fits, admitted)
    if taken > 0 then
      plus(counter, taken * charge.cost, now)
    end
    local idle_in = reset(counter, now)
    if taken > 0 then
      save(charge.key, counter, now, idle_in, probe)
    end
    local wait = wait_for(counter, charge.cost, rule, now)
    if rule.enforced then
      retry = max(retry, wait)
    end
    local a = #answer
    answer[a + 1], answer[a + 2] = charge.fits, remaining(counter, rule)
    answer[a + 3], answer[a + 4] = idle_in, wait
  end
  answer[4] = admitted == n and 0 or retry
  return answer
end

local function status()
  return { EPOCH, DIGEST, TERM, PREDECESSOR }
end

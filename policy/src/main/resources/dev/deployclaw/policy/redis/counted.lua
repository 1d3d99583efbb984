-- The common path: a counter by time that its own rule wrote last. Its numbers have fixed places
-- behind a head that the rule knows, so none is searched for and no table is made. Whatever else a
-- key holds goes through counters.lua and leases.lua, whose results these equal.
-- What each charge of a call needs stands in lists that every call uses again.

local KEY, RULE, COST, FITS, OTHER = {}, {}, {}, {}, {}
local HELD, FRACTION, SLOT, TEXT, FROM = {}, {}, {}, {}, {}

-- Each tells whether it could read the text; absent is idle.

local function tb_view(at, rule, text, now)
  local debt, fraction = 0, 0
  if text then
    local first = rule.first
    if #text ~= rule.length or sub(text, 1, first - 1) ~= rule.head then
      return false
    end
    local since = now - sub(text, -16)
    if since < 0 then
      return false
    end
    debt = sub(text, first, first + 9) - 0
    if since * rule.requests > 2 * (debt + 2) * rule.window then
      debt = -1 -- without the exact division: twice as much has drained
    else
      local whole, rest = divide(since, rule.requests, rule.window)
      debt, fraction = debt - whole, sub(text, first + 11, first + 23) - rest
      if fraction < 0 then
        debt, fraction = debt - 1, fraction + rule.window
      end
    end
    if debt < 0 then
      debt, fraction = 0, 0
    end
  end
  HELD[at], FRACTION[at] = debt, fraction
  return true, rule.capacity - (fraction > 0 and debt + 1 or debt)
end

local function fw_view(at, rule, text, now)
  local slot, held = fixed_slot(now, rule.window), 0
  if text then
    local first = rule.first
    if #text ~= rule.length or sub(text, 1, first - 1) ~= rule.head
      or now < sub(text, -16) - 0 then
      return false
    end
    if sub(text, first, first + 9) - slot == 0 then
      held = sub(text, first + 11, first + 20) - 0
    end
  end
  HELD[at], SLOT[at] = held, slot
  return true, rule.capacity - held
end

-- Twenty-four letters for each slot: ` slot:units`. Kept is where the first live one stands.
local function sw_view(at, rule, text, now)
  local held, from = 0, 1
  if text then
    local first, slot, length = rule.first, floor(now / rule.width), #text
    from = first + 10
    if length < from or (length - from + 1) % 24 ~= 0
      or sub(text, 1, first - 1) ~= rule.head
      or sub(text, -23, -12) - slot > 0 then
      return false
    end
    held = sub(text, first, first + 9) - 0
    while from < length and sub(text, from + 1, from + 12) - slot < -SLOTS do
      held = held - sub(text, from + 14, from + 23)
      from = from + 24
    end
  end
  HELD[at], TEXT[at], FROM[at] = held, text or '', from
  return true, rule.capacity - held
end

-- Each takes units, none for a request that isn't admitted, and answers what is left, until when
-- the counter is idle, how long one more request waits, and what is to be written.

local function tb_take(at, rule, units, cost, now)
  local debt, fraction = HELD[at] + units, FRACTION[at]
  local idle_in = drain_micros(rule.requests, rule.window, debt, fraction)
  local over, wait = debt + cost - rule.capacity, 0
  if cost > rule.capacity then
    wait = NEVER
  elseif over >= 0 then
    wait = drain_micros(rule.requests, rule.window, over, fraction)
  end
  local text = units > 0 and format(rule.form, debt, fraction, now)
  return rule.capacity - (fraction > 0 and debt + 1 or debt), idle_in, wait, text, idle_in
end

local function fw_take(at, rule, units, cost, now)
  local held, slot = HELD[at] + units, SLOT[at]
  local ends = (slot + 1) * rule.window - MONDAY - now
  local wait, text, lives = 0, false, 0
  if cost > rule.capacity then
    wait = NEVER
  elseif held + cost > rule.capacity then
    wait = ends
  end
  if units > 0 then
    text = format(rule.form, slot, held, now)
    lives = max(ends, drain_micros(rule.requests, rule.window, held, 0))
  end
  return rule.capacity - held, held == 0 and 0 or ends, wait, text, lives
end

local function sw_wait(text, from, over, width, now)
  local wait = 0
  for slot = from, #text, 24 do
    if over <= 0 then
      break
    end
    over = over - sub(text, slot + 14, slot + 23)
    wait = (sub(text, slot + 1, slot + 12) + SLOTS + 1) * width - now
  end
  return wait
end

-- The text is long: it is copied once, and written by one concatenation.
local function sw_take(at, rule, units, cost, now)
  local held, text, from, width = HELD[at] + units, TEXT[at], FROM[at], rule.width
  local last, written, idle_in, wait = from < #text and sub(text, -23, -12) - 0, false, 0, 0
  if units > 0 then
    local slot, stop, before = floor(now / width), -1, 0
    if last == slot then
      stop, before = -25, sub(text, -10)
    end
    written = format(rule.form, held) .. sub(text, from, stop)
      .. format(' %012d:%010d', slot, before + units)
    text, from, last = written, rule.first + 10, slot
  end
  if last then
    idle_in = (last + SLOTS + 1) * width - now
  end
  if cost > rule.capacity then
    wait = NEVER
  elseif held + cost > rule.capacity then
    wait = sw_wait(text, from, held + cost - rule.capacity, width, now)
  end
  return rule.capacity - held, idle_in, wait, written, idle_in
end

-- What a rule needs to know of its counters; one of concurrency has none here.
local function placed(rule)
  local kind = rule.kind
  if kind == 'tb' then
    rule.head = format('tb %d %d ', rule.requests, rule.window)
    rule.form, rule.view, rule.take = rule.head .. '%010d %013d %016d', tb_view, tb_take
    rule.length = #rule.head + 41
  elseif kind == 'fw' then
    rule.head = format('fw %d %d ', rule.requests, rule.window)
    rule.form, rule.view, rule.take = rule.head .. '%010d %010d %016d', fw_view, fw_take
    rule.length = #rule.head + 38
  elseif kind == 'sw' then
    rule.width = rule.window / SLOTS
    rule.head, rule.view, rule.take = format('sw %013d ', rule.width), sw_view, sw_take
    rule.form = rule.head .. '%010d'
  end
  rule.first = rule.head and #rule.head + 1
  return rule
end

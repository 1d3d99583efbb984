-- Decides whether requests pass their limits. Epochs, digests and the cohort stand above as
-- constants, the counters in counters.lua and leases.lua.

local MOST_RULES = 10000
local DECIDED, NEED_EPOCH, NEED_RULE = 0, 1, 2
local KINDS = { tb = 'tb', gcra = 'tb', sw = 'sw', fw = 'fw', cc = 'cc' }

-- Rules by their text, which never means anything else.
local rules, known = {}, 0

local function rule_of(text)
  if rules[text] then
    return rules[text]
  end
  local kind, requests, span, burst, cost, mode =
    match(text, '^(%l+) (%d+) (%d+) (%d+) (%d+) (%l+)$')
  kind = assert(KINDS[kind], 'not a rule: ' .. text)
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

-- An epoch, what its fields start with, and how it is named where epochs are listed.
local function named(epoch)
  return { number = epoch, field = epoch .. ':', listed = ',' .. epoch .. ',' }
end

local COMMITTED, TRIED = named(EPOCH), named(CANDIDATE)
local WHOLE = 10000

-- The epoch by which a root group decides: by the candidate if its position is in the cohort.
local function chosen(key)
  if COHORT == 0 then
    return COMMITTED
  end
  local root = match(key, '{(.-)}')
  local position = tonumber(string.sub(redis.sha1hex(root), 1, 8), 16) % WHOLE
  return position < COHORT and TRIED or COMMITTED
end

-- Where the list for an epoch starts: after `epochs length`.
local function mine(args, listed)
  local i = 3
  while args[i] do
    if (args[i] == listed or find(args[i], listed, 1, true)) then
      return i + 2, i + 1 + tonumber(args[i + 1])
    end
    i = i + 2 + tonumber(args[i + 1])
  end
end

-- One tenant's charges; moves on to the next tenant. Each limit stands as `name key units rule`.
local function owner(keys, args, i, charges, field)
  local policy, count, line = keys[tonumber(args[i])], tonumber(args[i + 1]), args[i + 2]
  local fields = { field .. '#' }
  for n = 1, count do
    fields[n + 1] = field .. args[i - 1 + 4 * n]
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
    local units, lease = args[at + 2], nil
    if rule.kind == 'cc' then
      units, lease = match(units, '^(%d+):?(.*)$')
    end
    charges[#charges + 1] = {
      key = keys[tonumber(args[at + 1])], rule = rule, cost = tonumber(units) * rule.cost,
      lease = lease,
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

-- What is remembered at a key: nil, a counter by time or leases.
local function remembered(key, rule, now, probe)
  local text, lowest
  if rule.kind == 'cc' then
    lowest = redis.pcall('ZRANGE', key, 0, 1, 'WITHSCORES')
    text = is_wrong_type(lowest) and redis.call('GET', key)
  else
    text = redis.pcall('GET', key)
    lowest = is_wrong_type(text) and redis.call('ZRANGE', key, 0, 1, 'WITHSCORES') or {}
  end
  if lowest[1] then
    return leases(key, lowest, now)
  end
  if not text then
    return nil
  end
  local stored, moved = rewound(parsed(text), now)
  if moved then
    save(key, stored, now, reset(stored, now), probe)
  end
  return stored
end

-- Reads the counter of a charge, and how many of n requests it alone admits.
local function view(charge, n, now, probe)
  local rule = charge.rule
  local stored, left = remembered(charge.key, rule, now, probe), nil
  if rule.kind == 'cc' then
    if not stored or stored.kind ~= 'cc' then
      stored = { kind = 'cc', key = charge.key, total = 0, beside = stored, fresh = true }
    end
    charge.counter, left = stored, rule.capacity - stored.total
  elseif stored and stored.kind == 'cc' then
    charge.counter = shared(stored, rule, now)
    left = remaining(charge.counter.counted, rule) - stored.total
  else
    charge.counter = read(stored, rule, now)
    left = remaining(charge.counter, rule)
  end
  charge.fits = min(n, floor(max(0, left) / charge.cost))
end

-- Takes what was admitted; answers what is left, until when it is idle, and how long to wait.
local function take(charge, taken, now, probe)
  local c, rule, cost = charge.counter, charge.rule, charge.cost
  if c.kind == 'cc' then
    if taken > 0 then
      hold(c, charge, taken, now, probe)
    end
    return max(0, rule.capacity - c.total), lease_reset(c, now), lease_wait(c, cost, rule, now)
  end
  if c.kind == 'shared' then
    if taken > 0 then
      charge_shared(c, charge, taken * cost, now, probe)
    end
    local left = max(0, remaining(c.counted, rule) - c.leases.total)
    local idle_in = max(lease_reset(c.leases, now), reset(c.counted, now))
    return left, idle_in, shared_wait(c, cost, rule, now)
  end
  if taken > 0 then
    c = plus(c, taken * cost, rule, now)
  end
  local idle_in = reset(c, now)
  if taken > 0 then
    save(charge.key, c, now, idle_in, probe)
  end
  return remaining(c, rule), idle_in, wait_for(c, cost, rule, now)
end

-- Charges what was admitted and writes down how each limit stands.
local function settle(charge, admitted, now, probe, answer)
  local left, idle_in, wait = take(charge, min(charge.fits, admitted), now, probe)
  local a = #answer
  answer[a + 1], answer[a + 2], answer[a + 3], answer[a + 4] = charge.fits, left, idle_in, wait
  return charge.rule.enforced and wait or 0
end

-- All charges of an epoch's list; nil where a rule is missing.
local function charged(keys, args, i, last, field)
  local charges, blocked = {}, false
  while i and i <= last do
    local stop
    i, stop = owner(keys, args, i, charges, field)
    blocked = blocked or stop
  end
  return i and charges, blocked
end

-- Arguments: requests, own clock or '', then a list for each epoch: `,epochs, length`, then
-- tenants: `policy-key limits line`, each followed by its limits: `name counter-key units rule`.
-- Answer: outcome, epoch, admitted, retry-after, then `fits remaining reset wait` for each limit.
local function decide(keys, args)
  if not floor then
    prepare()
  end
  local epoch = chosen(keys[1])
  local first, last = mine(args, epoch.listed)
  if not first then
    return { NEED_EPOCH, epoch.number }
  end
  local charges, blocked = charged(keys, args, first, last, epoch.field)
  if not charges then
    return { NEED_RULE, epoch.number }
  end
  local n, now, probe = tonumber(args[1]), clock(args[2])
  local admitted, retry = blocked and 0 or n, blocked and NEVER or 0
  for _, charge in ipairs(charges) do
    view(charge, n, now, probe)
    if charge.rule.enforced then
      admitted = min(admitted, charge.fits)
    end
  end
  local answer = { DECIDED, epoch.number, admitted, 0 }
  for _, charge in ipairs(charges) do
    retry = max(retry, settle(charge, admitted, now, probe, answer))
  end
  answer[4] = admitted == n and 0 or retry
  return answer
end

local function status()
  if CANDIDATE == 0 then
    return { EPOCH, DIGEST, TERM, PREDECESSOR, STEP }
  end
  return { EPOCH, DIGEST, TERM, PREDECESSOR, STEP, CANDIDATE, CHANGED, COHORT }
end

-- Decides whether requests pass their limits. Epochs, digests and the cohort stand above as
-- constants, the counters in counters.lua and leases.lua.

local MOST_RULES, MOST_POLICIES = 10000, 10000
local REMEMBERED = 60000000
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
  rules[text], known = placed(rule), known + 1
  return rule
end

local function is_blocked(line)
  return sub(line, 1, 7) == 'blocked'
end

-- An epoch, what its fields start with, how it is named where epochs are listed, and what was read
-- of it. What is staged never changes, and every publish loads this library again. A field that was
-- put back by hand, or after a loss, is read within a minute: so long, in microseconds, is anything
-- remembered. Policies not used for long are forgotten before.
local function named(epoch)
  return {
    number = epoch, field = epoch .. ':', listed = ',' .. epoch .. ',', read = {}, earlier = {},
    count = 0, since = 0,
  }
end

local COMMITTED, TRIED = named(EPOCH), named(CANDIDATE)
local WHOLE = 10000

-- The epoch by which a root group decides: by the candidate if its position is in the cohort.
local function chosen(key)
  if COHORT == 0 then
    return COMMITTED
  end
  local root = match(key, '{(.-)}')
  local position = tonumber(sub(redis.sha1hex(root), 1, 8), 16) % WHOLE
  return position < COHORT and TRIED or COMMITTED
end

-- Small numbers by their texts, in which arguments come.
local NUMBERS = {}
for number = 0, 64 do
  NUMBERS[number .. ''] = number
end

local function key_at(keys, text)
  return keys[NUMBERS[text] or text - 0]
end

-- Where the list for an epoch starts: after `epochs length`.
local function mine(args, epoch)
  local i, epochs = 3, args[3]
  while epochs do
    if epochs == epoch.seen or find(epochs, epoch.listed, 1, true) then
      epoch.seen = epochs
      return i + 2, i + 1 + (NUMBERS[args[i + 1]] or args[i + 1])
    end
    i = i + 2 + (NUMBERS[args[i + 1]] or args[i + 1])
    epochs = args[i]
  end
end

-- What was read of a policy: its limits' rules by name, and at `#` whether it is blocked.
local function policy_of(epoch, key)
  local policy = epoch.earlier[key] or {}
  if epoch.count == MOST_POLICIES then
    epoch.earlier, epoch.read, epoch.count = epoch.read, {}, 0
  end
  epoch.read[key], epoch.count = policy, epoch.count + 1
  return policy
end

local function forget(epoch, now)
  if now - epoch.since > REMEMBERED or now < epoch.since then
    epoch.read, epoch.earlier, epoch.count, epoch.since = {}, {}, 0, now
  end
end

local function learn(policy, epoch, key, args, i)
  local fields = { epoch.field .. '#' }
  for n = 1, args[i + 1] do
    fields[n + 1] = epoch.field .. args[i - 1 + 4 * n]
  end
  local staged = call('HMGET', key, unpack(fields))
  if staged[1] then
    policy['#'] = is_blocked(staged[1])
  end
  for n = 1, args[i + 1] do
    if staged[n + 1] then
      policy[args[i - 1 + 4 * n]] = rule_of(staged[n + 1])
    end
  end
end

-- A limit's rule: as staged, or as the caller says where it isn't; nil where neither is known.
local function found(policy, name, inline)
  return policy[name] or (inline ~= '' and rule_of(inline)) or nil
end

-- A request for a place carries its lease behind its units.
local function place(at, rule, argument)
  local units, lease = match(argument, '^(%d+):?(.*)$')
  OTHER[at] = { key = KEY[at], rule = rule, cost = units * rule.cost, lease = lease }
end

-- Adds one tenant's charges to `count` others. Answers where the next tenant stands and how many
-- charges there are, or nil where a rule is missing; and whether the tenant is blocked. Each limit
-- stands as `name key units rule`.
local function owner(keys, args, i, count, epoch)
  local key, last = key_at(keys, args[i]), i - 1 + 4 * (NUMBERS[args[i + 1]] or args[i + 1])
  local policy = epoch.read[key] or policy_of(epoch, key)
  local blocked, learned = policy['#'], false
  for at = i + 3, last, 4 do
    local rule = policy[args[at]]
    if not rule then
      if not learned then
        learn(policy, epoch, key, args, i)
        learned, blocked = true, policy['#']
      end
      rule = found(policy, args[at], args[at + 3])
      if not rule then
        return nil
      end
    end
    local units = args[at + 2]
    count = count + 1
    KEY[count], RULE[count], OTHER[count] = key_at(keys, args[at + 1]), rule, false
    if rule.kind == 'cc' then
      place(count, rule, units)
    elseif units == '1' then
      COST[count] = rule.cost
    else
      COST[count] = units * rule.cost
    end
  end
  if blocked == nil and not learned then
    learn(policy, epoch, key, args, i)
    blocked = policy['#']
  end
  if blocked == nil then
    if args[i + 2] == '' then
      return nil
    end
    blocked = is_blocked(args[i + 2])
  end
  return last + 4, count, blocked
end

local function clock(at)
  if at ~= '' then
    return at - 0, true
  end
  local time = call('TIME')
  return time[1] * 1000000 + time[2], false
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

-- How many of n requests a charge alone admits, whatever its counter is.
local function view_other(charge, n, now, probe)
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
  return min(n, floor(max(0, left) / charge.cost))
end

local function view(at, n, now, probe)
  local rule, cost = RULE[at], COST[at]
  if not OTHER[at] then
    local plain, left = rule.view(at, rule, pcall('GET', KEY[at]), now)
    if plain then
      return left < cost and 0 or n == 1 and 1 or min(n, floor(left / cost))
    end
    OTHER[at] = { key = KEY[at], rule = rule, cost = cost }
  end
  return view_other(OTHER[at], n, now, probe)
end

-- Takes what was admitted; answers what is left, until when it is idle, and how long to wait.
local function take_other(charge, taken, now, probe)
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

local function take(at, taken, now, probe)
  local other = OTHER[at]
  if other then
    return take_other(other, taken, now, probe)
  end
  local rule, cost = RULE[at], COST[at]
  local left, idle_in, wait, text, lives = rule.take(at, rule, taken * cost, cost, now)
  if text then
    if probe then
      call('SET', KEY[at], text, 'PX', PROBE_TTL)
    else
      call('SET', KEY[at], text, 'PXAT', ceil((now + max(lives, KEPT)) / 1000))
    end
  end
  return left < 0 and 0 or left, idle_in, wait
end

-- All charges of an epoch's list; nil where a rule is missing.
local function charged(keys, args, i, last, epoch)
  local count, blocked = 0, false
  while i and i <= last do
    local stop
    i, count, stop = owner(keys, args, i, count, epoch)
    blocked = blocked or stop
  end
  return i and count, blocked
end

local ANSWER = {}

-- Arguments: requests, own clock or '', then a list for each epoch: `,epochs, length`, then
-- tenants: `policy-key limits line`, each followed by its limits: `name counter-key units rule`.
-- Answer: outcome, epoch, admitted, retry-after, then `fits remaining reset wait` for each limit.
local function decide(keys, args)
  if not floor then
    prepare()
  end
  local epoch = chosen(keys[1])
  local first, last = mine(args, epoch)
  if not first then
    return { NEED_EPOCH, epoch.number }
  end
  local n, now, probe = NUMBERS[args[1]] or args[1] - 0, clock(args[2])
  forget(epoch, probe and clock('') or now)
  local count, blocked = charged(keys, args, first, last, epoch)
  if not count then
    return { NEED_RULE, epoch.number }
  end
  local admitted, retry = blocked and 0 or n, blocked and NEVER or 0
  for at = 1, count do
    local fits = view(at, n, now, probe)
    FITS[at] = fits
    if fits < admitted and RULE[at].enforced then
      admitted = fits
    end
  end
  local answer, a = ANSWER, 4
  for at = 1, count do
    local fits = FITS[at]
    local left, idle_in, wait = take(at, min(fits, admitted), now, probe)
    answer[a + 1], answer[a + 2], answer[a + 3], answer[a + 4] = fits, left, idle_in, wait
    a = a + 4
    if wait > retry and RULE[at].enforced then
      retry = wait
    end
  end
  answer[1], answer[2], answer[3] = DECIDED, epoch.number, admitted
  answer[4], answer[a + 1] = admitted == n and 0 or retry, nil
  return answer
end

local function status()
  if CANDIDATE == 0 then
    return { EPOCH, DIGEST, TERM, PREDECESSOR, STEP }
  end
  return { EPOCH, DIGEST, TERM, PREDECESSOR, STEP, CANDIDATE, CHANGED, COHORT }
end

-- Requests that are under way: a sorted set of their leases by end. A member is `units/id`; `#` has
-- the units of all of them as a score below zero, and `~` stands before what counted by time until
-- the limit became one of concurrency.

local TOTAL, BESIDE, AT_ONCE, MOST_LOOKED_AT = '#', '~', 1000, 64
local PROBE_TTL = 900000 -- milliseconds; longer than any probe token lives
local KEPT = 1000000 -- microseconds; a busy counter that idles in between doesn't vanish each time

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
    local lives = max(c.kind == 'fw' and lifetime(c, now) or idle_in, KEPT)
    redis.call('SET', key, written(c), 'PXAT', whole(ceil((now + lives) / 1000)))
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

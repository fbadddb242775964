-- Take one request from every bucket, or from none if one of them is full: `model.charge`, with the
-- server's clock. KEYS: the buckets. ARGV, three for each: its interval, its capacity, and the least
-- debt it is known to have (from a time when this server was not asked). All in microseconds.
-- Answers: whether it was taken (1 or 0), then the debt of each bucket afterwards.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stored, debts, allowed = {}, {}, 1
for i, key in ipairs(KEYS) do
  local interval, capacity = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
  stored[i] = math.max((tonumber(redis.call('GET', key)) or 0) - now, 0)
  debts[i] = math.min(math.max(stored[i], tonumber(ARGV[3 * i])), capacity)
  if debts[i] + interval > capacity then allowed = 0 end
end
for i, key in ipairs(KEYS) do
  if allowed == 1 then debts[i] = debts[i] + tonumber(ARGV[3 * i - 2]) end
  if debts[i] > stored[i] then
    -- %.0f: the default format of numbers would round them.
    redis.call('SET', key, string.format('%.0f', now + debts[i]),
      'PX', math.floor(debts[i] / 1000) + 1)
  end
end
table.insert(debts, 1, allowed)
return debts

-- One script for all loads; its arguments come after `--`:
--   <method> <path> <key> [bytes]           always the same request; %d in the path is a random number below `keys`
--   keys=<n>      number of keys that %d stands for (1 by default)
--   pick=zipf     draws them by Zipf 0.99 instead of evenly
--   puts=<share>  this share of the requests are a PUT of `bytes`, the others a GET
--   fresh=<n>     %d counts up from n instead, so that every request has a new key
--   body=<text>   the body itself, instead of `bytes`
local method, path, secret, bytes = 'GET', '/', '', 0
local keys, pick, puts, start = 1, 'even', nil, nil
local body

-- The quantile function of a bounded Pareto distribution: Zipf's law to within the width of one
-- key, without a table.
local exponent = 0.99
local function zipf()
  local u = math.random()
  local tail = 1 - exponent
  return math.floor(((keys + 1) ^ tail * u + (1 - u)) ^ (1 / tail)) - 1
end

function init(args)
  method, path, secret, bytes = args[1], args[2], args[3], tonumber(args[4] or '0')
  for i = 5, #args do
    local name, value = args[i]:match('^(%w+)=(.+)$')
    if name == 'keys' then keys = tonumber(value) end
    if name == 'pick' then pick = value end
    if name == 'puts' then puts = tonumber(value) end
    if name == 'fresh' then start = tonumber(value) end
    if name == 'body' then body = value end
  end
  math.randomseed(tonumber(start or 1))
  wrk.headers['Api-Key'] = secret
  if method ~= 'GET' or puts then
    wrk.headers['Content-Type'] = 'application/json'
    body = body or string.rep('x', bytes)
  end
  if keys == 1 and not start and not puts then
    local fixed = wrk.format(method, path, nil, method ~= 'GET' and body or nil)
    request = function() return fixed end
  end
end

local function number()
  if start then
    start = start + 1
    return start
  end
  if pick == 'zipf' then return math.min(zipf(), keys - 1) end
  return math.random(0, keys - 1)
end

function request()
  local verb = method
  if puts then verb = math.random() < puts and 'PUT' or 'GET' end
  local n = string.format('%07d', number())
  local content = nil
  if verb ~= 'GET' then content = body:gsub('%%d', n) end
  return wrk.format(verb, (path:gsub('%%d', n)), nil, content)
end

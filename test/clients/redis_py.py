import json
import os

import redis

# The first example of its README, and a pipeline. Before version 5 it speaks RESP 2 alone.
wanted = {"protocol": 3} if os.environ["RESP"] == "3" else {}
r = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True, **wanted)
stored = r.set("foo", "bar")
value = r.get("foo")
pipe = r.pipeline()
pipe.set("foo", 5).set("bar", 18.5).set("blee", "hello world!")
results = pipe.execute()
counted = r.incr("foo")
print(json.dumps({"stored": stored, "value": value, "results": results, "counted": counted}))

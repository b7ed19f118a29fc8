"""What an app sees of a cache that is switched off, by redis-py: a read, a write, and what it is."""
import json
import os
import sys

import redis

client = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True, socket_timeout=float(sys.argv[2]) / 1000)
print(json.dumps({"before": client.get("a")}), flush=True)
sys.stdin.readline()


def outcome(call):
    try:
        return str(call())
    except redis.TimeoutError:
        return "waits"
    except redis.RedisError as error:
        return f"fails: {type(error).__name__}: {error}"


read = outcome(lambda: client.get("a"))
write = outcome(lambda: client.set("b", "v"))
print(json.dumps({"read": read, "write": write, "connected": True}), flush=True)

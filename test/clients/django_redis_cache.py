import json
import os

from django.conf import settings

# The first example of its README, and what Django's caches can do.
settings.configure(
    CACHES={
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": os.environ["REDIS_URL"],
            "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
        }
    }
)
from django.core.cache import cache  # noqa: E402

cache.set("foo", {"bar": [1, None]}, timeout=25)
value = cache.get("foo")
ttl = cache.ttl("foo")
added = [cache.add("foo", 1), cache.add("new", 1)]
cache.set_many({"item_1": 1, "item_2": 2})
many = cache.get_many(["item_1", "item_2", "nothing"])
keys = sorted(cache.keys("item_*"))
deleted = cache.delete_pattern("item_*")
touched = cache.touch("foo", 50)
# Its incr is a script.
counted = cache.incr("new") if os.environ["HAS_EVAL"] == "1" else None
cache.clear()
print(json.dumps({
    "value": value, "hasTtl": 0 < ttl <= 25, "added": added, "many": many, "keys": keys, "deleted": deleted,
    "touched": touched, "counted": counted, "left": cache.get("foo"),
}))

import process from 'node:process'
/** The package: its fifth or sixth version. */
const { Redis } = await import(process.env.PACKAGE)

// The first example of its README, as far as it concerns strings.
const redis = new Redis(process.env.REDIS_URL)
redis.set('mykey', 'value')
const value = await redis.get('mykey')
await redis.set('mykey', 'hello', 'EX', 10)
const ttl = await redis.ttl('mykey')
const pipeline = redis.pipeline()
pipeline.set('foo', 'bar')
pipeline.del('cc')
const results = await pipeline.exec()
const transaction = await redis.multi().set('n', '1').incr('n').get('n').exec()
const keys = []
for await (const page of redis.scanStream({ match: 'fo*' }))
  keys.push(...page)
process.stdout.write(JSON.stringify({ value, hasTtl: ttl > 0 && ttl <= 10, results, transaction, keys }))
await redis.quit()

import process from 'node:process'
/** The package: its fifth or sixth version. */
const { createClient } = await import(process.env.PACKAGE)

const RESP = Number(process.env.RESP)
// The first example of its README, and the next ones, as far as they concern strings.
const client = await createClient({ url: process.env.REDIS_URL, RESP })
  .on('error', error => process.stderr.write(`${error}\n`))
  .connect()
await client.set('key', 'value')
const value = await client.get('key')
await client.set('key', 'new', { expiration: { type: 'EX', value: 10 }, condition: 'XX' })
const ttl = await client.ttl('key')
const [set, other] = await client.multi().set('another-key', 'another-value').get('another-key').exec()
const keys = []
for await (const page of client.scanIterator({ MATCH: 'another*' }))
  keys.push(...page)
const many = await client.mGet(['key', 'nothing'])
process.stdout.write(JSON.stringify({ value, hasTtl: ttl > 0 && ttl <= 10, set, other, keys, many }))
await client.close()

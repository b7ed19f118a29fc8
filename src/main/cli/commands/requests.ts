import type { Command } from '../command'
import { Buffer } from 'node:buffer'
import { counted } from '@shared/grouped'
import { readWholeLog } from '@shared/whole-log'
import { asksFirst, yes } from '../ask-first'
import { defineCommand, flag } from '../command'
import { wholeNumber } from '../values'
import { readRequestFilter, requestArgument, requestDetail } from './request-words'
import { waitFlags, waitFor } from './wait-for'

const id = wholeNumber(0, Number.MAX_SAFE_INTEGER, { write: String })
const after = flag('<id>', 'Only requests with a larger id, such as "last" of an earlier answer.', id)

const count = defineCommand({
  name: 'requests count',
  summary: 'Count the requests in the log that match.',
  details: [requestDetail],
  arguments: [requestArgument],
  flags: { after },
  examples: ['larder requests count "cache:products result:miss"', 'larder requests count "status>=500" --after 4812'],
  async run({ words, flags }, { client, output }) {
    const { filter } = readRequestFilter(words)
    const found = await client.call('requests.count', { filter, after: flags.after })
    await output.show(found, () => String(found.count))
    await output.message(found.since === null
      ? 'The log is empty.'
      : `Since ${found.since}; the newest has the id ${found.last}.`)
  },
})

const wait = defineCommand({
  name: 'requests wait',
  summary: 'Wait until so many requests match, and print them.',
  details: [
    'Ends with exit code 0 as soon as they have come, and with 1 if they have not: then it says what came instead. '
    + 'Requests from before the call count with --after alone.',
    requestDetail,
  ],
  arguments: [requestArgument],
  flags: { ...waitFlags, after },
  examples: [
    'larder requests wait "cache:products result:miss"',
    'larder requests wait "key:user:* result:stored" --count 3 --for 30s',
  ],
  run: ({ words, flags }, context) => waitFor({ ...flags, filter: readRequestFilter(words).filter }, context),
})

const clear = defineCommand({
  name: 'requests clear',
  summary: 'Empty the log of your requests.',
  details: ['Those of other users stay, and so do all counters.', asksFirst],
  flags: { yes },
  examples: ['larder requests clear --yes'],
  async run(_, { client, output }) {
    const { cleared } = await client.call('requests.clear', {})
    await output.show({ cleared }, () => `Cleared ${counted(cleared, 'request', 'requests')}.`)
  },
})

const exportRequests = defineCommand({
  name: 'requests export',
  summary: 'Print the requests in the log as JSON lines, oldest first.',
  details: [requestDetail],
  arguments: [requestArgument],
  examples: ['larder requests export > requests.ndjson', 'larder requests export result:miss | wc -l'],
  async run({ words }, { client, output }) {
    const { filter } = readRequestFilter(words)
    const { pages } = await readWholeLog(before => client.call('requests.export', { filter, before }))
    for (const page of pages)
      await output.raw(Buffer.from(page))
  },
})

export const requestCommands: readonly Command[] = [count, wait, clear, exportRequests]

import type { OperationInput, OperationOutput } from '@shared/operations'
import type { Command, CommandContext } from '../command'
import { messageOf } from '@shared/errors'
import { limits } from '@shared/limits'
import { randomSecret } from '../../base/ids'
import { defineCommand } from '../command'
import { missingFailure, usageFailure } from '../failure'
import { table } from '../output'
import { wholeNumber } from '../values'

type User = OperationOutput<'users.update'>
type Change = Omit<OperationInput<'users.update'>, 'id'>

const userArgument = { name: 'user', meaning: 'the name or the id of a user; larder users shows both' }

/** Finds ids before names, because a user may have taken another's id as a name. */
async function findUser({ client }: CommandContext, text: string): Promise<User> {
  const all = await client.call('users.list', {})
  const found = all.find(user => user.id === text) ?? all.find(user => user.name === text.normalize('NFC'))
  if (!found)
    throw missingFailure(`There is no user ${text}; larder users lists them`, 'user-not-found')
  return found
}

async function change(context: CommandContext, text: string, input: Change): Promise<User> {
  const { id } = await findUser(context, text)
  return await context.client.call('users.update', { id, ...input })
}

const list = defineCommand({
  name: 'users',
  summary: 'List the users.',
  examples: ['larder users'],
  async run(_, { client, output }) {
    const all = await client.call('users.list', {})
    await output.show(all, () => table(
      ['ID', 'NAME', 'OWNER', 'ADMIN', 'PASSWORD', 'DISABLED', 'CACHES', 'LIMIT', 'CREATED'],
      all.map(({ id, name, owner, admin, hasPassword, disabled, caches, cacheLimit, createdAt }) =>
        [id, name, owner, admin, hasPassword, disabled, caches, cacheLimit, createdAt]),
    ))
  },
})

/** A command that changes one switch of a user. */
function switchCommand(word: string, summary: string, input: Change, outcome: (user: User) => string): Command {
  return defineCommand({
    name: `users ${word}`,
    summary,
    arguments: [userArgument],
    examples: [`larder users ${word} ben`],
    async run({ words: [text = ''] }, context) {
      const user = await change(context, text, input)
      await context.output.show(user, () => `${user.name} ${outcome(user)}`)
    },
  })
}

const disable = switchCommand(
  'disable',
  'Refuse every credential of a user at once. Caches and API keys are kept.',
  { disabled: true },
  ({ id }) => `is disabled. To enable the user again: larder users enable ${id}`,
)
const enable = switchCommand('enable', 'Enable a disabled user again.', { disabled: false }, () => 'is enabled.')

function limitOf(text: string): number {
  try {
    return wholeNumber(1, limits.cachesMax)(text)
  }
  catch (error) {
    throw usageFailure(`users limit: caches ${messageOf(error)}`)
  }
}

const limit = defineCommand({
  name: 'users limit',
  summary: 'Set how many caches a user may have.',
  arguments: [userArgument, { name: 'caches', meaning: `a whole number from 1 to ${limits.cachesMax}` }],
  examples: ['larder users limit ben 500'],
  async run({ words: [text = '', caches = ''] }, context) {
    const user = await change(context, text, { cacheLimit: limitOf(caches) })
    const what = user.cacheLimit === 1 ? 'cache' : 'caches'
    await context.output.show(user, () => `${user.name} may have ${user.cacheLimit} ${what}.`)
  },
})

const resetPassword = defineCommand({
  name: 'users reset-password',
  summary: 'Give a user a new password and print it. Sessions, sign-in links and API keys of the user end.',
  details: ['If the user is you, your API keys keep working.'],
  arguments: [userArgument],
  examples: ['larder users reset-password ben'],
  async run({ words: [text = ''] }, context) {
    const password = randomSecret(16)
    const user = await change(context, text, { password })
    await context.output.show({ ...user, password }, () => password)
    // The server does not treat a change of your own password like that of another user's.
    const me = await context.client.call('session.get', {})
    const keys = user.id === me.user.id ? 'your API keys go on working' : 'API keys have ended too'
    await context.output.message(
      `${user.name} can change it in the console. Sessions and sign-in links have ended; ${keys}.`,
    )
  },
})

const remove = defineCommand({
  name: 'users delete',
  summary: 'Delete a user with all caches, entries and API keys.',
  arguments: [userArgument],
  examples: ['larder users delete ben'],
  async run({ words: [text = ''] }, context) {
    const { id, name } = await findUser(context, text)
    await context.client.call('users.delete', { id })
    await context.output.message(`Deleted ${name}.`)
  },
})

/** `users` and the commands that change one. */
export const userCommands: readonly Command[] = [list, disable, enable, limit, resetPassword, remove]

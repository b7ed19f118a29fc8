import type { OperationInput, OperationOutput } from '@shared/operations'
import type { Command, CommandContext } from '../command'
import { messageOf } from '@shared/errors'
import { counted, grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { randomSecret } from '../../base/ids'
import { newPassword } from '../ask'
import { askBefore } from '../ask-before'
import { asksFirst, yes } from '../ask-first'
import { defineCommand, flag } from '../command'
import { userNames } from '../completes'
import { missingFailure, usageFailure } from '../failure'
import { facts, table } from '../output'
import { belongings } from '../questions'
import { boolean, text, wholeNumber } from '../values'

type User = OperationOutput<'users.update'>
type Change = Omit<OperationInput<'users.update'>, 'id'>

const userArgument = {
  name: 'user',
  meaning: 'the name or the id of a user; larder users shows both',
  completes: userNames,
}

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

function describe({ id, name, owner, admin, disabled, caches, cacheLimit, entries, apiKeys }: User): string {
  return facts([
    ['id', id],
    ['name', name],
    ['owner', owner],
    ['admin', admin],
    ['disabled', disabled],
    ['caches', caches],
    ['limit', cacheLimit],
    ['entries', entries],
    ['API keys', apiKeys],
  ])
}

const passwordRule = 'The password is asked for at a terminal, and read from standard input otherwise. No flag takes it: '
  + 'every user of the machine can read the arguments of programs.'

const create = defineCommand({
  name: 'users create',
  summary: 'Create a user.',
  details: [passwordRule],
  arguments: [{ name: 'name', meaning: 'the name of the new user' }],
  examples: ['larder users create ben', 'larder users create ben < password.txt'],
  async run({ words: [name = ''] }, { client, output, io }) {
    const user = await client.call('users.create', { name, password: await newPassword(io, name) })
    await output.show(user, () => describe(user))
  },
})

const update = defineCommand({
  name: 'users update',
  summary: 'Change a user; what no flag names stays as it is.',
  details: [
    passwordRule,
    'A new password ends sessions and sign-in links of the user; if it is not yours, also the API keys.',
  ],
  arguments: [userArgument],
  flags: {
    name: flag('<name>', 'Another name.', text),
    password: flag(null, 'Another password.', boolean),
    admin: flag(null, 'Make the user an administrator (--admin=0 for no).', boolean),
    disabled: flag(null, 'Refuse every credential of the user (--disabled=0 for no).', boolean),
    cacheLimit: flag('<number>', 'How many caches the user may have.', wholeNumber(1, limits.cachesMax)),
  },
  examples: ['larder users update ben --name benjamin --admin', 'larder users update ben --password < password.txt'],
  async run({ words: [text = ''], flags: { password, ...others } }, context) {
    if (!password && Object.keys(others).length === 0)
      throw usageFailure('users update needs something to change, such as --name benjamin')
    const { id, name } = await findUser(context, text)
    const secret = password ? { password: await newPassword(context.io, name) } : {}
    const user = await context.client.call('users.update', { id, ...others, ...secret })
    await context.output.show(user, () => describe(user))
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
  arguments: [userArgument, { name: 'caches', meaning: `a whole number from 1 to ${grouped(limits.cachesMax)}` }],
  examples: ['larder users limit ben 500'],
  async run({ words: [text = '', caches = ''] }, context) {
    const user = await change(context, text, { cacheLimit: limitOf(caches) })
    await context.output.show(user, () => `${user.name} may have ${counted(user.cacheLimit, 'cache', 'caches')}.`)
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
  details: [asksFirst],
  arguments: [userArgument],
  flags: { yes },
  examples: ['larder users delete ben', 'larder users delete ben --yes'],
  async run({ words: [text = ''], flags }, context) {
    const user = await findUser(context, text)
    const { id, name } = user
    await askBefore(context, 'users.delete', { id }, flags.yes)
    await context.client.call('users.delete', { id })
    await context.output.message(`Deleted ${name} with ${belongings(user)}.`)
  },
})

/** `users` and the commands that change one. */
export const userCommands: readonly Command[] = [list, create, update, disable, enable, limit, resetPassword, remove]

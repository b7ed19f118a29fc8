import type { CommandContext } from '../command'
import { basename, dirname, resolve } from 'node:path'
import { defineCommand, flag } from '../command'
import { readDotenv } from '../dotenv'
import { missingFailure, usageFailure } from '../failure'
import { dotenvRule } from '../options'
import { table } from '../output'
import { openTrust } from '../trust'
import { boolean } from '../values'

export const trust = defineCommand({
  name: 'trust',
  summary: 'Let the .env file of a folder set every variable for larder serve.',
  details: [
    dotenvRule,
    'What you trust is remembered in the data folder that --home or LARDER_HOME names, never in one that a .env names. '
    + 'Only a server reads a .env: a command finds its server by --home, --url and the environment.',
  ],
  arguments: [{
    name: 'folder',
    meaning: 'the folder of the .env file, or the file; by default the working directory',
    optional: true,
    completes: 'file',
  }],
  flags: {
    remove: flag(null, 'Stop trusting it.', boolean),
    list: flag(null, 'List the trusted files.', boolean),
  },
  examples: ['larder trust', 'larder trust --remove', 'larder trust --list'],
  async run({ words: [folder = '.'], flags }, context) {
    if (flags.remove && flags.list)
      throw usageFailure('trust takes either --remove or --list')
    if (flags.list)
      return await list(context)
    const { io, home, output } = context
    const given = resolve(io.cwd, folder)
    const place = basename(given) === '.env' ? dirname(given) : given
    const trusted = openTrust(home(), io)
    if (flags.remove) {
      const path = resolve(place, '.env')
      if (!trusted.remove(path))
        throw missingFailure(`${path} is not trusted; larder trust --list shows the trusted files`)
      return await output.message(`${path} is no longer trusted.`)
    }
    const file = readDotenv(place, io)
    if (!file)
      throw missingFailure(`There is no .env in ${place}.`)
    trusted.add(file)
    const names = file.guarded.map(({ variable }) => variable).join(', ')
    await output.message(`${file.path} is trusted until it changes${names === '' ? '' : `; it sets ${names}`}.`)
  },
})

/** Lists every file that was trusted, and whether it still is. */
async function list({ io, home, output }: CommandContext): Promise<void> {
  const trusted = openTrust(home(), io)
  const files = trusted.paths().map((path) => {
    const file = readDotenv(resolve(path, '..'), io)
    return { path, state: file ? trusted.standing(file) : 'missing' }
  })
  await output.show(files, () => table(['FILE', 'STATE'], files.map(({ path, state }) => [path, state])))
}

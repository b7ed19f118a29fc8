import type { CommandContext } from '../command'
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '@shared/errors'
import { signInFolder } from '../../base/sign-in-pages'
import { defineCommand, flag } from '../command'
import { localFailure } from '../failure'
import { boolean } from '../values'

const hint = 'Open the link yourself.'

/**
 * Opens the page with the system's opener. Only accepts a page in the folder where our own server
 * puts its pages, because another server could name any file of this machine.
 */
async function openPage(path: string, { home, io }: CommandContext): Promise<void> {
  if (resolve(dirname(path)) !== join(home(), signInFolder))
    throw localFailure(`--open works only for the server of this data folder, ${home()}. ${hint}`)
  try {
    await io.openFile(path)
  }
  catch (error) {
    throw localFailure(`The browser could not be opened: ${messageOf(error)}. ${hint}`, error)
  }
}

export const consoleLink = defineCommand({
  name: 'console',
  summary: 'Print a one-time link that signs a browser in to the console.',
  details: [
    'Click the link or copy it into the browser. Do not pass it to another program as an argument: '
    + 'every user of the machine can read those. --open opens a private page that leads to the link.',
  ],
  flags: { open: flag(null, 'Also open it in the browser.', boolean) },
  examples: ['larder console', 'larder console --open'],
  async run({ flags }, context) {
    const { client, output } = context
    const link = flags.open ? await client.call('session.page', {}) : await client.call('session.code', {})
    await output.show(link, () => link.url)
    await output.message(`It works once, within ${link.expiresIn / 60} minutes.`)
    if ('path' in link)
      await openPage(link.path, context)
  },
})

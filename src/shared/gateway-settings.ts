import type { NestedSetting } from './nested-settings'
import { z } from 'zod'
import { nestedChanges, nestedInputs, nestedSchemas } from './nested-settings'
import { namesOf } from './rows'
import './without-eval'

/** What a gateway does while caching is off; the text says it to people. */
const offModes: Readonly<Record<'pass' | '503', string>> = {
  pass: 'Requests go to the origin',
  503: 'Requests get 503',
}

const originSentence = 'must be origins such as http://localhost:3000, without a path'

/** As browsers write it: scheme, host, and a port that is not the scheme's own. */
const Origin = z.string(originSentence).refine(text =>
  /^https?:\/\/[^/?#\s]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text, originSentence)

const rows = {
  port: {
    kind: 'number',
    schema: z.int('must be a whole number').min(1, 'must be from 1 to 65,535').max(65_535, 'must be from 1 to 65,535'),
    initial: undefined,
    label: 'Port',
    hint: 'Where the gateway listens, such as 7801. Apps get http://localhost with this port as the base URL of the API.',
  },
  off: {
    kind: 'choice',
    schema: z.enum(namesOf(offModes), `must be ${namesOf(offModes).join(' or ')}`),
    initial: 'pass',
    choices: offModes,
    label: 'While caching is off',
    hint: 'What becomes of requests to the gateway while a switch is off.',
  },
  origins: {
    kind: 'list',
    schema: z.array(Origin).max(20, 'must be at most 20 origins'),
    initial: [],
    label: 'Origins',
    hint: 'Pages that may use the gateway, such as http://localhost:3000; with a comma between two. No other page can.',
  },
  secrets: {
    kind: 'switch',
    schema: z.boolean('must be true or false'),
    initial: false,
    label: 'Secret headers',
    hint: 'Whether the secret header fields of the connection are added: whoever reaches the port acts by them.',
  },
} as const satisfies Record<string, NestedSetting>
type Rows = typeof rows

/** The rows by their name, for code that treats them all alike. */
export const gatewayRows: Readonly<Record<keyof Rows, NestedSetting>> = rows

/** How a cache with a source by HTTP stands in front of it as a reverse proxy. */
export const GatewaySettings = z.strictObject(nestedSchemas(rows))
export type GatewaySettings = z.output<typeof GatewaySettings>
export const GatewayInput = z.strictObject(nestedInputs(rows))

/** A change of it: what is left out stays as it is. */
export const GatewayChange = z.strictObject(nestedChanges(rows))

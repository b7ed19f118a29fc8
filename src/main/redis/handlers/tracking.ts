import type { Databases } from '../databases'
import type { Invalidations } from '../pushes/invalidations'
import type { KeyTracking } from '../pushes/kept'
import type { RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { RedisSession } from '../session'
import { elsewhere, notHere } from '../executor'
import { readWhole } from '../numbers'
import { nameBytes } from '../pushes/channels'
import { AnswerMap, CommandFault, faults, printed, ReplySet } from '../reply'

interface TrackingParts {
  databases: Databases
  invalidations: Invalidations
  sessions: ReadonlyMap<number, RedisSession>
  /** The connections that the caller may know of. */
  own: (call: RedisCall) => readonly RedisSession[]
}

/** Beginnings of keys that one connection may track: each change is compared with all. */
const prefixesMost = 1000

const faultOf = (words: string): CommandFault => new CommandFault(`ERR ${words}`)
function switching(what: string): CommandFault {
  return faultOf(`You can't switch ${what} before disabling tracking for this `
    + 'client, and then re-enabling it with a different mode.')
}
const overlapEnd = 'Prefixes for a single client must not overlap.'

/** Client-side caching. */
export function createTrackingHandlers({ databases, invalidations, sessions, own }: TrackingParts) {
  function tracking(call: RedisCall): RedisAnswer {
    const { session } = call
    const options = readOptions(call)
    const word = call.text(2).toUpperCase()
    if (word === 'OFF') {
      invalidations.leave(session)
      return 'OK'
    }
    if (word !== 'ON')
      throw faults.syntax()
    requireFitting(options, session.tracking)
    requireHere(call)
    const { isBroadcast, prefixes, ...rest } = options
    // Without a beginning it is any key.
    const added = isBroadcast && prefixes.length === 0 ? [''] : prefixes
    invalidations.begin(session, {
      ...rest,
      prefixes: isBroadcast ? new Set([...session.tracking?.prefixes ?? [], ...added].sort()) : null,
      caching: false,
      isBroken: false,
    })
    return 'OK'
  }

  /** Throws CommandFault for a cache of which nobody here knows what changes. */
  function requireHere({ principal, session }: RedisCall): void {
    const definition = principal === null ? undefined : databases.definition(principal, session.cache)
    const place = definition === undefined ? null : elsewhere(definition)
    if (place !== null)
      throw notHere(place)
  }

  /** Throws CommandFault. */
  function readOptions(call: RedisCall): Options {
    const options: Options = { isBroadcast: false, prefixes: [], choice: null, noLoop: false, redirect: 0, both: false }
    for (let at = 3; at < call.args.length; at++) {
      const word = call.text(at).toUpperCase()
      const hasMore = at + 1 < call.args.length
      if (word === 'REDIRECT' && hasMore) {
        if (options.redirect !== 0)
          throw faultOf('A client can only redirect to a single other client')
        options.redirect = Number(readWhole(call.bytes(++at)))
        if (!mayTell(call, options.redirect))
          throw faultOf('The client ID you want redirect to does not exist')
      }
      else if (word === 'PREFIX' && hasMore) {
        options.prefixes.push(call.text(++at))
      }
      else if (word === 'OPTIN' || word === 'OPTOUT') {
        const choice = word === 'OPTIN' ? 'in' : 'out'
        options.both ||= options.choice !== null && options.choice !== choice
        options.choice = choice
      }
      else if (word === 'BCAST') {
        options.isBroadcast = true
      }
      else if (word === 'NOLOOP') {
        options.noLoop = true
      }
      else {
        throw faults.syntax()
      }
    }
    return options
  }

  /** Whether this is a connection of the same caller; all without a key are one. */
  function mayTell(call: RedisCall, id: number): boolean {
    const other = sessions.get(id)
    if (other === undefined)
      return false
    return (other.principal === null && call.session.principal === null) || own(call).includes(other)
  }

  function caching(call: RedisCall): RedisAnswer {
    const { session: { tracking: current } } = call
    if (current === null) {
      throw faultOf('CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode '
        + 'enabled')
    }
    const word = call.text(2).toUpperCase()
    if (word !== 'YES' && word !== 'NO')
      throw faults.syntax()
    const [choice, option] = word === 'YES' ? ['in', 'OPTIN'] as const : ['out', 'OPTOUT'] as const
    if (current.choice !== choice)
      throw faultOf(`CLIENT CACHING ${word} is only valid when tracking is enabled in ${option} mode.`)
    current.caching = true
    return 'OK'
  }

  return {
    'client|tracking': tracking,
    'client|caching': caching,
    'client|getredir': ({ session }: RedisCall): RedisAnswer => session.tracking?.redirect ?? -1,
    'client|trackinginfo': ({ session }: RedisCall): RedisAnswer => new AnswerMap([
      nameBytes('flags'),
      new ReplySet(flagsOf(session.tracking).map(nameBytes)),
      nameBytes('redirect'),
      session.tracking?.redirect ?? -1,
      nameBytes('prefixes'),
      [...session.tracking?.prefixes ?? []].map(nameBytes),
    ]),
  }
}

interface Options extends Pick<KeyTracking, 'choice' | 'noLoop' | 'redirect'> {
  isBroadcast: boolean
  prefixes: string[]
  /** Both OPTIN and OPTOUT were given. */
  both: boolean
}

/** Whether options go together, and with what is on already. Throws CommandFault. */
function requireFitting({ isBroadcast, prefixes, choice, both }: Options, current: KeyTracking | null): void {
  if (!isBroadcast && prefixes.length > 0)
    throw faultOf('PREFIX option requires BCAST mode to be enabled')
  if (current !== null && (current.prefixes !== null) !== isBroadcast)
    throw switching('BCAST mode on/off')
  if (isBroadcast && choice !== null)
    throw faultOf('OPTIN and OPTOUT are not compatible with BCAST')
  if (both)
    throw faultOf('You can\'t specify both OPTIN mode and OPTOUT mode')
  if (choice !== null && current !== null && current.choice !== null && current.choice !== choice)
    throw switching('OPTIN/OPTOUT mode')
  const existing = [...current?.prefixes ?? []]
  if (existing.length + prefixes.length > prefixesMost)
    throw faultOf(`a connection may track ${prefixesMost} prefixes`)
  requireApart(prefixes, existing)
}

/** Throws CommandFault. */
function requireApart(prefixes: readonly string[], existing: readonly string[]): void {
  const overlaps = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)
  const shown = (prefix: string): string => printed(Buffer.from(prefix, 'latin1'))
  for (const [index, prefix] of prefixes.entries()) {
    const known = existing.find(other => overlaps(prefix, other))
    if (known !== undefined)
      throw overlap(`Prefix '${shown(prefix)}' overlaps with an existing prefix '${shown(known)}'.`)
    const twin = prefixes.slice(index + 1).find(other => overlaps(prefix, other))
    if (twin !== undefined)
      throw overlap(`Prefix '${shown(prefix)}' overlaps with another provided prefix '${shown(twin)}'.`)
  }
}

function overlap(words: string): CommandFault {
  return new CommandFault(`ERR ${words} ${overlapEnd}`, `ERR ${overlapEnd}`)
}

function flagsOf(tracking: KeyTracking | null): string[] {
  if (tracking === null)
    return ['off']
  const { prefixes, choice, caching, noLoop, isBroken } = tracking
  return [
    'on',
    ...prefixes === null ? [] : ['bcast'],
    ...choice === null ? [] : [`opt${choice}`],
    ...choice !== null && caching ? [choice === 'in' ? 'caching-yes' : 'caching-no'] : [],
    ...noLoop ? ['noloop'] : [],
    ...isBroken ? ['broken_redirect'] : [],
  ]
}

import type { RealClock, Stopwatch } from '../base/clock'
import type { HostGuard } from '../base/host-guard'
import type { InFlight } from '../base/in-flight'
import type { Origin } from '../base/origin'
import type { Principal } from '../base/principal'
import type { Timer } from '../base/timer'
import type { Breaker } from '../serving/elsewhere/breaker'
import type { CallMeter } from '../serving/elsewhere/meter'
import type { CacheDefinition } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { Entrance } from './listener'
import { widenScopes } from '../base/principal'
import { createUpstream } from '../serving/elsewhere/upstream'
import { createAnswerShelf } from './answer-shelf'
import { createDoor } from './door'
import { createFetching } from './fetching'
import { forPage } from './for-pages'
import { createForward } from './forward'
import { createGateway } from './gateway'
import { createPassing } from './passing'

/** What all gateways of a server share. */
export interface AssemblyParts {
  serving: Serving
  origins: {
    /** The server of a connection; undefined if there is none by HTTP. */
    find: (connection: string) => Origin | undefined
    meterOf: (connection: string) => CallMeter
  }
  inFlight: InFlight
  valueLimit: () => number
  clock: Pick<RealClock, 'wall'>
  stopwatch: Stopwatch
  timer: Timer
}

/** A cache whose gateway is to be as its definition says now. */
export interface Followed { readonly cache: { readonly definition: CacheDefinition } }

interface Place {
  /** What apps call it. */
  url: string
  /** What it calls itself in Via. */
  pseudonym: string
  hosts: () => HostGuard
}

/** One slow target says nothing about the others, and a client of a proxy tries again by itself. */
const neverRests: Breaker = { state: 'closed', rest: null, enter: () => () => true, reset: () => {} }

/** Seconds that an upload may take, its answer included. */
const longestUpload = 300

/** Puts a gateway together as its cache is set now; undefined if that has none. */
export function assemble(parts: AssemblyParts, { cache }: Followed, place: Place): Entrance | undefined {
  const { serving, origins, inFlight, valueLimit, clock, stopwatch, timer } = parts
  const { gateway: settings, source, space } = cache.definition
  if (settings === null || source === null)
    return undefined
  const principal: Principal = {
    kind: 'environment',
    keyId: null,
    userId: space,
    admin: false,
    scopes: widenScopes(['read', 'write']),
    caches: null,
    origins: new Set(),
  }
  const find = (): Origin | undefined => origins.find(source.connection)
  const upstreamWith = (deadline: number) => createUpstream<Origin>({
    role: 'source',
    name: source.connection,
    find,
    breaker: neverRests,
    meter: origins.meterOf(source.connection),
    stopwatch,
    timer,
    deadline,
  })
  // A cache can be renamed.
  const name = (): string => cache.definition.name
  const shelf = createAnswerShelf({ serving, name, turnsAway: settings.off === '503' })
  const forward = createForward({
    upstream: upstreamWith(source.hardTimeout),
    uploads: upstreamWith(longestUpload),
    wall: clock.wall,
    pseudonym: place.pseudonym,
    secrets: settings.secrets,
  })
  const passing = createPassing({ inFlight, holder: principal, timer, valueLimit })
  const fetching = createFetching({ shelf, forward, passing, grace: source.grace })
  const listed = new Set(settings.origins)
  return {
    principal,
    cache: name,
    door: createDoor({ hosts: place.hosts, origins: listed, pseudonym: place.pseudonym }),
    page: request => forPage(request, listed),
    gateway: createGateway({
      shelf,
      forward,
      fetching,
      timer,
      origins: () => [place.url, find()?.url ?? place.url],
      off: settings.off,
      patience: source.hardTimeout,
    }),
  }
}

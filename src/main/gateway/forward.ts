import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Fields } from '../base/http-caching/fields'
import type { Exchanged } from '../base/http-caching/freshness'
import type { Origin, OriginResponse } from '../base/origin'
import type { Upstream } from '../serving/elsewhere/upstream'
import { LarderError } from '@shared/errors'
import { fieldValues, without } from '../base/http-caching/fields'

interface ForwardParts {
  upstream: Upstream<Origin>
  /** The same with more time, for requests with a body. */
  uploads: Upstream<Origin>
  /** Milliseconds of the wall clock. */
  wall: () => number
  /** What this gateway calls itself in Via, by which it knows its own requests. */
  pseudonym: string
  secrets: boolean
}

export interface Forwarded { answer: OriginResponse, times: Exchanged }

interface Outgoing {
  method: string
  target: string
  /** As the client sent them, without those of its connection. */
  fields: Fields
  /** Names in lower case that are not sent on, and what is sent in their place. */
  instead?: { of: ReadonlySet<string>, fields: Fields } | undefined
  body: Readable | null
  left: AbortSignal
  /** Who gets what comes before the answer. */
  client: ServerResponse | null
}

/**
 * Sends a request to the origin. Rejects with LarderError `source-failed`, `source-timeout`;
 * `bad-request` if the client has left.
 */
export type Forward = (outgoing: Outgoing) => Promise<Forwarded>

export function createForward({ upstream, uploads, wall, pseudonym, secrets }: ForwardParts): Forward {
  return async ({ method, target, fields, instead, body, left, client }) => {
    const sent = without(fields, name =>
      name === 'host' || name === 'expect' || instead?.of.has(name) === true)
    const requested = wall()
    const wanted = {
      method,
      target,
      fields: [...sent, ...instead?.fields ?? [], 'Via', `1.1 ${pseudonym}`],
      body,
      secrets,
    }
    // How long an upload takes says nothing about the origin.
    const answer = await (body === null ? upstream : uploads).call(async (origin, signal) => {
      try {
        return await origin.send(wanted, AbortSignal.any([signal, left]), (status, interim) => {
          if (client && !client.headersSent)
            sendInterim(client, status, interim)
        })
      }
      catch (error) {
        // Nothing that the origin is to blame for.
        if (left.aborted)
          throw new LarderError('bad-request', 'The client left before the answer came.', { cause: error })
        throw error
      }
    })
    const received = wall()
    // Whoever gets an answer without a date says when it came (RFC 9110 §6.6.1).
    const dated = fieldValues(answer.fields, 'date').length > 0
      ? answer.fields
      : [...answer.fields, 'Date', new Date(received).toUTCString()]
    const reason = answer.reason.replaceAll(/[^\t\x20-\x7E\x80-\xFF]/g, '')
    return { answer: { ...answer, reason, fields: dated }, times: { requested, received } }
  }
}

/**
 * 102 and 103 are for whoever waits; others belong to this connection. Clients of HTTP/1.0 know
 * none (RFC 9110 §15.2), and what node does not write is left out, as a proxy may.
 */
function sendInterim(client: ServerResponse, status: number, fields: Fields): void {
  if (client.req.httpVersionMinor === 0)
    return
  if (status === 102)
    client.writeProcessing()
  if (status === 103) {
    const names = new Set(fields.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase()))
    const hints = Object.fromEntries([...names].map(name => [name, fieldValues(fields, name)]))
    hints.link &&= hints.link.flatMap(linksOf)
    try {
      client.writeEarlyHints(hints)
    }
    catch {
      // Its notion of a link is a narrow one.
    }
  }
}

/** The members of a list of links, as node takes one at a time. */
function linksOf(list: string): string[] {
  return list.match(/<[^>]*>[^,<]*/g)?.map(link => link.trim()) ?? []
}

import type { Exchange } from '../../../src/main/http/exchange'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createTraffic } from '../../../src/main/base/answers/traffic'
import { createManualClock } from '../../../src/main/base/clock'
import { createInFlight } from '../../../src/main/base/in-flight'
import { takeBody } from '../../../src/main/http/body'
import { readHead } from '../../../src/main/http/request-head'

// Red when takeBody of src/main/http/body.ts does not check whether the request was destroyed: it
// would never be answered, nor appear in the log.
it('fails a body whose client went in the very turn in which its head came', async () => {
  const request = new IncomingMessage(new Socket())
  const exchange = {
    request,
    response: new ServerResponse(request),
    head: readHead(['Content-Length', '5']),
    expectsContinue: false,
    requestBytes: 0,
    principal: null,
    traffic: createTraffic({ stopwatch: createManualClock().stopwatch, inFlight: createInFlight(() => 1000) }),
  } as unknown as Exchange
  const failures: unknown[] = []
  takeBody(exchange, 10, () => expect.unreachable(), error => failures.push(error))
  request.destroy()
  await turn()
  await turn()
  expect(failures).toMatchObject([{ code: 'bad-request', message: 'The request ended before its body was complete.' }])
})

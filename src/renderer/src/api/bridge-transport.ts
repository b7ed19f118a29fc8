import type { LarderBridge } from '@shared/ipc'
import type { OperationInput, OperationName, OperationOutput } from '@shared/operations'
import type { Transport } from './transport'
import { LarderError } from '@shared/errors'
import { readAnswer } from '@shared/ipc'

/** Operations over the bridge of the desktop window. */
export function createBridgeTransport({ operations }: Pick<LarderBridge, 'operations'>): Transport {
  return {
    async call<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
      // Sends what JSON would carry, as HTTP does. Vue's reactive objects cannot be cloned as they
      // are, either.
      const plain = JSON.parse(JSON.stringify(input)) as OperationInput<N>
      // TypeScript cannot infer that the function and its input come from the same row.
      const send = operations[name] as LarderBridge['operations'][N]
      const answer = await send(plain).catch((cause: unknown) => {
        throw new LarderError('not-ready', 'The server cannot be reached.', { cause })
      })
      return readAnswer(answer)
    },
  }
}

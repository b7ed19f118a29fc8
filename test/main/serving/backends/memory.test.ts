import { describeBackend } from '../../../contract/backends'
import { createMemoryBackend } from '../../../helpers/memory-backend'

describeBackend('memory', async () => {
  const backend = createMemoryBackend()
  return {
    backend,
    peek: async key => backend.held.get(key)?.bytes,
    place: async (key, bytes, ttl = Infinity) =>
      void backend.held.set(key, { bytes, ends: backend.now() + ttl * 1000 }),
  }
}, { compares: true, endsLives: true, formats: ['envelope', 'raw'], longestKey: 250, tooLarge: 1_000_001 })

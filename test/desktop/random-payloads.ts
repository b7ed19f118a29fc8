/**
 * Creates random values of every kind that structured cloning accepts. It uses no outer names,
 * because its text runs in the stand-in.
 */
export function createPayloads(seed: number): () => unknown {
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % below
  }
  const names = [
    'name',
    'id',
    'enabled',
    'port',
    'label',
    'ttl',
    'code',
    'password',
    '__proto__',
    'constructor',
    'toString',
    '',
  ]
  const texts = [
    '',
    'default',
    '__proto__',
    '\u0000',
    '\uD800',
    '../..',
    '{{x}}',
    'a'.repeat(5000),
    '💥',
    'null',
    '1e999',
  ]

  function make(depth: number): unknown {
    const cycle: Record<string, unknown> = {}
    switch (random(depth > 4 ? 9 : 16)) {
      case 0: return undefined
      case 1: return null
      case 2: return random(2) === 0
      case 3: return random(1_000_000) - 500_000
      case 4: return [Number.NaN, Infinity, -0, 2 ** 53, 0.1][random(5)]
      case 5: return texts[random(texts.length)]
      case 6: return BigInt(random(1000)) ** 20n
      case 7: return new Date(random(2) === 0 ? Number.NaN : random(1_000_000))
      case 8: return new Uint8Array(random(100))
      case 9: return Array.from({ length: random(6) }, () => make(depth + 1))
      case 10: return new Map([[make(depth + 1), make(depth + 1)]])
      case 11: return new Set([make(depth + 1)])
      case 12:
        cycle[names[random(names.length)] ?? ''] = cycle
        return cycle
      case 13: return new Error(String(texts[random(texts.length)]))
      default: {
        const object: Record<string, unknown> = {}
        for (let field = random(5); field >= 0; field--) {
          Object.defineProperty(object, names[random(names.length)] ?? '', {
            value: make(depth + 1),
            enumerable: true,
            writable: true,
            configurable: true,
          })
        }
        return object
      }
    }
  }
  return () => make(0)
}

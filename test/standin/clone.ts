/**
 * Encodes structured values as JSON text, for the way between Node and the page. It handles what
 * structured cloning accepts and our messages may contain; both sides first call `structuredClone`,
 * which refuses the rest. It uses no outer names, because its text runs in the page too.
 */
export function createCodec(): { encode: (value: unknown) => string, decode: (text: string) => unknown } {
  function encode(value: unknown): string {
    const seen = new Map<object, number>()
    function tag(item: unknown): unknown {
      if (item === undefined)
        return { t: 'undefined' }
      if (typeof item === 'bigint')
        return { t: 'bigint', v: String(item) }
      if (typeof item === 'number' && (!Number.isFinite(item) || Object.is(item, -0)))
        return { t: 'number', v: Object.is(item, -0) ? '-0' : String(item) }
      if (typeof item !== 'object' || item === null)
        return item
      const known = seen.get(item)
      if (known !== undefined)
        return { t: 'ref', v: known }
      seen.set(item, seen.size)
      if (Array.isArray(item))
        return { t: 'array', v: Array.from(item, tag) }
      if (item instanceof Date)
        return { t: 'Date', v: item.getTime() }
      if (item instanceof Map)
        return { t: 'Map', v: [...item].map(pair => pair.map(tag)) }
      if (item instanceof Set)
        return { t: 'Set', v: [...item].map(tag) }
      if (ArrayBuffer.isView(item))
        return { t: 'bytes', v: Array.from(new Uint8Array(item.buffer, item.byteOffset, item.byteLength)) }
      if (item instanceof Error)
        return { t: 'error', v: item.message }
      return { t: 'object', v: Object.entries(item).map(([key, inner]) => [key, tag(inner)]) }
    }
    return JSON.stringify(tag(value))
  }

  function decode(text: string): unknown {
    const seen: unknown[] = []
    const keep = <T>(item: T): T => {
      seen.push(item)
      return item
    }
    function untag(item: { t: string, v: never }): unknown {
      if (typeof item !== 'object' || item === null)
        return item
      const { t, v } = item
      if (t === 'undefined')
        return undefined
      if (t === 'bigint')
        return BigInt(v)
      if (t === 'number')
        return Number(v)
      if (t === 'ref')
        return seen[v]
      if (t === 'Date')
        return keep(new Date(v))
      if (t === 'bytes')
        return keep(Uint8Array.from(v))
      if (t === 'error')
        return keep(new Error(v))
      if (t === 'array') {
        const array = keep<unknown[]>([])
        for (const inner of v as never[])
          array.push(untag(inner))
        return array
      }
      if (t === 'Map') {
        const map = keep(new Map<unknown, unknown>())
        for (const [key, inner] of v as [never, never][])
          map.set(untag(key), untag(inner))
        return map
      }
      if (t === 'Set') {
        const set = keep(new Set<unknown>())
        for (const inner of v as never[])
          set.add(untag(inner))
        return set
      }
      const object = keep<Record<string, unknown>>({})
      for (const [key, inner] of v as [string, never][]) {
        Object.defineProperty(object, key, {
          value: untag(inner),
          enumerable: true,
          writable: true,
          configurable: true,
        })
      }
      return object
    }
    return untag(JSON.parse(text) as never)
  }

  return { encode, decode }
}

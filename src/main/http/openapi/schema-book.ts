import type { JsonSchema } from './types'
import * as connections from '@shared/connections/schemas'
import * as entries from '@shared/entries'
import { eventTopics } from '@shared/events'
import * as jobs from '@shared/jobs'
import { operations } from '@shared/operations'
import * as schemas from '@shared/schemas'
import { z } from 'zod'

type Direction = 'input' | 'output'

/**
 * Turns the zod schemas of `shared/` into JSON Schema. Schemas with a name become components
 * wherever they occur.
 */
export interface SchemaBook {
  /**
   * The schema of a request, in which defaults may be left out. Returns a reference if the schema
   * has a name.
   */
  request: (schema: z.ZodType) => JsonSchema
  /** The schema of an answer. Returns a reference if the schema has a name. */
  answer: (schema: z.ZodType) => JsonSchema
  /** Like `request`, but always returns the schema itself, so that it can be taken apart. */
  requestFields: (schema: z.ZodType) => JsonSchema
  /** All components that have been referred to so far, by name. */
  components: () => Record<string, JsonSchema>
}

const prefix = '#/components/schemas/'
/** Exported schemas that describe nothing, or nothing of interest. */
const nameless = new Set<unknown>([schemas.Nothing, schemas.NoContent, schemas.PlainText])

export function createSchemaBook(): SchemaBook {
  const ids = new Map<z.ZodType, string>()
  for (const [name, value] of Object.entries({ ...schemas, ...connections, ...entries, ...jobs })) {
    if (value instanceof z.ZodType && !nameless.has(value))
      ids.set(value, name)
  }
  const named = new Set(ids.values())
  for (const schema of rootSchemas()) {
    if (!ids.has(schema))
      ids.set(schema, `nameless-${ids.size}`)
  }
  const registry = z.registry<{ id: string }>()
  for (const [schema, id] of ids)
    registry.add(schema, { id })

  const converted = { input: convert(registry, 'input'), output: convert(registry, 'output') }
  const used = { input: new Set<string>(), output: new Set<string>() }

  function lookUp(schema: z.ZodType, direction: Direction): { id: string, json: JsonSchema } {
    const id = ids.get(schema)
    const json = id === undefined ? undefined : converted[direction].get(id)
    if (id === undefined || !json)
      throw new Error('A schema of the description is neither named nor part of a table')
    return { id, json }
  }

  function inline(schema: z.ZodType, direction: Direction): JsonSchema {
    const { json } = lookUp(schema, direction)
    note(json, direction)
    return json
  }

  function refer(schema: z.ZodType, direction: Direction): JsonSchema {
    const { id } = lookUp(schema, direction)
    if (!named.has(id))
      return inline(schema, direction)
    const reference = { $ref: prefix + id }
    note(reference, direction)
    return reference
  }

  /** Remembers every component that `json` refers to, directly or indirectly. */
  function note(json: unknown, direction: Direction): void {
    for (const id of referencesIn(json)) {
      if (used[direction].has(id))
        continue
      used[direction].add(id)
      note(converted[direction].get(id), direction)
    }
  }

  return {
    request: schema => refer(schema, 'input'),
    answer: schema => refer(schema, 'output'),
    requestFields: schema => inline(schema, 'input'),
    components() {
      const components: Record<string, JsonSchema> = {}
      for (const id of [...named].sort()) {
        const input = used.input.has(id) ? converted.input.get(id) : undefined
        const output = used.output.has(id) ? converted.output.get(id) : undefined
        if (input && output && JSON.stringify(input) !== JSON.stringify(output))
          throw new Error(`The schema ${id} differs between requests and answers: give each its own`)
        const json = input ?? output
        if (json)
          components[id] = json
      }
      return components
    },
  }
}

/** Everything that the tables mention, so that a single conversion covers all of it. */
function rootSchemas(): z.ZodType[] {
  const control = Object.values(operations).flatMap((row): z.ZodType[] => [row.input, row.output])
  return [...control, ...Object.values(eventTopics)]
}

function convert(registry: z.core.$ZodRegistry<{ id: string }>, io: Direction): Map<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    // `undefined` (no content) has no JSON form, but nothing ever refers to it.
    unrepresentable: 'any',
    uri: id => prefix + id,
    override({ jsonSchema }) {
      // Limits that every JSON number meets anyway tell the reader nothing.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER)
        delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER)
        delete jsonSchema.maximum
      // A format says in one word what zod's pattern says in three hundred characters.
      if (jsonSchema.format !== undefined)
        delete jsonSchema.pattern
    },
  })
  return new Map(Object.entries(schemas).map(([id, { $id: _id, $schema: _dialect, ...json }]) => [id, json]))
}

function referencesIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null)
    return []
  return Object.entries(json).flatMap(([name, value]) =>
    name === '$ref' && typeof value === 'string' && value.startsWith(prefix)
      ? [value.slice(prefix.length)]
      : referencesIn(value))
}

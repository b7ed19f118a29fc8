import type { CacheSetting, CacheSettingName, CacheSettings } from '@shared/cache-settings'
import type { FlagSpec } from '../arguments'
import type { Parser } from '../values'
import { settingRows } from '@shared/cache-settings'
import { mapRows, namesOf } from '@shared/rows'
import { flag, toKebab } from '../command'
import { boolean, countOrNone, json, oneOf, sizeOrNone, ttl } from '../values'

/**
 * The way in which a kind of setting is written: its value in the help, its addition to the hint,
 * and its parser.
 */
interface Writing { placeholder: string | null, end: string, parse: Parser<unknown> }

function writingOf(name: CacheSettingName, row: CacheSetting): Writing {
  switch (row.kind) {
    case 'switch':
      return { placeholder: null, end: ` (--${toKebab(name)}=0 for no)`, parse: boolean }
    case 'time':
      return { placeholder: '<time>', end: ': 90, 90s, 15m, 2h, 7d or none', parse: ttl }
    case 'count':
      return { placeholder: '<number>', end: ', or none', parse: countOrNone }
    case 'bytes':
      return { placeholder: '<size>', end: ', such as 64MB, or none', parse: sizeOrNone }
    case 'choice': {
      const choices = namesOf(row.choices)
      // Not by Intl, whose lists cost each start of the program 20 ms and more.
      const list = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
      const parse = oneOf(...choices)
      return row.none === undefined
        ? { placeholder: '<name>', end: `: ${list}`, parse }
        : { placeholder: '<name>', end: `: ${list}, or none`, parse: text => text === 'none' ? null : parse(text) }
    }
    case 'source':
      return { placeholder: '<connection>', end: ': a connection, all settings as JSON, or none', parse: source }
    case 'backend':
      return { placeholder: '<json>', end: ': its settings as JSON, or none', parse: jsonOrNone }
    case 'gateway':
      return { placeholder: '<port>', end: ': a port, all settings as JSON, or none', parse: gateway }
  }
}

function jsonOrNone(text: string): unknown {
  return text === 'none' ? null : json(text)
}

/** The name of a connection alone leaves the rest to the server, which also checks all of it. */
function source(text: string): unknown {
  return text === 'none' || text.startsWith('{') ? jsonOrNone(text) : { connection: text }
}

/** The port alone leaves the rest to the server. */
function gateway(text: string): unknown {
  return /^\d+$/.test(text) ? { port: Number(text) } : jsonOrNone(text)
}

/** A flag for every setting of a cache. */
export function settingFlags(work: 'create' | 'update'): { [N in CacheSettingName]: FlagSpec<CacheSettings[N]> } {
  return mapRows(settingRows, (row, name) => {
    const { placeholder, end, parse } = writingOf(name, row)
    const more = work === 'create' ? row.needed && 'Required.' : row.change
    return flag(placeholder, `${row.hint}${end}.${more ? ` ${more}` : ''}`, parse)
    // Each parser returns the type of its kind, and the table defines the kind of each setting.
  }) as { [N in CacheSettingName]: FlagSpec<CacheSettings[N]> }
}

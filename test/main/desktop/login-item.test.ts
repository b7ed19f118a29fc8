import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createAutostartEntry } from '../../../src/main/desktop/login-item'
import { temporaryFolder } from '../../helpers/folder'

describe('start at login on Linux', () => {
  it('is a desktop entry that comes and goes', () => {
    const file = join(temporaryFolder(), 'autostart/larder.desktop')
    mkdirSync(dirname(file))
    const item = createAutostartEntry({ file, program: ['/opt/Larder/larder', '--hidden'], replace: writeFileSync })
    expect(item.read()).toBe(false)
    item.write(true)
    item.write(true)
    expect(item.read()).toBe(true)
    expect(readFileSync(file, 'utf8').split('\n')).toContain('Exec="/opt/Larder/larder" "--hidden"')
    item.write(false)
    item.write(false)
    expect(existsSync(file)).toBe(false)
  })

  // Desktop Entry Specification, "The Exec key". Red when one of the three replacements in `quote`
  // is left out.
  it('quotes what the specification reserves', () => {
    const file = join(temporaryFolder(), 'larder.desktop')
    createAutostartEntry({
      file,
      program: ['/home/a b/$HOME/`x`/"q"/100%/back\\slash'],
      replace: writeFileSync,
    }).write(true)
    expect(readFileSync(file, 'utf8')).toContain(
      'Exec="/home/a b/\\\\$HOME/\\\\`x\\\\`/\\\\"q\\\\"/100%%/back\\\\\\\\slash"\n',
    )
  })
})

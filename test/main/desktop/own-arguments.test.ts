import { describe, expect, it } from 'vitest'
import { optionFlags } from '../../../src/main/cli/configuration'
import { ownArguments } from '../../../src/main/desktop/own-arguments'

describe('arguments of the desktop app', () => {
  it.each([
    [['out/main/index.js', '--port', '8080'], ['--port', '8080']],
    [['--no-sandbox', '--remote-debugging-port=0', '--port=8080', '--inspect=0', '/app'], ['--port=8080']],
    [['-psn_0_12345', '--hidden', '--headless', '--home', '/data'], ['--headless', '--home', '/data']],
    [['--port'], ['--port']],
    [['--port', '--home=/x'], ['--port', '--home=/x']],
    [['--home=a=b\nc'], ['--home=a=b\nc']],
    [['--__proto__=1', '--constructor', '--', '--'], []],
    [[], []],
  ])('%j → %j', (argv, own) => {
    expect(ownArguments(argv, optionFlags)).toEqual(own)
  })
})

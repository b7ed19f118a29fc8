import { expect, it } from 'vitest'
import { defaultHome } from '../../../src/main/base/default-home'

it.each<[NodeJS.Platform, Record<string, string>, string, string]>([
  ['linux', {}, '/home/ada', '/home/ada/.config/Larder'],
  ['linux', { XDG_CONFIG_HOME: '/xdg' }, '/home/ada', '/xdg/Larder'],
  ['linux', { XDG_CONFIG_HOME: 'relative' }, '/home/ada', '/home/ada/.config/Larder'],
  ['darwin', { XDG_CONFIG_HOME: '/xdg' }, '/Users/ada', '/Users/ada/Library/Application Support/Larder'],
  ['win32', { APPDATA: 'D:\\Roaming' }, 'C:\\Users\\ada', 'D:\\Roaming\\Larder'],
  ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\AppData\\Roaming\\Larder'],
])('%s, %j', (platform, env, userFolder, expected) => expect(defaultHome(platform, env, userFolder)).toBe(expected))

import { execFile } from 'node:child_process'
import { ofWindows } from '../base/windows-program'

export interface PortHolder { pid: number, name: string }

interface Question { file: string, arguments: string[], read: (output: string, port: number) => PortHolder | null }

/** Milliseconds that a program of the system may take to answer. */
const patience = 2000

/**
 * The process that listens on a TCP port, according to the system's own tools. `ss` and `lsof` only
 * name processes of the same user, and not every machine has them. Null if none of them answers.
 * Never throws.
 */
export async function findPortHolder(port: number, platform: NodeJS.Platform): Promise<PortHolder | null> {
  for (const { file, arguments: argv, read } of questions(port, platform)) {
    const found = read(await output(file, argv), port)
    if (found)
      return found.name === '' ? { ...found, name: await nameOnWindows(found.pid) } : found
  }
  return null
}

function questions(port: number, platform: NodeJS.Platform): Question[] {
  if (platform === 'win32')
    return [{ file: ofWindows('netstat.exe'), arguments: ['-ano', '-p', 'TCP'], read: readNetstat }]
  const lsof = { file: 'lsof', arguments: ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], read: readLsof }
  return platform === 'linux' ? [{ file: 'ss', arguments: ['-Hltnp', `sport = :${port}`], read: readSs }, lsof] : [lsof]
}

/**
 * The program's output, whatever its exit code, because `lsof` may print an answer and end with 1.
 * Empty if the program does not exist.
 */
function output(file: string, argv: string[]): Promise<string> {
  return new Promise(resolve =>
    execFile(file, argv, { timeout: patience, windowsHide: true, encoding: 'utf8' }, (_, stdout) => resolve(stdout)))
}

/** `LISTEN 0 511 127.0.0.1:7777 0.0.0.0:* users:(("node",pid=4242,fd=18))` */
export function readSs(text: string): PortHolder | null {
  const [, name = '', pid] = /users:\(\("((?:[^"\\]|\\.)*)",pid=(\d+)/.exec(text) ?? []
  return pid === undefined ? null : { pid: Number(pid), name }
}

/** One field per line: `p4242`, `cnode`. */
export function readLsof(text: string): PortHolder | null {
  const [, pid, name = ''] = /^p(\d+)\nc(.*)$/m.exec(text) ?? []
  return pid === undefined ? null : { pid: Number(pid), name }
}

/**
 * `  TCP    127.0.0.1:7777   0.0.0.0:0   LISTENING   4242`. The word is different in other
 * languages of Windows, but the foreign port is always 0.
 */
export function readNetstat(text: string, port: number): PortHolder | null {
  for (const line of text.split(/\r?\n/)) {
    const [protocol, local = '', foreign = '', , pid = ''] = line.trim().split(/\s+/)
    if (protocol === 'TCP' && local.endsWith(`:${port}`) && foreign.endsWith(':0') && /^\d+$/.test(pid))
      return { pid: Number(pid), name: '' }
  }
  return null
}

async function nameOnWindows(pid: number): Promise<string> {
  const listed = await output(ofWindows('tasklist.exe'), ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'])
  const [, name = ''] = /^"([^"]*)"/.exec(listed) ?? []
  return name
}

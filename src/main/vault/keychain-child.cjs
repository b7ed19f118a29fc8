// Runs in a process of its own, see keychain-process.ts. One line of JSON on standard input, one answer on standard output.
const process = require('node:process')

// Larder is gone: a call that hangs would keep this process for ever, and a clean exit waits for it.
process.stdin.setEncoding('utf8').on('end', () => process.kill(process.pid, 'SIGKILL'))

// Not node:readline: it ends a line at U+2028 too, which JSON leaves as it is.
let input = ''
process.stdin.on('data', async (chunk) => {
  input += chunk
  if (!input.endsWith('\n'))
    return
  const answer = await call(JSON.parse(input)).catch(error => ({
    error: String(error?.message ?? error),
    code: error?.code,
  }))
  process.stdout.write(JSON.stringify(answer), () => process.exit(0))
})

async function call({ method, values }) {
  return { value: await require('keytar')[method](...values) }
}

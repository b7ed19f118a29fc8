// Runs in a process of its own, see keychain-process.ts: one question in JSON, one answer. Under
// Node by a line of standard input and output, as a utility process of Electron, which has no
// standard input, by a message.
const process = require('node:process')

if (process.parentPort)
  process.parentPort.once('message', async ({ data }) => process.parentPort.postMessage(await answer(data)))
else
  answerLine()

function answerLine() {
  // Larder is gone: a call that hangs would keep this process for ever, and a clean exit waits for
  // it.
  process.stdin.setEncoding('utf8').on('end', () => process.kill(process.pid, 'SIGKILL'))

  // Not node:readline: it ends a line at U+2028 too, which JSON leaves as it is.
  let input = ''
  process.stdin.on('data', async (chunk) => {
    input += chunk
    if (input.endsWith('\n'))
      process.stdout.write(await answer(input), () => process.exit(0))
  })
}

async function answer(question) {
  const result = await call(JSON.parse(question)).catch(error => ({
    error: String(error?.message ?? error),
    code: error?.code,
  }))
  return JSON.stringify(result)
}

async function call({ method, values }) {
  return { value: await require('keytar')[method](...values) }
}

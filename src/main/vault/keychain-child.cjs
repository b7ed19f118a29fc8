// Runs in a separate process (see keychain-process.ts): one question in JSON, one answer. Under
// Node both are a line of standard input or output. A utility process of Electron has no standard
// input, so there both are messages.
const process = require('node:process')

if (process.parentPort)
  process.parentPort.once('message', async ({ data }) => process.parentPort.postMessage(await answer(data)))
else
  answerLine()

function answerLine() {
  // Larder has ended. A call that hangs would keep this process for ever, and a clean exit would
  // wait for it.
  process.stdin.setEncoding('utf8').on('end', () => process.kill(process.pid, 'SIGKILL'))

  // Not node:readline, which also ends lines at U+2028, and JSON does not escape that.
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

// Serves the page, and beside it the client as the build made it.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import process from 'node:process'

const built = new URL('../../out/client/', import.meta.url)
const here = new URL('./', import.meta.url)
const files = {
  '/': [here, 'index.html', 'text/html; charset=utf-8'],
  '/app.js': [here, 'app.js', 'text/javascript'],
  '/client.js': [built, 'client.js', 'text/javascript'],
  '/message-pack.js': [built, 'message-pack.js', 'text/javascript'],
}

const server = createServer(async (request, response) => {
  const [folder, name, type] = files[request.url] ?? []
  if (name === undefined)
    return response.writeHead(404).end()
  response.writeHead(200, { 'Content-Type': type }).end(await readFile(new URL(name, folder)))
})
server.listen(Number(process.env.PORT ?? 3003), 'localhost', () => {
  process.stdout.write(`The page is on http://localhost:${server.address().port}/\n`)
})
process.once('SIGTERM', () => server.close())

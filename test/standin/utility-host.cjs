// Gives a forked process Electron's `process.parentPort`, then runs the given file.
const { EventEmitter } = require('node:events')
const process = require('node:process')

const port = new EventEmitter()
port.postMessage = message => process.send(message)
process.on('message', data => port.emit('message', { data }))
process.parentPort = port
require(process.argv[2])

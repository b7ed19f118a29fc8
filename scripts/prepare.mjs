// Runs before `npm start` (as `prepare.mjs start`) and `npm test`, on whatever Node the host has:
// only this file has to be understood by an old one.
import process from 'node:process'

const major = Number(process.versions.node.split('.')[0])

if (major < 20) {
  console.error(`Larder is set up by Node 20 or newer, and this is Node ${process.versions.node}. Install a newer one (https://nodejs.org) and run the command again.`)
  process.exitCode = 1
}
else {
  import('./set-up/prepare.mjs').then(({ prepare }) => prepare(process.argv[2])).then(
    (code) => {
      process.exitCode = code
    },
    (error) => {
      console.error(`larder: the set-up failed: ${error.stack}`)
      process.exitCode = 1
    },
  )
}

/** A file of its own, which the client loads with the first value that needs it. */
export { readPack } from './pack-reader'
export { writePack } from './pack-writer'

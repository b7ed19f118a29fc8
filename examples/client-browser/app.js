// A page that keeps a note at a Larder, by an API key that lists the page's origin. Whoever
// sees the page can read the key.
import { createClient } from './client.js'

const key = new URLSearchParams(location.hash.slice(1)).get('key')
const cache = createClient(key ? { url: 'http://localhost:7777', key, fallback: true } : {})
const note = document.querySelector('#note')
const state = document.querySelector('#state')
cache.on('away', ({ error }) => state.textContent = `Kept in this page for now: ${error.message}`)
cache.on('back', () => state.textContent = 'The cache is back.')

state.textContent = key ? 'Kept at Larder.' : 'Kept in this page.'
const tell = error => state.textContent = `The note cannot be kept: ${error.message}`
try {
  note.value = await cache.retrieve('note') ?? ''
  note.disabled = false
}
catch (error) {
  tell(error)
}
note.addEventListener('change', () => cache.store('note', note.value).catch(tell))

import { reloadWhenReachable } from './api/reload-when-reachable'
import { takeOneTimeCode } from './one-time-code'
import './styles/base.css'

// This runs before anything else loads, because the code must not stay in the address bar while
// the rest starts.
const code = takeOneTimeCode(location, history)

import('./console').then(({ startConsole }) => startConsole(code), (error: unknown) => {
  console.error(error)
  document.querySelector('.first-frame')?.removeAttribute('aria-hidden')
  const bar = document.querySelector('.first-frame div')
  bar?.setAttribute('role', 'status')
  bar?.append('The server cannot be reached. This page goes on once it answers.')
  reloadWhenReachable(code ?? '')
})

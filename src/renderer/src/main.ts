import { takeOneTimeCode } from './one-time-code'

// Before anything else is even loaded: the code must not stay in the address bar while the rest starts.
const code = takeOneTimeCode(location, history)

if (/^\/docs\/?$/.test(location.pathname))
  void import('./docs').then(({ startDocs }) => startDocs())
else
  void import('./console').then(({ startConsole }) => startConsole(code))
